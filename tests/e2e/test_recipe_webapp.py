"""conf/examples/webapp.conf: a web application on two servers of node, one of which dies."""
import json
import os

from harness import scratch
from harness.address import HOST, free_port
from harness.cases import case, equal, run
from harness.http1 import read_response, request
from harness.recipe import recipe
from harness.service import Service
from harness.wait import until
from harness.ws import start

folder, ports = scratch.folder(), [free_port(), free_port()]
WEB = os.path.join(os.path.dirname(__file__), "clients/web.mjs")


def ask(path, method="GET", body=b""):
    with gateway.wire() as wire:
        wire.send(request(path, method, body=body))
        return read_response(wire)


@case("requests and uploads reach the application, and it knows of whom")
def requests():
    seen = json.loads(ask("/x?y").body)
    equal((seen["url"], seen["headers"]["x-forwarded-for"]), ("/x?y", "127.0.0.1"), "request")
    equal(json.loads(ask("/uploads/a", "POST", bytes(100_000)).body)["bytes"], 100_000, "bytes")
    equal(ask("/metrics").status, 404, "what is not for everybody")


@case("its WebSockets")
def socket():
    with start(gateway, "/socket") as ws:
        ws.opened()
        ws.text("hello")
        ws.expect_message(1, b"hello")
    gateway.expect_record(type="session", route="app", transport="websocket")


@case("one server dies, and no request is lost")
def death():
    services[0].child.kill()
    services[0].child.wait()
    for i in range(20):
        equal(ask(f"/after/{i}").status, 200, "status")
    until(lambda: "is down" in gateway.log(), "the health check to see it")


services = [Service("node", WEB, HOST, port, address=(HOST, port), log=folder / f"{port}")
            for port in ports]
gateway = recipe("webapp", tls=(' tls = "self-signed";', ""),
                 one=("http://127.0.0.1:3000", f"http://{HOST}:{ports[0]}"),
                 two=("http://127.0.0.1:3001", f"http://{HOST}:{ports[1]}"))
with services[0], services[1]:
    run(gateway)
