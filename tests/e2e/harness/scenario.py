"""What clients/scenarios do, in node or in a page of Chromium."""
import json
import pathlib
import subprocess

from harness.cases import equal

CLIENTS = pathlib.Path(__file__).resolve().parents[1] / "clients"


def scenario(name, where, url):
    """Runs clients/scenarios/NAME.mjs in "node" or "page"; returns what it returned."""
    child = subprocess.run(["node", CLIENTS / "try.mjs", name, where, url], capture_output=True,
                           text=True, timeout=240)
    equal(child.stderr, "", "what the client complained about")
    return json.loads(child.stdout)
