"""conf/examples/sockjs.conf: sockjs-client in node, before a service of lines."""
import json
import pathlib
import subprocess

from harness import http1, scratch
from harness.backends import Backend
from harness.cases import add, equal, run
from harness.recipe import recipe

HERE = pathlib.Path(__file__).parent
CLIENT = HERE / "node_modules" / "sockjs-client" / "dist"
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
    equal(b'<script src="/sockjs/sockjs.min.js">' in page, True, "the iframe names the script")
    equal(http1.fetch(gateway, "/sockjs/sockjs.min.js").body,
          (CLIENT / "sockjs.min.js").read_bytes(), "the script")


backend = Backend().serve(lines)
gateway = recipe("sockjs", server=("tcp://127.0.0.1:7000", backend.url),
                 client=("/usr/share/javascript/sockjs-client", CLIENT),
                 pages=("/srv/www", PAGES))
for name in ("websocket", "xhr-streaming", "xhr-polling"):
    add(name, client, name)
add("the client's script", script)
with backend:
    run(gateway)
