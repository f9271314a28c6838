#!/usr/bin/env python3
"""The site that mkdocs makes of docs/: every link within it, and nothing from elsewhere."""
import html.parser
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import urllib.parse

import lint

if not shutil.which("mkdocs"):
    print("1..0 # SKIP mkdocs is not installed")
    sys.exit()


class Page(html.parser.HTMLParser):
    def __init__(self, path):
        super().__init__()
        self.links, self.loaded, self.ids, self.scripts = [], [], set(), []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.ids.add(attrs.get("id"))
        if tag == "script":
            self.scripts.append(str(attrs))
        if tag == "a":
            self.links.append(attrs["href"])
        else:
            self.loaded += [attrs[name] for name in ("href", "src") if name in attrs]


with tempfile.TemporaryDirectory() as folder:
    site = pathlib.Path(folder)
    done = subprocess.run(["mkdocs", "build", "--strict", "--quiet", "--config-file",
                           lint.TOP / "contrib/site/mkdocs.yml", "--site-dir", site],
                          capture_output=True, text=True,
                          env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})
    pages = {path.relative_to(site): Page(path) for path in site.rglob("*.html")}
    broken, elsewhere, scripts = [], [], []
    for path, page in pages.items():
        for target in page.links + page.loaded:
            url = urllib.parse.urlsplit(target)
            if url.scheme or url.netloc:
                elsewhere.append(f"{path}: {target}")
                continue
            base = site if url.path.startswith("/") else site / path.parent
            name = site / path
            if url.path:
                name = pathlib.Path(os.path.normpath(base / url.path.lstrip("/")))
            there = pages.get(name.relative_to(site))
            if not name.exists() or url.fragment and url.fragment not in there.ids:
                broken.append(f"{path}: {target}")
        scripts += [f"{path}: {script}" for script in page.scripts]
    styles = [str(path.relative_to(site)) for path in site.rglob("*")
              if path.suffix in (".css", ".svg") and
              any(word in path.read_text() for word in ("url(http", "@import", "href=\"http"))]

lint.report({
    "mkdocs has nothing to complain of":
        [] if done.returncode == 0 and not done.stderr else done.stderr.split("\n"),
    "there is a page for each file": [] if len(pages) > 15 else [f"{len(pages)} pages"],
    "every link within the site leads somewhere": broken,
    "no page asks for anything elsewhere": elsewhere + styles,
    "no page runs a script": scripts,
})
