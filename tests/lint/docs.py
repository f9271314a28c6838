#!/usr/bin/env python3
"""The pages of docs/: links lead somewhere, configurations are right and named by their files."""
import importlib.util
import os
import pathlib
import re
import subprocess
import tempfile

import lint

PROGRAM = pathlib.Path(os.environ.get("builddir", ".")).resolve() / "framegate"
BLOCK = re.compile(r"^```conf\n(.*?)^```$", re.M | re.S)
LISTENERS = 'listeners: { x: { bind = "127.0.0.1:1"; }; };\n'
ROUTES = 'routes: { x: { service = "echo"; }; };\n'
COMPLETE = "<!-- conf/examples/"
PLACES = re.compile(r"\b(?:conf|contrib|docs|gateway|tests|packaging)/[\w./-]*\w")

spec = importlib.util.spec_from_file_location("fill", lint.TOP / "contrib/site/fill.py")
fill = importlib.util.module_from_spec(spec)
spec.loader.exec_module(fill)

pages = {path: lint.text(path) for path in lint.files("docs", ".md")}
keys = set(re.findall(r"\*\*`(\w+)`\*\*", pages[pathlib.Path("docs/reference/configuration.md")]))
nav = re.findall(r": ([\w/-]+\.md)$", lint.text("contrib/site/mkdocs.yml"), re.M)


def anchors(text):
    """As Python-Markdown makes them of headings."""
    heads = re.findall(r"^#+ (.*)$", text, re.M)
    return {re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", head).strip().lower()) for head in heads}


def broken(path, target):
    """Does a link of a page lead nowhere?"""
    if re.match(r"https?://", target):
        return True                     # pages name nothing elsewhere, so that none can go away
    name, _, anchor = target.partition("#")
    there = pathlib.Path(os.path.normpath(path.parent / name)) if name else path
    if there not in pages:
        return not (lint.TOP / there).is_file() or bool(anchor)
    return bool(anchor) and anchor not in anchors(pages[there])


def prose(text):
    return re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S)


def wrong(block):
    """What check says about a part of a configuration, completed; None: it is fine."""
    whole = "".join(part for part in (LISTENERS, ROUTES) if part.split(":")[0] not in block)
    with tempfile.NamedTemporaryFile("w", suffix=".conf") as conf:
        conf.write(whole + block)
        conf.flush()
        done = subprocess.run([PROGRAM, "check", "-c", conf.name], capture_output=True, text=True)
    return done.stderr if done.returncode else None


links, unfilled, mistakes, unknown, lost = [], [], [], [], []
for path, text in pages.items():
    links += [f"{path}: {target}" for target in re.findall(r"\]\(([^)\s]+)\)", prose(text))
              if broken(path, target)]
    if fill.filled(text) != text:
        unfilled.append(f"{path}: run \"make pages\"")
    for match in BLOCK.finditer(text):
        if not text[:match.start()].split("\n")[-2].startswith(COMPLETE):
            mistakes += [f"{path}: {said}" for said in [wrong(match[1])] if said]
    if "reference" not in path.parts:
        unknown += [f"{path}: {key}" for key in re.findall(r'`(\w+) = ["\[{\dtf]', prose(text))
                    if key not in keys]
for path, text in [*pages.items(), (pathlib.Path("README"), lint.text("README"))]:
    lost += [f"{path}: {place}" for place in PLACES.findall(text)
             if not (lint.TOP / place).exists() and not place.startswith("conf/examples/NAME")]

lint.report({
    "every link leads to a page and a heading": links,
    "recipes stand in pages as they are in conf/examples": unfilled,
    "every other configuration is right": mistakes,
    "every key that a page names exists": unknown,
    "every file that a page or README names exists": lost,
    "every page is in the list of the site":
        [str(path) for path in pages if str(path.relative_to("docs")) not in nav],
})
