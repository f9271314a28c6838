"""HTTP/2 (RFC 9113): requests and answers as over HTTP/1.1, many at a time, and their limits."""
from harness import h2
from harness.cases import add, contains, equal, run
from harness.gateway import Gateway
from harness.http1 import fetch, request

SIZE = 3_000_000


def page(tls):
    with h2.connect(gateway, tls) as c:
        answer = c.fetch("/files/big", headers=[("accept-encoding", "identity")])
        equal(answer.status, 200, "status")
        equal(bytes(answer.body) == BIG, True, "the file came whole")
        equal(answer.header("transfer-encoding"), None, "Transfer-Encoding")
        equal(answer.header("connection"), None, "Connection")
        contains(answer.header("date"), "GMT", "Date")
    record = gateway.expect_record(path="/files/big", protocol="h2", tls="TLSv1.3" if tls else None)
    equal((record["status"], record["bytes_out"]), (200, SIZE), "status and bytes_out")


def head():
    with h2.connect(gateway) as c:
        answer = c.fetch("/files/big", "HEAD")
        equal((answer.status, answer.header("content-length"), bytes(answer.body)),
              (200, str(SIZE), b""), "answer")


def many():
    """Answers of one connection share it: none waits for the end of another one."""
    with h2.connect(gateway) as c:
        big = c.request("/files/big")
        small = [c.request("/files/small") for _ in range(20)]
        for stream in small:
            equal(bytes(c.answer(stream).body), b"small", "body")
        equal(c.answers[big].ended, False, "the large answer is under way")
        equal(bytes(c.answer(big).body) == BIG, True, "the large answer came whole")


def turns():
    """Two large answers end at about the same time, since they take turns."""
    with h2.connect(gateway) as c:
        one, two = c.request("/files/big"), c.request("/files/big")
        c.answer(one)
        equal(len(c.answers[two].body) > SIZE // 2, True, "the other one is as far")
        c.answer(two)


def stalled():
    """A stream whose window is closed stops no other one."""
    with h2.connect(gateway, credit=False) as c:
        big = c.request("/files/big")
        c.until(lambda: len(c.answers[big].body) == 65535, "a window full")
        c.h2.increment_flow_control_window(1 << 20)
        c.flush()
        equal(bytes(c.fetch("/files/small").body), b"small", "body of another stream")
        equal(len(c.answers[big].body), 65535, "what came of the stalled one")
        c.credit = True
        c.give_credit(big)
        equal(bytes(c.answer(big).body) == BIG, True, "it came whole")


def upload(tls):
    """A body that nobody wants is taken all the same, or refused without harm to others."""
    with h2.connect(gateway, tls) as c:
        stream = c.request("/none", "POST", body=b"x" * 10)
        equal(c.answer(stream).status, 404, "status")
        equal(c.fetch("/files/small").status, 200, "the next request")


def stuck():
    """A client that opens no window for an answer loses the answer, not the connection."""
    with impatient, h2.connect(impatient, window=0) as c:
        c.ping()
        stream = c.request("/")
        c.until(lambda: c.answers[stream].reset is not None, "a reset")
        equal((c.answers[stream].reset, c.answers[stream].status, len(c.answers[stream].body)),
              (8, 200, 0), "reset, after the head of the answer")
        equal(c.goaway, None, "GOAWAY")
        impatient.expect_log("listener plain: 127.0.0.1: peer does not read what it is sent")
        c.ping()


def same_rules(status, path, method, headers, pseudo):
    with h2.connect(gateway, strict=False) as c:
        stream = c.request(path, method, pseudo or "localhost", headers)
        equal(c.answer(stream).status, status, "status")
        equal(c.fetch("/files/small").status, 200, "the connection goes on")


def reset(headers, method="GET", path="/"):
    """Malformed by section 8: the stream is reset with PROTOCOL_ERROR (1), the connection stays."""
    with h2.connect(gateway, strict=False) as c:
        stream = c.request(path, method, headers=headers)
        c.until(lambda: c.answers[stream].reset is not None, "a reset")
        equal(c.answers[stream].reset, 1, "code")
        gateway.expect_log(": PROTOCOL_ERROR of stream 1: HTTP/2 protocol error")
        equal(c.fetch("/files/small").status, 200, "the connection goes on")


def cookies():
    """Crumbs are one field again."""
    with h2.connect(gateway) as c:
        answer = c.fetch("/cookie", headers=[("cookie", "a=1"), ("cookie", "b=2")])
        equal(answer.header("location"), "https://x/?a=1&b=2", "location")


def too_many_streams():
    """More streams than limits.streams are refused, and the others go on."""
    with h2.connect(gateway) as c:
        c.ping()
        equal(c.h2.remote_settings.max_concurrent_streams, 100, "what is said")


def refused_by_limit():
    """Whatever is against a connection is said in answers, and then it ends."""
    with full, h2.connect(full) as first:
        equal(first.fetch("/").status, 200, "the first connection")
        with h2.connect(full) as second:
            equal(second.fetch("/").status, 503, "the second one")
            second.expect_goaway(0)


def not_offered():
    with off:
        context = off.authority.client_context()
        context.set_alpn_protocols(["h2", "http/1.1"])
        with off.wire(True, context=context) as wire:
            equal(wire.tls.selected_alpn_protocol(), "http/1.1", "ALPN")
        with off.wire() as wire:
            wire.send(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
            contains(wire.read_until(b"\r\n"), b"505", "status line")


def alpn():
    for offer, chosen in ((["h2", "http/1.1"], "h2"), (["http/1.1", "h2"], "h2"),
                          (["http/1.1"], "http/1.1")):
        context = gateway.authority.client_context()
        context.set_alpn_protocols(offer)
        with gateway.wire(True, context=context) as wire:
            equal(wire.tls.selected_alpn_protocol(), chosen, f"chosen of {offer}")


def preface(how):
    """The first bytes decide, however they come; a beginning that it shares decides nothing."""
    with gateway.wire() as wire:
        wire.feed(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0\0\0\4\0\0\0\0\0", how)
        equal(wire.read(9)[3], 4, "a frame of SETTINGS")
    with gateway.wire() as wire:
        wire.feed(request("/files/small", "PROPFIND"), how)
        contains(wire.read_until(b"\r\n"), b"HTTP/1.1 405", "status line")


def http1_too():
    equal(fetch(gateway, "/files/small").body, b"small", "body over HTTP/1.1")
    equal(fetch(gateway, "/files/small", tls=True).body, b"small", "body over HTTP/1.1 and TLS")


BIG = bytes(i * 7 % 251 for i in range(SIZE))
ROUTES = '''
    files: { path = "/files"; static = "@DIR@/www"; };
    cookie: { path = "/cookie"; redirect = "https://x/?a=${cookie.a}&b=${cookie.b}"; };
    echo: { path = "/echo"; service = "echo"; };
'''
gateway = Gateway(routes=ROUTES)
(gateway.dir / "www").mkdir()
(gateway.dir / "www" / "big").write_bytes(BIG)
(gateway.dir / "www" / "small").write_bytes(b"small")
RESPOND = 'r: { respond: { status = 200; body = "fine"; }; };'
full = Gateway(routes=RESPOND, top="limits: { connections = 1; };")
impatient = Gateway(routes=RESPOND, top='limits: { keepalive = "500ms"; };')
off = Gateway(routes=RESPOND, plain="http2 = false;", secure="http2 = false;")

for tls in False, True:
    add(f"a large page{' over TLS' * tls}", page, tls)
    add(f"a request with a body{' over TLS' * tls}", upload, tls)
add("HEAD", head)
add("many requests at a time", many)
add("large answers take turns", turns)
add("a stream that is not read stops no other", stalled)
add("an answer that is stuck", stuck)
add("cookies in crumbs", cookies)
add("how many streams there may be is said", too_many_streams)
add("limits.connections", refused_by_limit)
add("http2 = false", not_offered)
add("ALPN", alpn)
for how in "whole", "bytewise", "cut":
    add(f"prior knowledge, {how}", preface, how)
add("HTTP/1.1 on the same listeners", http1_too)
for name, row in {
    "no such route": (404, "/none", "GET", [], None),
    "authority and host agree": (200, "/files/small", "GET", [("host", "LocalHost")], None),
    "authority and host differ": (400, "/files/small", "GET", [("host", "other")], None),
    "user information": (400, "/files/small", "GET", [], "user@localhost"),
    "a path that leaves the root": (400, "/../x", "GET", [], None),
    "%00": (400, "/files/%00", "GET", [], None),
    "dot segments": (200, "/x/../files/./small", "GET", [], None),
    "a head too large": (431, "/", "GET", [("x", "y" * 20000)], None),
    "too many fields": (431, "/", "GET", [("x", "y")] * 101, None),
    "an expectation": (417, "/", "GET", [("expect", "coffee")], None),
    "method not allowed": (405, "/files/small", "DELETE", [], None),
}.items():
    add(name, same_rules, *row)
for name, fields in {
    "Connection": [("connection", "close")], "Upgrade": [("upgrade", "websocket")],
    "Transfer-Encoding": [("transfer-encoding", "chunked")], "Keep-Alive": [("keep-alive", "1")],
    "Proxy-Connection": [("proxy-connection", "close")], "TE": [("te", "gzip")],
    "upper case": [("X-Upper", "1")], "a line feed in a value": [("x", "a\nb")],
    "a NUL in a value": [("x", "a\0b")], "a space in a name": [("x y", "1")],
    "an unknown pseudo-header field": [(":x", "1")], "a status": [(":status", "200")],
    "two Content-Lengths": [("content-length", "0"), ("content-length", "0")],
    "a bad Content-Length": [("content-length", "-1")],
    "Content-Length without a body": [("content-length", "5")],
    "a pseudo-header field behind others": [("x", "1"), (":authority", "localhost")],
}.items():
    add(f"malformed: {name}", reset, fields)
run(gateway)
