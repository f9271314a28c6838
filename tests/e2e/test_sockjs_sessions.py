"""SockJS on routes of all kinds: origins, HTTP/2, beside other transports, from any worker, in order."""
import json
import threading

from harness import h2, http1, ws
from harness.backends import Backend
from harness.cases import add, equal, run
from harness.gateway import Gateway
from harness.sockjs import BUSY, CUT, OPEN, Session, chunk

MESSAGES = 2000
ELSEWHERE = "https://a.example"


def status(path, method="GET", **options):
    return http1.fetch(gateway, path, method, **options).status


def origins():
    """Who is not let in hears nothing: no session comes of it, and no header lets it read."""
    s = Session(gateway, "/named")
    for transport, method in (("xhr", "POST"), ("xhr_streaming", "POST"), ("eventsource", "GET"),
                              ("jsonp", "GET"), ("xhr_send", "POST")):
        answer = s.fetch(transport, method, "?c=x", headers=["Origin: https://evil.example"])
        equal((answer.status, answer.header("Access-Control-Allow-Origin")), (403, None), transport)
    equal(s.try_send(b"[]")[0], 404, "no session came of it")
    answer = s.poll(OPEN, headers=[f"Origin: {ELSEWHERE}"])
    equal(answer.header("Access-Control-Allow-Origin"), ELSEWHERE, "who is let in")
    for path, policy in (("/named", f"frame-ancestors 'self' {ELSEWHERE}"), ("/any", None)):
        answer = http1.fetch(gateway, f"{path}/iframe.html")
        equal(answer.header("Content-Security-Policy"), policy, "who may hold the iframe")
    gateway.expect_log('origin "https://evil.example" not allowed')


def scripts():
    """A page elsewhere asks for a script without an Origin; browsers tell all the same."""
    rows = [([], 200), (["Sec-Fetch-Site: same-origin"], 200), (["Sec-Fetch-Site: none"], 200),
            (["Sec-Fetch-Site: cross-site"], 403), (["Sec-Fetch-Site: same-site"], 403),
            (["Sec-Fetch-Site: cross-site", "Referer: https://evil.example/a.example"], 403),
            (["Sec-Fetch-Site: cross-site", "Referer: https://a.example.evil.example/"], 403),
            (["Sec-Fetch-Site: cross-site", f"Referer: {ELSEWHERE}/page?x#y"], 200),
            (["Sec-Fetch-Site: cross-site", f"Referer: {ELSEWHERE}"], 200)]
    for headers, wanted in rows:
        answer = Session(gateway, "/named").fetch("jsonp", "GET", "?c=x", headers=headers)
        equal(answer.status, wanted, f"status with {headers}")
        if wanted == 403:
            equal(b'"o"' in answer.body, False, "a frame for who is not let in")
    answer = Session(gateway, "/any").fetch("jsonp", "GET", "?c=x",
                                            headers=["Sec-Fetch-Site: cross-site"])
    equal(answer.status, 200, "status where any origin is let in")


def together():
    """All transports on one route, which says its own CORS for those of plain HTTP."""
    equal(http1.fetch(gateway, "/all").body, b"Welcome to SockJS!\n", "GET")
    created = http1.fetch(gateway, "/all", "POST", headers=[f"Origin: {ELSEWHERE}"])
    equal((created.status, created.header("Access-Control-Allow-Origin")), (201, ELSEWHERE), "POST")
    equal(json.loads(created.body)["transports"], ["websocket", "sockjs", "sse", "longpoll"],
          "transports")
    s = Session(gateway, "/all")
    answer = s.poll(OPEN, headers=[f"Origin: {ELSEWHERE}"])
    equal((answer.header("Access-Control-Allow-Origin"), answer.header("Vary"),
           answer.header("Access-Control-Allow-Credentials")), (ELSEWHERE, "Origin", "true"), "CORS")
    asks = [f"Origin: {ELSEWHERE}", "Access-Control-Request-Method: POST"]
    equal(http1.fetch(gateway, "/all/0/0/xhr", "OPTIONS", headers=asks).header(
        "Access-Control-Max-Age"), "31536000", "SockJS answers for itself")
    equal(http1.fetch(gateway, "/all/x", "OPTIONS", headers=asks).header(
        "Access-Control-Allow-Methods"), "GET, DELETE", "the route for all else")
    for path in ("/all", "/all/x", "/all/websocket"):
        with ws.connect(gateway, path) as socket:
            socket.text("as it is")
            socket.expect(ws.TEXT, b"as it is")
    with ws.connect(gateway, "/all/0/0/websocket") as socket:
        socket.expect(ws.TEXT, b"o")
    place = created.header("Location")
    equal(status(f"/all/0{place.removeprefix('/all')}/xhr_send", "POST"), 404, "another's id")


def over_http2(tls):
    session = Session(gateway, "/any")
    with h2.connect(gateway, tls) as c:
        equal(c.fetch(session.place("xhr"), "POST", body=b"").body, OPEN, "a poll")
        equal(c.fetch(session.place("xhr_send"), "POST", body=b'["a"]').status, 204, "a message")
        stream = c.request(session.place("xhr_streaming"), "POST", body=b"")
        answer = c.answers[stream]
        c.until(lambda: answer.body.endswith(b'a["a"]\n'), "the message")
        equal(answer.header("cache-control").startswith("no-store"), True, "not to be kept")
        equal(c.fetch(session.place("xhr_send"), "POST", body=b'["b"]').status, 204, "a message")
        c.until(lambda: answer.body.endswith(b'a["b"]\n'), "the second message")
        equal(c.fetch(session.place("xhr"), "POST", body=b"").body,
              BUSY, "a second receiver")
        c.h2.reset_stream(stream)
        c.flush()
        equal(c.fetch(session.place("xhr"), "POST", body=b"").body,
              CUT, "after a reset")
    with ws.connect(gateway, "/any/0/0/websocket", tls, http2=True) as socket:
        socket.expect(ws.TEXT, b"o")
        socket.text('["a","b"]')
        socket.expect(ws.TEXT, b'a["a"]')
        socket.expect(ws.TEXT, b'a["b"]')
        socket.finish()


def receive(wire):
    """The frames of an answer, of a stream one by one until it ends."""
    head = http1.read_head(wire)
    equal(head.status, 200, "status")
    if head.header("Content-Length"):
        yield wire.read(int(head.header("Content-Length")))
    else:
        yield from iter(lambda: chunk(wire), b"")


def ledger(transport):
    """
    Numbered messages both ways at once, each request over a connection of its own and so on any
    worker: as long as no connection is cut, each comes once, in order.
    """
    def serve():
        with backend.accept_socket() as sock, sock.makefile("rb") as lines:
            sock.settimeout(None)
            text = b"".join(b"b%d\n" % i for i in range(MESSAGES))
            threading.Thread(target=sock.sendall, args=(text,)).start()
            for i in range(MESSAGES):
                if lines.readline() != b"c%d\n" % i:
                    return
            sock.sendall(b"all there\n")
            lines.readline()

    def send():
        at = 0
        while at < MESSAGES:
            n = 1 + at % 7
            s.send(json.dumps([f"c{i}" for i in range(at, min(at + n, MESSAGES))]).encode())
            at += n

    s, got = Session(gateway, "/lines"), []
    threads = [threading.Thread(target=serve), threading.Thread(target=send)]
    threads[0].start()
    s.poll(OPEN)
    threads[1].start()
    while len(got) <= MESSAGES:
        with gateway.wire() as wire:
            wire.send(s.request(transport))
            for frame in receive(wire):
                if frame[:1] == b"a":
                    got += json.loads(frame[1:])
                elif frame.strip(b"h\n"):
                    raise AssertionError(f"frame {frame} among the messages")
                if len(got) > MESSAGES:
                    break
    equal(got, [f"b{i}" for i in range(MESSAGES)] + ["all there"], "what came")
    for thread in threads:
        thread.join(60)


backend = Backend()
gateway = Gateway(
    top='workers = 4; defaults: { transports = [ "sockjs" ]; };',
    backends=f'lines: {{ servers = "{backend.url}"; }};',
    routes=f'''any: {{ path = "/any"; service = "echo"; origins = "*"; }};
    named: {{ path = "/named"; service = "echo"; origins = [ "same", "{ELSEWHERE}", "null" ]; }};
    all: {{ path = "/all"; service = "echo"; origins = "*";
            transports = [ "websocket", "sockjs", "sse", "longpoll" ];
            cors: {{ origins = [ "{ELSEWHERE}" ]; methods = [ "GET", "DELETE" ]; }}; }};
    lines: {{ path = "/lines"; backend = "lines"; framing = "line"; buffer = "4K";
              sockjs: {{ response_limit = "2K"; }}; }};''')
add("origins", origins)
add("scripts", scripts)
add("beside other transports", together)
add("over HTTP/2", over_http2, False)
add("over HTTP/2 and TLS", over_http2, True)
add("a ledger of polls", ledger, "xhr")
add("a ledger of streams", ledger, "xhr_streaming")
with backend:
    run(gateway)
