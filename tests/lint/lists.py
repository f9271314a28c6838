#!/usr/bin/env python3
"""Every test is on its room's list of programs, so that it is built and run; each list is one."""
import re

import lint


def defined(text):
    """(name, value) of each variable that a Makefile.inc sets or adds to."""
    joined = text.replace("\\\n", " ")
    return re.findall(r"^([\w%]+)\s*\+?=(.*)$", joined, re.M)


unlisted, twice, stray = [], [], []
for path in lint.files("tests", ".inc"):
    text = lint.text(path)
    found = defined(text)
    names = [name for name, _ in found]
    listed = " ".join(value for name, value in found if name == "check_PROGRAMS").split()
    for source in sorted((lint.TOP / path.parent).glob("*.c")):
        name = re.sub(r"^fuzz_", "replay_", source.stem)
        if name.startswith(("test_", "replay_")) and f"%D%/{name}" not in listed:
            unlisted.append(f"{path}: {name}")
    twice += [f"{path}: {name}" for name in sorted(set(names))
              if name.startswith("%C%") and names.count(name) > 1]
    stray += [f"{path}:{number}: {line.strip()}" for number, line in lint.lines(path)
              if re.match(r"\t%D%/\S+( \\)?$", line)
              and not text.split("\n")[number - 2].endswith("\\")]

lint.report({
    "every test is built and run": unlisted,
    "nothing is defined twice": twice,
    "every list is one, without a line that lacks its backslash": stray,
})
