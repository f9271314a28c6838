"""What the lints share: the files of the tree, their C without its words, and TAP."""
import os
import pathlib
import re
import sys

TOP = pathlib.Path(os.environ.get("srcdir") or pathlib.Path(__file__).resolve().parents[2])
SKIPPED = {"node_modules", "dist", "__pycache__", "corpus", "corpora"}


def files(folder, *suffixes):
    """The files below a folder of the tree, as paths relative to the top, sorted."""
    found = (p.relative_to(TOP) for p in (TOP / folder).rglob("*")
             if p.suffix in suffixes and p.is_file())
    return sorted(p for p in found if SKIPPED.isdisjoint(p.parts))


def text(path):
    return (TOP / path).read_text(encoding="utf-8")


def lines(path):
    """(number, line) of a file of the tree."""
    return enumerate(text(path).split("\n"), 1)


def code(path):
    """The C of a file: comments, strings and characters are blanked, lines stay."""
    words = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)
    return words.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), text(path))


def functions(path):
    """(name, first line, last line, static?) of what a file defines; KNF puts { and } at the margin."""
    source = code(path).split("\n")
    first = name = None
    for number, line in enumerate(source, 1):
        if line.startswith("{") and number > 1:
            first = number - 1
            while source[first - 1][:1].isspace():
                first -= 1
            head = re.sub(r"__attribute__\s*\(\(.*?\)\)", "", " ".join(source[first - 1:number - 1]))
            found = re.search(r"(\w+)\s*\(", head)
            name = found and found.group(1)
            static = head.startswith("static")
        elif line.startswith("}") and name:
            yield name, first, number, static
            name = None


def report(cases):
    """Prints TAP for a dict: what is claimed → list of where it does not hold."""
    print(f"1..{len(cases)}")
    for number, (claim, wrong) in enumerate(cases.items(), 1):
        print(f"{'not ok' if wrong else 'ok'} {number} - {claim}")
        for line in wrong:
            print(f"# {line}")
    sys.exit(1 if any(cases.values()) else 0)
