"""What the lints share: the files of the tree, and TAP."""
import os
import pathlib
import sys

TOP = pathlib.Path(os.environ.get("srcdir") or pathlib.Path(__file__).resolve().parents[2])
ROOMS = TOP / "gateway"


def files(folder, *suffixes):
    """The files below a folder of the tree, as paths relative to the top, sorted."""
    found = (p for p in (TOP / folder).rglob("*") if p.suffix in suffixes and p.is_file())
    return sorted(p.relative_to(TOP) for p in found)


def lines(path):
    """(number, line) of a file of the tree."""
    return enumerate((TOP / path).read_text(encoding="utf-8").split("\n"), 1)


def report(cases):
    """Prints TAP for a dict: what is claimed → list of where it does not hold."""
    print(f"1..{len(cases)}")
    for number, (claim, wrong) in enumerate(cases.items(), 1):
        print(f"{'not ok' if wrong else 'ok'} {number} - {claim}")
        for line in wrong:
            print(f"# {line}")
    sys.exit(1 if any(cases.values()) else 0)
