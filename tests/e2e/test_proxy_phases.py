# slow
# waits
"""Each phase of a request to a web server has its time: what the client, the logs and the server see."""
from harness.address import HOST
from harness.backends import Backend, BlackHole
from harness.cases import add, equal, run
from harness.gateway import Gateway
from harness.http1 import read_head, read_response, request
from harness.wait import until
from harness.ws import accept_for, handshake

SILENT = "backend did not answer in time"
STALLED = "request body did not go on within body_timeout"
LARGE = 64 << 20
logs = {}               # how often the error log has said what
POST = ["Content-Length: 10"]
EXPECT = [*POST, "Expect: 100-continue"]


def accepted(server, upto=b"\r\n\r\n"):
    """The next connection, after it has asked."""
    back = server.accept()
    back.read_until(upto)
    return back


def refused(wire, path, status, reason, logged=True, backend=None):
    """The client's answer, the error log and the access log say what it was, and the server is left."""
    equal(read_response(wire).status, status, "status")
    gone(path, reason, logged, backend)


def gone(path, reason, logged, backend):
    row = gateway.expect_record(path=path)
    equal((row["type"], row.get("reason")), ("request", reason), "the record's reason")
    logs[reason] = logs.get(reason, 0) + logged
    until(lambda: gateway.log().count(reason) == logs[reason], f"one more line that says {reason}",
          diagnose=gateway.log)
    if backend:
        backend.expect_gone()
        backend.close()


def connecting():
    with gateway.wire() as wire:
        wire.send(request("/connecting", host="hole"))
        refused(wire, "/connecting", 504, "backend did not answer within connect_timeout")


def in_tls_handshake():
    with gateway.wire() as wire:
        wire.send(request("/tls", host="tls"))
        sock = tls.accept_socket()
        refused(wire, "/tls", 504, "backend did not answer within connect_timeout")
        sock.close()


def answering(path, headers, body, said, method="GET"):
    """The server has all that it waits for, and says so much of an answer."""
    with gateway.wire() as wire:
        wire.send(request(path, method, headers=headers) + body)
        back = accepted(web)
        back.send(said)
        if said.startswith(b"HTTP/1.1 100"):
            equal(read_head(wire).status, 100, "interim answer")
            wire.send(b"0123456789")
        refused(wire, path, 504, SILENT, True, back)


def client_stalls(path, headers, said):
    with gateway.wire() as wire:
        wire.send(request(path, "POST", headers=headers) + (b"" if said else b"half"))
        back = accepted(web)
        back.send(said)
        if said:
            equal(read_head(wire).status, 100, "interim answer")
        refused(wire, path, 408, STALLED, False, back)


def server_takes_nothing():
    with gateway.wire() as wire:
        wire.send(request("/takes", "POST", headers=[f"Content-Length: {LARGE}"]))
        back = accepted(web)
        wire.send(bytes(LARGE))
        refused(wire, "/takes", 504, SILENT)
        back.close()


def answer_stalls():
    with gateway.wire() as wire:
        wire.send(request("/stalls"))
        back = accepted(web)
        back.send(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
        equal(read_head(wire).status, 200, "status")
        equal((wire.read_all(), wire.ended), (b"half", "reset"), "what came of the body")
        gone("/stalls", SILENT, True, back)


def client_takes_nothing():
    with gateway.wire() as wire:
        wire.send(request("/taken"))
        back = accepted(web)
        back.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % LARGE)
        while not back.has_ended():
            back.offer(bytes(1 << 16))
        gone("/taken", "peer does not read what it is sent", True, back)


def handshake_unanswered():
    with gateway.wire() as wire:
        wire.send(handshake("/handshake"))
        back = accepted(web)
        refused(wire, "/handshake", 504, SILENT, True, back)


def tunnel_idle():
    with gateway.wire() as wire:
        wire.send(handshake("/idle"))
        back = web.accept()
        key = back.read_until(b"\r\n\r\n").partition(b"Sec-WebSocket-Key: ")[2].partition(b"\r")[0]
        back.send(f"HTTP/1.1 101 S\r\nUpgrade: websocket\r\nConnection: upgrade\r\n"
                  f"Sec-WebSocket-Accept: {accept_for(key.decode())}\r\n\r\n".encode())
        equal(read_head(wire).status, 101, "status")
        wire.expect_eof()
        back.expect_eof()
        row = gateway.expect_record(path="/idle", type="session")
        equal((row["closed_by"], row["reason"]), ("gateway", "no application data within idle"),
              "the record")
        back.close()


web, hole = Backend(), BlackHole()
gateway = Gateway(
    top='limits: { keepalive = "1s"; };',
    routes='''hole: { host = "hole"; backend = "hole"; }; tls: { host = "tls"; backend = "tls"; };
              web: { backend = "w"; idle = "1s"; };''',
    backends="")
tls = Backend(context=gateway.authority.server_context(gateway.authority.server("localhost")))
TIMES = 'connect_timeout = "1s"; response_timeout = "1s"; body_timeout = "1s"; tries = 1;'
gateway.configure(gateway.conf_file.read_text().replace("backends: {", f'''backends: {{
    w: {{ servers = ["http://{HOST}:{web.port}"]; {TIMES} }};
    hole: {{ servers = ["http://{HOST}:{hole.port}"]; {TIMES} }};
    tls: {{ servers = ["https://{HOST}:{tls.port}"]; {TIMES} tls: {{ verify = false; }}; }};'''))
add("connecting", connecting)
add("in the TLS handshake", in_tls_handshake)
add("no answer", answering, "/none", (), b"", b"")
add("half of a head", answering, "/half", (), b"", b"HTTP/1.1 200 OK\r\nContent-Le")
add("no answer to a body", answering, "/body", POST, b"0123456789", b"", "POST")
add("no word about an expectation", answering, "/expect", EXPECT, b"", b"", "POST")
add("100, the body, and nothing more", answering, "/100", EXPECT, b"",
    b"HTTP/1.1 100 Continue\r\n\r\n", "POST")
add("a client that stops within its body", client_stalls, "/client", POST, b"")
add("a client that stops behind a 100", client_stalls, "/client100", EXPECT,
    b"HTTP/1.1 100 Continue\r\n\r\n")
add("a server that takes no body", server_takes_nothing)
add("a server that stops within its answer", answer_stalls)
add("a client that takes no answer", client_takes_nothing)
add("no answer to a handshake", handshake_unanswered)
add("a tunnel without bytes", tunnel_idle)
with web, tls:
    run(gateway)
