# slow
"""A browser's page and its WebSockets over HTTP/2 (RFC 8441): headless Chromium over TLS."""
import json
import pathlib
import subprocess

from harness.cases import add, equal, run
from harness.gateway import Gateway
from harness.wait import until

CLIENTS = pathlib.Path(__file__).parent / "clients"
SOCKETS = 8


def page_and_sockets():
    out = subprocess.run(["node", CLIENTS / "h2.mjs", gateway.url("/page", "https"), "/echo",
                          str(SOCKETS)], capture_output=True, text=True, timeout=120)
    equal(out.returncode, 0, f"node's exit status ({out.stderr[-500:]})")
    wanted = {"got": [True] * 6, "code": 4000, "wasClean": True}
    equal(json.loads(out.stdout), [wanted] * SOCKETS, "what the sockets saw")
    sessions = until(lambda: len(s := gateway.records(type="session")) == SOCKETS and s,
                     "the sessions' records")
    equal({(s["protocol"], s["status"], s["close_code"], s["closed_by"]) for s in sessions},
          {("h2", 200, 4000, "client")}, "what the sessions' records say")
    page = gateway.expect_record(type="request", path="/page")
    equal((page["protocol"], page["status"]), ("h2", 200), "the page's record")
    equal(len({s["client_port"] for s in sessions} | {page["client_port"]}), 1, "connections")


gateway = Gateway(routes='''page: { path = "/page"; respond: { status = 200; type = "text/html";
                                    body = "<title>x</title>"; }; };
    echo: { path = "/echo"; service = "echo"; };''')
add("a page and its sockets share a connection", page_and_sockets)
run(gateway)
