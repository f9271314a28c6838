# waits
"""SIGTERM: no new connections, every session closed with 1001, exit status 0; twice: at once."""
import signal

from harness import ws
from harness.backends import Backend
from harness.cases import add, case, equal, run
from harness.gateway import Gateway
from harness.wait import until

backend = Backend()
BACKENDS = f'b: {{ servers = ["{backend.url}"]; }};'
ROUTES = 'tcp: { path = "/tcp"; backend = "b"; }; echo: { path = "/echo"; service = "echo"; };'


def gateway(stop_timeout):
    return Gateway(routes=ROUTES, backends=BACKENDS, top=f'stop_timeout = "{stop_timeout}";')


def sessions(gw, n):
    """n plain and n TLS sessions, with their backends' ends."""
    opened = []
    for tls in (False, True):
        for _ in range(n):
            socket = ws.start(gw, "/tcp", tls)
            conn = backend.accept()
            opened.append((socket.opened(), conn))
    return opened


def graceful(number):
    with gateway("2s") as gw:
        opened = sessions(gw, 10)
        gw.signal(number)
        for socket, conn in opened:
            socket.expect_failed(1001)
            conn.expect_eof()
        equal(gw.wait(), 0, "exit status")
        records = gw.records(type="session", close_code=1001, closed_by="gateway")
        equal(len(records), len(opened), "records")


@case("no sessions: the end does not wait for stop_timeout")
def idle():
    with gateway("1h") as gw:
        with gw.wire(), gw.wire(True):          # connections without a request hold nobody up
            gw.signal(signal.SIGTERM)
            equal(gw.wait(), 0, "exit status")


@case("the end comes when the last session has ended by itself")
def last():
    with gateway("1h") as gw:
        (socket, conn), *rest = sessions(gw, 1)
        gw.signal(signal.SIGTERM)
        for one, _ in [(socket, conn), *rest]:
            one.close(1000)
        equal(gw.wait(), 0, "exit status")


@case("clients that do not answer the Close do not hold it up beyond stop_timeout")
def deaf():
    with gateway("2s") as gw:
        opened = sessions(gw, 2)
        gw.signal(signal.SIGTERM)
        equal(gw.wait(), 0, "exit status")
        for socket, _ in opened:
            equal(socket.frame().code, 1001, "close code")


@case("no new connections once it stops")
def closed_door():
    with gateway("1h") as gw:
        opened = sessions(gw, 1)
        gw.signal(signal.SIGTERM)

        def refused():
            try:
                gw.wire().close()
                return False
            except ConnectionRefusedError:
                return True
            except ConnectionResetError:
                return False            # it stood in the queue when the door closed
        until(refused, "a refused connection")
        equal(gw.child.poll(), None, "exit status so far")
        for socket, _ in opened:
            socket.close(1000)
        equal(gw.wait(), 0, "exit status")


def twice(first, second):
    """Sessions would have an hour; the second signal takes it from them."""
    with gateway("1h") as gw:
        opened = sessions(gw, 3)
        gw.signal(first)
        gw.expect_log("stop")
        gw.signal(second)
        equal(gw.wait(), 0, "exit status")
        for socket, conn in opened:
            socket.wire.expect_gone()
            conn.expect_gone()


for name in ("SIGTERM", "SIGINT"):
    number = getattr(signal, name)
    add(f"{name} closes sessions with 1001", graceful, number)
    add(f"{name} twice ends at once", twice, number, number)
add("SIGINT after SIGTERM ends at once", twice, signal.SIGTERM, signal.SIGINT)
run()
