#!/usr/bin/env python3
"""A header stands by itself and guards itself under its own name."""
import os
import shlex
import subprocess

import lint


def compiles(path):
    """A header with a .c beside it is shown by that; any other is compiled alone."""
    flags = shlex.split(os.environ.get("CPPFLAGS_ALL", ""))
    command = [*shlex.split(os.environ.get("CC", "cc")), "-std=c11", "-fsyntax-only",
               "-D_GNU_SOURCE", *flags, f"-I{lint.TOP}/gateway", "-x", "c", str(lint.TOP / path)]
    done = subprocess.run(command, stderr=subprocess.PIPE, text=True)
    return [] if done.returncode == 0 else [f"{path}: {line}" for line in done.stderr.split("\n")]


def first_include(path):
    return next((l for _, l in lint.lines(path) if l.startswith("#include")), "")


guards, order, alone = [], [], []
for path in lint.files("gateway", ".h"):
    guard = path.name.upper().replace(".", "_").replace("-", "_")
    directives = [l for _, l in lint.lines(path) if l.startswith("#")]
    if directives[:2] != [f"#ifndef {guard}", f"#define {guard}"] or directives[-1] != "#endif":
        guards.append(f"{path}: {guard}")
    source = path.with_suffix(".c")
    if not (lint.TOP / source).exists():
        alone += compiles(path)
    elif first_include(source) != f'#include "{path.relative_to("gateway")}"':
        order.append(f"{source}: does not include {path.name} first")

lint.report({
    "a header's guard is named after it": guards,
    "a source includes its own header first": order,
    "a header without a source compiles alone": alone,
})
