#!/usr/bin/env python3
"""Files and functions stay small enough to be read at once."""
import lint

FILE, FUNCTION, MAIN = 800, 80, 150

files, functions = [], []
for path in lint.files("gateway", ".c", ".h", ".def"):
    length = lint.text(path).count("\n")
    if length > (MAIN if path.name == "main.c" else FILE):
        files.append(f"{path}: {length} lines")
    for name, first, last, _ in lint.functions(path):
        if last - first + 1 > FUNCTION:
            functions.append(f"{path}:{first}: {name}: {last - first + 1} lines")

lint.report({
    f"no file is longer than {FILE} lines, main.c {MAIN}": files,
    f"no function is longer than {FUNCTION} lines": functions,
})
