"""WebSocket over HTTP/2 (RFC 8441): bridges side by side on one connection, and their ends."""
import signal

from harness import h2 as http2
from harness import ws
from harness.backends import Backend
from harness.cases import add, equal, run
from harness.gateway import Gateway


def socket_on(connection, path="/", **options):
    return ws.StreamWebSocket(connection, path, **options)


def bridge(connection):
    """An open WebSocket with its backend."""
    socket = socket_on(connection)
    back = backend.accept()
    return socket.opened(), back


def both_ways(tls):
    with http2.connect(gateway, tls) as c:
        equal(c.h2.remote_settings.enable_connect_protocol if c.receive() else 0, 1, "the setting")
        socket, back = bridge(c)
        socket.binary(b"to the backend")
        equal(back.read(14), b"to the backend", "what the backend got")
        back.send(b"to the client")
        equal(socket.stream(13), b"to the client", "what the client got")
        socket.close()
        socket.expect_failed(1000)
        back.expect_eof()
        back.close()
    record = gateway.expect_record(type="session", protocol="h2", close_code=1000,
                                   tls="TLSv1.3" if tls else None)
    equal((record["status"], record["bytes_in"], record["bytes_out"], record["transport"]),
          (200, 14, 13, "websocket"), "the record")


def side_by_side():
    with http2.connect(gateway) as c:
        pairs = [bridge(c) for _ in range(50)]
        for i, (socket, _) in enumerate(pairs):
            socket.binary(b"message %d" % i)
        for i, (socket, back) in enumerate(pairs):
            equal(back.read(len(b"message %d" % i)), b"message %d" % i, "at the backend")
            back.send(b"answer %d" % i)
            equal(socket.stream(len(b"answer %d" % i)), b"answer %d" % i, "at the client")
        for socket, back in pairs:
            back.close()
            socket.expect_failed(1000)


def stalled_backend():
    """One bridge waits for its backend: its window stays closed, the others do not feel it."""
    with http2.connect(gateway) as c:
        stalled, slow = bridge(c)
        offered = 0
        part = ws.frame(ws.BINARY, bytes(60000))
        while c.h2.local_flow_control_window(stalled.wire.stream) >= len(part):
            c.offer(stalled.wire.stream, part)
            offered += 60000
            c.ping()
            equal(offered < 64 << 20, True, "the stalled bridge is stopped some day")
        socket, back = bridge(c)
        for i in range(20):
            socket.binary(bytes(60000))
            back.read(60000)
        equal(len(slow.read(offered)), offered, "all of it arrives in the end")
        slow.close()
        stalled.expect_failed(1000)
        back.close()


def stalled_client():
    """A client that opens no window stops its backend, not the others."""
    with http2.connect(gateway, credit=False) as c:
        stalled, fast = bridge(c)
        sent = 0
        while fast.offer(bytes(65536)) and sent < 64 << 20:
            sent += 65536
        equal(sent < 64 << 20, True, "the backend is stopped some day")
        c.until(lambda: len(stalled.wire.answer.body) == 65535, "a window full")
        c.h2.increment_flow_control_window(1 << 20)
        c.flush()
        socket, back = bridge(c)
        back.send(b"still here")
        equal(socket.stream(10), b"still here", "at the other client")
        back.close()
        fast.close()


def reset_by_client():
    with http2.connect(gateway) as c:
        socket, back = bridge(c)
        c.h2.reset_stream(socket.wire.stream, 8)
        c.flush()
        back.expect_gone()
        socket, back = bridge(c)
        back.send(b"the connection goes on")
        equal(socket.stream(22), b"the connection goes on", "another bridge")
        back.close()


def end_without_close():
    """END_STREAM is FIN."""
    with http2.connect(gateway) as c:
        socket, back = bridge(c)
        socket.wire.finish()
        back.expect_eof()
        socket.wire.expect_gone()
        back.close()
    gateway.expect_record(type="session", close_code=1006, closed_by="client")


def refused(status, headers=(), path="/", host="localhost"):
    with http2.connect(gateway) as c:
        equal(c.head(socket_on(c, path, host=host, headers=headers).wire.stream).status, status,
              "status")
        c.ping()


def refused_by_close():
    with http2.connect(gateway) as c:
        socket = socket_on(c, "/close").opened()
        equal(socket.frame().code, 1014, "code")


def subprotocol():
    with http2.connect(gateway) as c:
        socket = socket_on(c, "/mqtt", headers=["Sec-WebSocket-Protocol: x, mqtt"])
        back = backend.accept()
        equal(socket.opened().subprotocol, "mqtt", "subprotocol")
        back.close()


def alpn_told():
    """A backend is told what the client speaks."""
    for tls, alpn in ((True, b"\x01\x00\x02h2"), (False, None)):
        with http2.connect(gateway, tls) as c:
            socket_on(c, "/told")
            back = backend.accept()
            head = back.read(16)
            rest = back.read(int.from_bytes(head[14:], "big"))
            equal(b"\x01\x00\x02h2" in rest, alpn is not None, "ALPN in the PROXY header")
            back.close()


def stop():
    """GOAWAY, sessions get 1001, and then the connection ends."""
    with Gateway(routes='e: { service = "echo"; };', top='stop_timeout = "20s";') as stopping:
        with http2.connect(stopping) as c, http2.connect(stopping) as idle:
            idle.ping()
            socket = socket_on(c).opened()
            stopping.signal(signal.SIGTERM)
            idle.expect_goaway(0)
            got = socket.frame()
            equal((got.opcode, got.code), (ws.CLOSE, 1001), "the frame")
            socket.close(1001)
            c.until(lambda: socket.wire.answer.ended, "the end of the stream")
            c.expect_goaway(0)
        equal(stopping.wait(), 0, "exit status")


backend = Backend()
gateway = Gateway(
    routes='''
        close: { path = "/close"; backend = "dead"; refuse = "close"; };
        dead: { path = "/dead"; backend = "dead"; };
        mqtt: { path = "/mqtt"; backend = "b"; subprotocols = ["mqtt"]; };
        told: { path = "/told"; backend = "told"; };
        origin: { path = "/origin"; backend = "b"; origins = ["https://good"]; };
        page: { path = "/page"; respond: { status = 200; body = "x"; }; };
        tcp: { path = "/"; backend = "b"; ping = "0"; };''',
    backends=f'''b: {{ servers = ["{backend.url}"]; }};
        told: {{ servers = ["{backend.url}"]; send_proxy = "v2"; }};
        dead: {{ servers = ["tcp://127.0.0.1:1"]; }};''')
add("both ways", both_ways, False)
add("both ways over TLS", both_ways, True)
add("50 side by side", side_by_side)
add("a backend that is stalled", stalled_backend)
add("a client that is stalled", stalled_client)
add("reset by the client", reset_by_client)
add("an end without a Close", end_without_close)
add("no backend", refused, 502, (), "/dead")
add("a wrong origin", refused, 403, ["Origin: https://bad"], "/origin")
add("a wrong version", refused, 426, ["Sec-WebSocket-Version: 13"])
add("a page is no WebSocket", refused, 501, (), "/page")
add("refused by a Close", refused_by_close)
add("subprotocol", subprotocol)
add("the PROXY header says h2", alpn_told)
add("stop", stop)
run(gateway)
