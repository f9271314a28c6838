"""conf/examples/longpoll.conf: a small service of Python that knows nothing of WebSockets."""
import sys

from harness import scratch, ws
from harness.address import HOST, free_port
from harness.cases import add, case, equal, run
from harness.recipe import recipe
from harness.service import Service
from harness.wait import until
from harness.ws_server import SERVERS

folder, port = scratch.folder(), free_port()


def start():
    return Service(sys.executable, SERVERS / "polled.py", HOST, port, address=(HOST, port),
                   log=folder / "service")


def messages(http2):
    """Kinds and boundaries come back as they were; then each side closes."""
    with ws.connect(gateway, "/notices", http2=http2) as socket:
        socket.echo((0, 1, 125, 70000, 256 * 1024))
        socket.finish()
    with ws.connect(gateway, "/notices", http2=http2) as socket:
        socket.text("end")
        socket.expect_failed(1000)


@case("many messages at once keep their order")
def order():
    with ws.connect(gateway, "/notices") as socket:
        for i in range(500):
            socket.text(f"{i}")
        for i in range(500):
            socket.expect_message(ws.TEXT, b"%d" % i)
        socket.finish()


@case("the service is away for a while, and its sessions live on")
def restart():
    with ws.connect(gateway, "/notices") as socket:
        socket.text("before")
        socket.expect_message(ws.TEXT, b"before")
        services.pop().__exit__()
        until(lambda: "backend refused the connection" in gateway.log(), "it to be missed")
        services.append(start())
        socket.finish()
    gateway.expect_record(type="session", route="notices", messages_in=1, messages_out=1,
                          close_code=1000)


services = [start()]
gateway = recipe("longpoll", server=("http://127.0.0.1:8000", f"http://{HOST}:{port}"))
for http2 in (False, True):
    add(f"messages both ways over HTTP/{2 if http2 else 1}", messages, http2)
try:
    run(gateway)
finally:
    for service in services:
        service.__exit__()
