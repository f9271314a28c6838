"""conf/examples/ws-over-http.conf: two servers of Python that share nothing."""
import sys

from harness import scratch, ws
from harness.address import HOST, free_port
from harness.cases import add, case, equal, run
from harness.recipe import recipe
from harness.service import Service
from harness.ws_server import SERVERS

folder, ports = scratch.folder(), [free_port(), free_port()]


def messages(http2):
    """What the session has had so far is known to whoever is asked."""
    with ws.connect(gateway, "/chat", http2=http2) as socket:
        for i in range(1, 20):
            socket.text(f"ä{i}")
            socket.expect_message(ws.TEXT, f"{i} ä{i}".encode())
        socket.binary(b"\xa5" * 70000)
        socket.expect_message(ws.BINARY, b"20 " + b"\xa5" * 70000)
        for i in range(21, 200):
            socket.text("x")
        for i in range(21, 200):
            socket.expect_message(ws.TEXT, b"%d x" % i)
        socket.finish()
    with ws.connect(gateway, "/chat", http2=http2) as socket:
        socket.text("bye")
        socket.expect_message(ws.TEXT, b"1 bye")
        equal(socket.expect_failed(4321), "so long", "reason")


@case("the application chooses the subprotocol")
def subprotocol():
    with ws.connect(gateway, "/chat",
                    headers=["Sec-WebSocket-Protocol: chat.v1, other, chat.v2"]) as socket:
        equal(socket.subprotocol, "chat.v2", "subprotocol")
        socket.finish()


services = [Service(sys.executable, SERVERS / "events.py", HOST, port, address=(HOST, port),
                    log=folder / f"{port}") for port in ports]
gateway = recipe("ws-over-http", one=("http://127.0.0.1:8000", f"http://{HOST}:{ports[0]}"),
                 two=("http://127.0.0.1:8001", f"http://{HOST}:{ports[1]}"))
for http2 in (False, True):
    add(f"messages both ways over HTTP/{2 if http2 else 1}", messages, http2)
with services[0], services[1]:
    run(gateway)
