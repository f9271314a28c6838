"""Unix sockets, as a backend's address and as a listener's."""
import os
import stat

from harness import ws
from harness.backends import Backend, echo
from harness.cases import case, equal, run
from harness.gateway import Gateway
from harness.http1 import read_response
from harness.wire import Wire


@case("a backend on a unix socket")
def backend():
    with ws.connect(gateway, "/unix") as socket:
        socket.binary(b"\x5a" * 300_000)
        equal(socket.stream(300_000), b"\x5a" * 300_000, "echo")
        socket.finish()


@case("a backend whose socket is not there: 502")
def missing():
    with gateway.wire() as wire:
        wire.send(ws.handshake("/missing"))
        equal(read_response(wire).status, 502, "status")


@case("a listener on a unix socket, with its mode")
def listener():
    path = gateway.dir / "front.sock"
    equal(oct(stat.S_IMODE(os.stat(path).st_mode)), "0o620", "mode")
    with ws.WebSocket(Wire.connect(str(path)), "/unix").opened() as socket:
        socket.binary(b"hello")
        equal(socket.stream(5), b"hello", "echo")
        socket.finish(4000)
    gateway.expect_record(type="session", close_code=4000, listener="front")


gateway = Gateway(
    listeners='front: { bind = "unix:@DIR@/front.sock"; mode = "0620"; };',
    backends='''unix: { servers = ["unix:@DIR@/back.sock"]; };
                missing: { servers = ["unix:@DIR@/nobody.sock"]; };''',
    routes='''unix: { path = "/unix"; backend = "unix"; };
              missing: { path = "/missing"; backend = "missing"; };''')
Backend(unix=gateway.dir / "back.sock").serve(echo)
run(gateway)
