# slow
"""Debian's Jupyter Notebook behind the gateway: a notebook is opened, run and saved over HTTP/2."""
import json
import os
import pathlib
import subprocess

from harness import scratch
from harness.address import HOST, free_port
from harness.cases import case, equal, run
from harness.gateway import Gateway
from harness.service import Service

HERE = pathlib.Path(__file__).parent
NOTEBOOK = {"nbformat": 4, "nbformat_minor": 4,
            "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3"}},
            "cells": [{"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [],
                       "source": "print(sum(range(1000)), 'x' * 100_000)"}]}


@case("a page of many files, and a kernel that answers by WebSocket")
def notebook():
    out = subprocess.run(["node", HERE / "clients/jupyter.mjs",
                          gateway.url("/notebooks/n.ipynb?token=secret", "https")],
                         capture_output=True, text=True, timeout=300)
    equal((out.returncode, out.stderr), (0, ""), "node's exit status and complaints")
    seen = json.loads(out.stdout)
    equal(seen["output"].split(), ["499500", "x" * 100_000], "the cell's output")
    equal((seen["protocols"], seen["sockets"], seen["requests"] > 20), (["h2"], ["api"], True),
          "how it was asked for")


@case("what was run is saved: requests with bodies and cookies arrive")
def saved():
    cell = json.loads((folder / "n.ipynb").read_text())["cells"][0]
    equal("".join(cell["outputs"][0]["text"]).split()[0], "499500", "the output in the file")
    gateway.expect_record(type="request", method="PUT", path="/api/contents/n.ipynb", status=200,
                          protocol="h2")


@case("the kernel's WebSocket is a session of the access log")
def session():
    row = gateway.expect_record(type="session")
    equal((row["protocol"], row["status"], row["transport"], row["backend"], row["closed_by"]),
          ("h2", 200, "websocket", "app", "client"), "record")


folder, port = scratch.folder(), free_port()
(folder / "n.ipynb").write_text(json.dumps(NOTEBOOK))
app = Service("/usr/bin/jupyter-notebook", "--no-browser", "--allow-root", f"--ip={HOST}", f"--port={port}",
              "--NotebookApp.token=secret", f"--notebook-dir={folder}", address=(HOST, port),
              log=folder / "log", env=dict(os.environ, HOME=str(folder), PYTHONPATH=""))
gateway = Gateway(routes='app: { backend = "app"; };',
                  backends=f'app: {{ servers = ["http://{HOST}:{port}"]; }};')
with app:
    run(gateway)
