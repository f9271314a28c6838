#!/usr/bin/env python3
"""Every recipe of conf/examples is run by an end-to-end test, installed, and in the manual."""
import re

import lint

recipes = [path.stem for path in lint.files("conf/examples", ".conf")]
tests = "".join(lint.text(path) for path in lint.files("tests/e2e", ".py"))
run = set(re.findall(r'\brecipe\("([\w-]+)"', tests))
installed = lint.text("gateway/config/Makefile.inc")
manual = lint.text("conf/framegate.conf.5.in").replace("\\-", "-")

lint.report({
    "every recipe is run by a test": [name for name in recipes if name not in run],
    "every recipe is installed":
        [name for name in recipes if f"conf/examples/{name}.conf" not in installed],
    "every recipe is in the manual":
        [name for name in recipes if not re.search(rf"^\.It Pa {name}\.conf$", manual, re.M)],
})
