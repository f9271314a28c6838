"""conf/examples/sockjs.conf: sockjs-client in node, before a service of lines."""
import json
import pathlib
import shutil
import subprocess

from harness import http1, scratch
from harness.backends import Backend
from harness.cases import add, equal, run
from harness.recipe import recipe

HERE = pathlib.Path(__file__).parent
CLIENT = HERE / "node_modules" / "sockjs-client" / "dist" / "sockjs.min.js"
PAGES = scratch.folder()


def lines(wire):
    """Says each line backwards."""
    while True:
        line = wire.read_until(b"\n")[:-1].decode()
        wire.send(line[::-1].encode() + b"\n")


def client(transport):
    out = subprocess.run(["node", HERE / "clients" / "sockjs_lines.mjs", gateway.url("/chat", "http"),
                          transport], capture_output=True, text=True, timeout=120)
    equal(out.returncode, 0, f"node's exit status ({out.stderr[-500:]})")
    equal(json.loads(out.stdout), [transport, "olleh", "é\u2028<", ""], "what came back")


def script():
    page = http1.fetch(gateway, "/chat/iframe-1.6.1.html").body
    equal(b'<script src="/sockjs.min.js">' in page, True, "the iframe names the script")
    equal(http1.fetch(gateway, "/sockjs.min.js").body, CLIENT.read_bytes(), "the script")


shutil.copy(CLIENT, PAGES)
backend = Backend().serve(lines)
gateway = recipe("sockjs", server=("tcp://127.0.0.1:7000", backend.url),
                 pages=("/var/www/site", PAGES))
for name in ("websocket", "xhr-streaming", "xhr-polling"):
    add(name, client, name)
add("the client's script", script)
with backend:
    run(gateway)
