#!/usr/bin/env python3
"""A file's name says where a thing is, so no two files may share one."""
import collections

import lint

VAGUE = {"util", "utils", "common", "types", "misc", "helper", "helpers", "framegate"}

places = collections.defaultdict(list)
for path in lint.files("gateway", ".c", ".h", ".def"):
    places[path.name].append(str(path))

lint.report({
    "file names under gateway/ are unique":
        [" and ".join(paths) for paths in places.values() if len(paths) > 1],
    "no file is named after nothing":
        [paths[0] for name, paths in places.items() if name.split(".")[0] in VAGUE],
})
