#!/usr/bin/env python3
"""A room includes itself and lower rooms only, and only the libraries that are its business."""
import re

import lint

# room: (level, libraries it may include)
ROOMS = {
    "base": (0, []),
    "codec": (1, ["zlib.h", "jansson.h", "openssl/evp.h"]),
    "framing": (1, []),
    "config": (1, ["libconfig.h", "pcre2.h"]),
    "loop": (2, []),
    "net": (3, ["openssl/", "ares.h"]),
    "report": (3, []),
    "http": (4, ["nghttp2/"]),
    "upstream": (5, []),
    "channel": (6, []),
    "front": (7, []),
    "back": (7, []),
    "serve": (7, []),
    "route": (8, ["pcre2.h"]),
    "admin": (9, ["openssl/evp.h"]),
    "process": (10, ["openssl/", "libconfig.h", "ares.h", "pcre2.h", "nghttp2/",
                    "jansson.h", "seccomp.h"]),
}
LIBRARIES = ["event2/", "event.h", "evhttp.h", "evdns.h", "openssl/", "libconfig.h", "ares", "pcre2",
             "nghttp2/", "zlib.h", "jansson.h", "crypt.h", "seccomp.h", "cmocka.h"]
INCLUDE = re.compile(r'\s*#\s*include\s*(["<])([^">]+)')


def allowed(room, kind, name):
    level, libraries = ROOMS[room]
    if kind == "<":
        return not name.startswith(tuple(LIBRARIES)) or name.startswith(tuple(libraries))
    other = name.split("/")[0]
    return name == "autoconf.h" or other == room or other in ROOMS and ROOMS[other][0] < level


upward, foreign, homeless = [], [], []
for path in lint.files("gateway", ".c", ".h", ".def"):
    room = path.parts[1]
    if room not in ROOMS:
        homeless.append(str(path))
        continue
    for number, line in lint.lines(path):
        found = INCLUDE.match(line)
        if found and not allowed(room, *found.groups()):
            wrong = upward if found.group(1) == '"' else foreign
            wrong.append(f"{path}:{number}: {line.strip()}")

lint.report({
    "every file stands in a room": homeless,
    "a room includes itself and lower rooms only": upward,
    "a library is included by its own room only": foreign,
})
