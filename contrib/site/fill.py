#!/usr/bin/env python3
"""Puts recipes into pages: behind a line <!-- conf/examples/NAME.conf --> stands that file."""
import pathlib
import re

TOP = pathlib.Path(__file__).resolve().parents[2]
PLACE = re.compile(r"^<!-- (conf/examples/[\w-]+\.conf) -->\n(?:```conf\n.*?^```\n)?", re.M | re.S)


def filled(text):
    """The page as it should be."""
    return PLACE.sub(lambda m: f"<!-- {m[1]} -->\n```conf\n{(TOP / m[1]).read_text()}```\n", text)


if __name__ == "__main__":
    for page in (TOP / "docs").rglob("*.md"):
        before = page.read_text()
        if filled(before) != before:
            page.write_text(filled(before))
