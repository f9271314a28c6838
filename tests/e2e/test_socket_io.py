# slow
"""A socket.io application behind the gateway, used in Chromium: everything of it over HTTP/2."""
import json
import pathlib
import subprocess

from harness import scratch
from harness.address import HOST, free_port
from harness.cases import case, equal, run
from harness.gateway import Gateway
from harness.service import Service
from harness.wait import until

HERE = pathlib.Path(__file__).parent
seen = {}


@case("pages, sockets that poll and sockets that are upgraded, broadcasts, and back after a loss")
def application():
    out = subprocess.run(["node", HERE / "clients/socket_io.mjs", gateway.url("/", "https")],
                         capture_output=True, text=True, timeout=180)
    equal(out.returncode, 0, f"node's exit status ({out.stderr[-800:]})")
    seen.update(json.loads(out.stdout))
    equal(seen["errors"], [], "what the browser complains about")


@case("texts and bytes come back as they were, polled and by WebSocket")
def echoes():
    equal(seen["polling"], [True, {"transport": "polling", "upgrade": None}], "polling")
    equal(seen["websocket"],
          [True, {"transport": "websocket",
                  "upgrade": {"httpVersion": "1.1", "method": "GET", "upgrade": "websocket",
                              "proto": "https"}}], "after polling")
    equal(seen["again"], True, "after it came back")


@case("a broadcast reaches every page once, in order")
def broadcasts():
    wanted = [["from the one that polls", 5000], ["from the one that was upgraded", 5000]]
    equal(seen["heard"], [wanted] * 3, "what the pages heard")


@case("every request of the page was made over h2")
def protocols():
    equal(seen["color"], "rgb(1, 2, 3)", "the style sheet's colour")
    paths = {path for path, _ in seen["protocols"]}
    equal({"/", "/app.js", "/app.css", "/socket.io/socket.io.js", "/socket.io/"} - paths, set(),
          "missing")
    equal({protocol for _, protocol in seen["protocols"]}, {"h2"}, "protocols")


@case("a lost connection is opened anew, by polling and by WebSocket")
def reconnects():
    equal(seen["connects"], [["polling"] * 2, ["polling"] * 3], "how it connected")


@case("the access log has them all, as what they were")
def records():
    sessions = until(lambda: len(s := gateway.records(type="session")) == 4 and s,
                     "the WebSockets' records", diagnose=gateway.records)
    equal({(s["protocol"], s["transport"], s["path"], s["status"], s["backend"]) for s in sessions},
          {("h2", "websocket", "/socket.io/", 200, "app")}, "WebSockets")
    ends = sorted(s["closed_by"] for s in sessions)
    equal(ends.count("backend") >= 1, True, f"one that the application broke off, in {ends}")
    rows = gateway.records(type="request")
    equal({r["protocol"] for r in rows}, {"h2"}, "protocols of requests")
    wanted = {("GET", "/"), ("GET", "/app.js"), ("GET", "/app.css"), ("GET", "/socket.io/socket.io.js"),
              ("GET", "/socket.io/"), ("POST", "/socket.io/")}
    equal({(r["method"], r["path"]) for r in rows if r["status"] < 400}, wanted, "requests")


port = free_port()
app = Service("node", HERE / "servers/socket_io.mjs", HOST, port, address=(HOST, port),
              log=scratch.folder() / "node")
gateway = Gateway(routes='app: { backend = "app"; };',
                  backends=f'app: {{ servers = ["http://{HOST}:{port}"]; }};')
with app:
    run(gateway)
