#!/usr/bin/env python3
"""How files look: indentation, width, endings, and nothing left for later."""
import re

import lint

C = (".c", ".h", ".def")
OTHERS = (".py", ".sh", ".js", ".mjs", ".css", ".html", ".inc", ".ac", ".am", ".m4", ".conf", ".md", ".svg",
          ".yml")
LATER = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")
COLUMNS = 100

every = [p for folder in ("gateway", "tests", "contrib", "conf", "docs", "packaging", "m4")
         for p in lint.files(folder, *C, *OTHERS)]

indents, wide, endings, later = [], [], [], []
for path in every:
    for number, line in lint.lines(path):
        place = f"{path}:{number}"
        if path.suffix in C and (re.match(r" +\t|\t* {8}", line)):
            indents.append(place)
        width = len(line.expandtabs(8))
        if path.parts[0] == "gateway" and path.suffix in (".c", ".h") and width > COLUMNS:
            wide.append(f"{place}: {width} columns")
        if line != line.rstrip():
            endings.append(f"{place}: blanks at the end")
        if LATER.search(line):
            later.append(f"{place}: {line.strip()}")
    if not lint.text(path).endswith("\n"):
        endings.append(f"{path}: no newline at the end")

lint.report({
    "C is indented by tabs": indents,
    f"the program has at most {COLUMNS} columns": wide,
    "lines end clean": endings,
    "nothing is marked as left for later": later,
})
