#!/usr/bin/env python3
"""Every line of base/fault.def and base/stats.def is used by the program."""
import re

import lint


def lines(table, macros):
    return re.findall(rf"^(?:{macros})\((\w+)", lint.text(table), re.M)


program = "".join(lint.code(path) for path in lint.files("gateway", ".c", ".h"))
words = set(re.findall(r"\b\w+", program))
members = set(re.findall(r"(?:\.|->)(\w+)", program))

lint.report({
    "every fault is used":
        [name for name in lines("gateway/base/fault.def", "FAULT") if f"FAULT_{name}" not in words],
    "every counter is used":
        [name for name in lines("gateway/base/stats.def", "COUNTER|GAUGE") if name not in members],
})
