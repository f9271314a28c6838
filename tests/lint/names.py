#!/usr/bin/env python3
"""A name says where a thing is: files are listed, none share a name, functions carry theirs."""
import collections
import re

import lint

VAGUE = {"util", "utils", "common", "types", "misc", "helper", "helpers", "framegate"}
FOREIGN = re.compile(r"OpenSSL_version|dNSName$|(SSL|X509|NID|EVP|PEM)[A-Z0-9_]*_"
                     r"|(de|in)flate[A-Z]")


def prefixes(path):
    """h1_server.c may speak as h1_server_…, as h1_…, as its room, and as a struct of its header."""
    parts = path.stem.split("_")
    header = path.with_suffix(".h")
    structs = re.findall(r"^struct (\w+) {", lint.text(header), re.M) \
        if (lint.TOP / header).exists() else []
    return ["_".join(parts[:n]) for n in range(1, len(parts) + 1)] + [path.parts[1]] + structs


def carries(name, allowed):
    return any(name == p or name.startswith(p + "_") for p in allowed)


sources = lint.files("gateway", ".c", ".h")
places = collections.defaultdict(list)
for path in lint.files("gateway", ".c", ".h", ".def"):
    places[path.name].append(str(path))

strangers, typedefs, camels = [], [], []
for path in sources:
    own = prefixes(path)
    for name, line, _, _ in lint.functions(path):
        if name != "main" and not carries(name, own):
            strangers.append(f"{path}:{line}: {name} does not begin with {path.stem}_")
    for number, line in enumerate(lint.code(path).split("\n"), 1):
        if re.search(r"\btypedef\s+(struct|union|enum)\b", line):
            typedefs.append(f"{path}:{number}: {line.strip()}")
        for word in re.findall(r"\b\w*[a-z][A-Z]\w*", line):
            if not FOREIGN.match(word) and not line.startswith("#include"):
                camels.append(f"{path}:{number}: {word}")

unbuilt = [str(p) for p in lint.files("gateway", ".c")
           if p.name != "main.c" and not re.search(
               rf"/{re.escape(p.name)}\b", lint.text(p.with_name("Makefile.inc")))]

lint.report({
    "every source is listed in its room's Makefile.inc": unbuilt,
    "file names under gateway/ are unique":
        [" and ".join(paths) for paths in places.values() if len(paths) > 1],
    "no file is named after nothing":
        [paths[0] for name, paths in places.items() if name.split(".")[0] in VAGUE],
    "functions carry their file's name": strangers,
    "structs, unions and enums have no typedef": typedefs,
    "no CamelCase": camels,
})
