"""SockJS 0.3 as its public tests have it, on the routes that they want to find."""
import json
import pathlib
import re

from harness import http1, ws
from harness.cases import add, contains, equal, run
from harness.gateway import Gateway
from harness.sockjs import BUSY, CUT, FORM, FRESH, GONE, OPEN, PRELUDE, Session, Stream, chunk
from harness.wait import until

ROUTES = pathlib.Path(__file__).with_name("sockjs_protocol.conf").read_text()
RECEIVERS = {"xhr": "POST", "xhr_streaming": "POST", "eventsource": "GET", "htmlfile": "GET",
             "jsonp": "GET"}
METHODS = {**RECEIVERS, "xhr_send": "POST", "jsonp_send": "POST"}


def fetch(path, method="GET", **options):
    return http1.fetch(gateway, path, method, **options)


def expect_cors(answer, origin=None):
    equal(answer.header("Access-Control-Allow-Origin"), origin or "*", "allowed origin")
    equal(answer.header("Access-Control-Allow-Credentials"), "true" if origin else None,
          "credentials")
    equal(answer.header("Vary"), "Origin" if origin else None, "Vary")


def expect_fresh(answer):
    equal(answer.header("Cache-Control"), FRESH, "Cache-Control")
    equal(answer.header("Expires"), None, "Expires")
    equal(answer.header("Last-Modified"), None, "Last-Modified")


def expect_type(answer, kind):
    equal(answer.header("Content-Type"), kind, "type")


def expect_year(answer):
    equal(answer.header("Cache-Control"), "public, max-age=31536000", "Cache-Control")
    contains(answer.header("Expires"), " GMT", "Expires")


def greeting():
    for path in ("/echo", "/echo/"):
        answer = fetch(path)
        equal((answer.status, answer.body), (200, b"Welcome to SockJS!\n"), "the greeting")
        expect_type(answer, "text/plain; charset=UTF-8")
        equal(answer.header("Set-Cookie"), None, "cookie")


def nothing_there():
    for tail in ("/a", "/a.html", "//", "///", "/a/a", "/a/a/", "/a/"):
        equal(fetch("/echo" + tail).status, 404, f"status of {tail}")


IFRAME = b"""<!DOCTYPE html>
<html>
<head>
  <meta http-equiv="X-UA-Compatible" content="IE=edge" />
  <meta http-equiv="Content-Type" content="text/html; charset=UTF-8" />
  <script src="@"></script>
  <script>
    document.domain = document.domain;
    SockJS.bootstrap_iframe();
  </script>
</head>
<body>
  <h2>Don't panic!</h2>
  <p>This is a SockJS hidden iframe. It's used for cross domain magic.</p>
</body>
</html>"""


def iframe():
    tags = set()
    for name in (".html", "-a.html", "-.html", "-0.1.2abc-dirty.2144.html", "-a.html?t=1234"):
        answer = fetch("/echo/iframe" + name)
        equal(answer.status, 200, "status")
        expect_type(answer, "text/html; charset=UTF-8")
        expect_year(answer)
        equal(answer.header("Last-Modified"), None, "Last-Modified")
        equal(answer.header("Set-Cookie"), None, "cookie")
        body, found = re.subn(rb'src="https://[^"]+/sockjs\.min\.js"', b'src="@"', answer.body)
        equal((found, body), (1, IFRAME), "the page")
        tags.add(answer.header("ETag"))
    equal(len(tags), 1, "tags")
    answer = fetch("/echo/iframe.html", headers=[f"If-None-Match: {tags.pop()}"])
    equal((answer.status, answer.header("Content-Type")), (304, None), "what is known")
    equal(fetch("/echo/iframe.html", headers=['If-None-Match: "x"']).status, 200, "another tag")
    for name in (".htm", "", ".HTML", ".xml", "-/.html"):
        equal(fetch("/echo/iframe" + name).status, 404, f"status of {name}")
    equal(fetch("/echo/IFRAME.HTML").status, 404, "status of capitals")


def info():
    seen = set()
    for headers, origin in ((["Origin: test"], "test"), (["Origin: null"], "null"), ([], None)):
        answer = fetch("/echo/info", headers=headers)
        equal(answer.status, 200, "status")
        expect_type(answer, "application/json; charset=UTF-8")
        equal(answer.header("Set-Cookie"), None, "cookie")
        expect_fresh(answer)
        expect_cors(answer, origin)
        said = json.loads(answer.body)
        entropy = said.pop("entropy")
        equal(said, {"websocket": True, "origins": ["*:*"], "cookie_needed": False}, "info")
        equal(0 <= entropy < 2**32, True, "a 32-bit number")
        seen.add(entropy)
    equal(len(seen), 3, "random numbers")
    equal(json.loads(fetch("/disabled_websocket_echo/info").body)["websocket"], False, "websocket")
    answer = fetch("/cookie_needed_echo/info")
    equal(json.loads(answer.body)["cookie_needed"], True, "cookie_needed")
    equal(answer.header("Set-Cookie"), None, "cookie")


def preflights():
    rows = [("/echo/info", "OPTIONS, GET")]
    rows += [(f"/echo/a/b/{t}", f"OPTIONS, {m}") for t, m in METHODS.items()]
    for path, methods in rows:
        for origin in ("test", "null", None):
            headers = [f"Origin: {origin}", f"Access-Control-Request-Method: {methods}"]
            answer = fetch(path, "OPTIONS", headers=headers if origin else [])
            equal(answer.status, 204, f"status of {path}")
            expect_year(answer)
            equal(answer.header("Access-Control-Allow-Methods"), methods, "methods")
            equal(answer.header("Access-Control-Max-Age"), "31536000", "max age")
            equal(answer.header("Access-Control-Allow-Headers"), None, "headers")
            expect_cors(answer, origin)
    for asked, said in (("a, b, c", "a, b, c"), ("", None)):
        for method in ("OPTIONS", "POST"):
            answer = Session(gateway).fetch("xhr", method, headers=[
                f"Access-Control-Request-Headers: {asked}", "Origin: test"])
            equal(answer.header("Access-Control-Allow-Headers"), said, "headers")
            expect_cors(answer, "test")


def methods():
    """What is there but not by that method: 405 with what is allowed, and nothing else."""
    rows = [("/echo/info", "DELETE", "OPTIONS, GET"), ("/echo/iframe.html", "POST", "GET")]
    rows += [(f"/echo/a/b/{t}", "PUT", f"OPTIONS, {m}") for t, m in METHODS.items()]
    rows += [("/echo/0/0/websocket", "POST", "GET"), ("/echo/websocket", "POST", "GET")]
    for path, method, allow in rows:
        answer = fetch(path, method, headers=["Content-Length: 0"])
        equal((answer.status, answer.header("Allow"), answer.header("Content-Type"), answer.body),
              (405, allow, None, b""), f"{method} {path}")
    answer = fetch("/echo/info", "HEAD")
    equal((answer.status, int(answer.header("Content-Length")) > 50), (200, True), "HEAD")


def urls():
    for part in ("/a/a", "/_/_", "/1/1", "/abcdefgh_i-j%20/abcdefg_i-j%20", "/a/" + "x" * 254):
        answer = fetch(f"/echo{part}/xhr", "POST")
        equal((answer.status, answer.body), (200, OPEN), part[:40])
    for part in ("//", "/a./a", "/a/a.", "/./.", "/", "///", "/a/%2e", "/a/" + "x" * 255):
        for method in ("GET", "POST"):
            equal(fetch(f"/echo{part}/xhr", method).status, 404, f"{method} {part[:40]}")


def session():
    s = Session(gateway)
    answer = s.poll(OPEN, headers=["Origin: test"])
    expect_type(answer, "application/javascript; charset=UTF-8")
    expect_cors(answer, "test")
    expect_fresh(answer)
    answer = s.send(b'["a"]', headers=["Origin: test"])
    expect_type(answer, "text/plain; charset=UTF-8")
    expect_cors(answer, "test")
    expect_fresh(answer)
    s.poll(b'a["a"]\n')
    equal(Session(gateway).try_send(b'["a"]')[0], 404, "status of an unknown session")
    waits = s.attach()
    s.send(b'["b"]')
    equal(http1.read_response(waits).body, b'a["b"]\n', "the first one's")
    waits.close()


def closed():
    s = Session(gateway, "/close")
    s.poll(OPEN)
    for _ in range(3):
        s.poll(GONE)
    equal(s.try_send(b'["a"]')[0], 404, "status of a message to what has ended")


def bodies():
    s = Session(gateway)
    s.poll(OPEN)
    broken, missing = (500, b"Broken JSON encoding."), (500, b"Payload expected.")
    for body in (b'["x', b"[1]", b'["a",]', b"{}", b"nonsense", b'["\xff"]', b'["a"]]'):
        equal(s.try_send(body), broken, f"the answer to {body}")
    equal(s.try_send(b"", headers=["Content-Length: 0"]), missing, "the answer to nothing")
    s.send(b"[]")
    types = ["text/plain", "T", "application/json", "application/xml", "",
             "application/json; charset=utf-8", "text/xml; charset=utf-8", "text/xml"]
    for kind in types:
        s.send(b'["a"]', headers=[f"Content-Type: {kind}"])
    s.poll(b"a[" + b",".join([b'"a"'] * len(types)) + b"]\n")
    equal(s.try_send(b"", headers=["Content-Length: 6291473"])[0], 413, "status of too much")
    equal(s.try_send(b'["' + b"x" * 1048577 + b'"]')[0], 413, "status of a message that is too long")
    s.send(b'["' + b"\\u0078" * 4 + b'"]')
    s.poll(b'a["xxxx"]\n')


def streaming():
    s = Session(gateway)
    stream = s.stream("xhr_streaming", headers=["Origin: test"])
    expect_type(stream.head, "application/javascript; charset=UTF-8")
    expect_cors(stream.head, "test")
    expect_fresh(stream.head)
    stream.expect(PRELUDE, OPEN)
    s.send(b'["x"]')
    stream.expect(b'a["x"]\n')
    stream.wire.close()


def streaming_limit():
    """4 KiB of frames, for which the prelude does not count; then the session goes on."""
    s = Session(gateway)
    stream = s.xhr_streaming(OPEN)
    message = b'"' + b"x" * 128 + b'"'
    for _ in range(31):
        s.send(b"[" + message + b"]")
        stream.expect(b"a[" + message + b"]\n")
    stream.expect_end()
    s.send(b'["on"]')
    again = s.xhr_streaming(b'a["on"]\n')
    again.wire.close()


def eventsource():
    s = Session(gateway)
    stream = s.stream("eventsource", "GET")
    expect_type(stream.head, "text/event-stream")
    expect_fresh(stream.head)
    stream.expect(b"\r\n", b"data: o\r\n\r\n")
    s.send(b'["x"]')
    stream.expect(b'data: a["x"]\r\n\r\n')
    s.send(b'["  \\u0000\\n\\r "]')
    stream.expect(b'data: a["  \\u0000\\n\\r "]\r\n\r\n')
    long = b'"' + b"x" * 4096 + b'"'
    s.send(b"[" + long + b"]")
    stream.expect(b"data: a[" + long + b"]\r\n\r\n")
    stream.expect_end()


HTML = b"""<!doctype html>
<html><head>
  <meta http-equiv="X-UA-Compatible" content="IE=edge" />
  <meta http-equiv="Content-Type" content="text/html; charset=UTF-8" />
</head><body><h2>Don't panic!</h2>
  <script>
    document.domain = document.domain;
    var c = parent.callback;
    c.start();
    function p(d) {c.message(d);};
    window.onload = function() {c.stop();};
  </script>"""


def htmlfile():
    s = Session(gateway)
    stream = s.stream("htmlfile", "GET", "?c=%63allback")
    expect_type(stream.head, "text/html; charset=UTF-8")
    expect_fresh(stream.head)
    head = chunk(stream.wire)
    equal((head.strip(), len(head) > 1024), (HTML, True), "the head")
    stream.expect(b'<script>\np("o");\n</script>\r\n')
    s.send(b'["x"]')
    stream.expect(b'<script>\np("a[\\"x\\"]");\n</script>\r\n')
    s.send(b'["</script><!--"]')
    stream.expect(b'<script>\np("a[\\"\\u003c/script>\\u003c!--\\"]");\n</script>\r\n')
    s.send(b'["' + b"x" * 4096 + b'"]')
    stream.expect(b'<script>\np("a[\\"' + b"x" * 4096 + b'\\"]");\n</script>\r\n')
    stream.expect_end()


def callbacks():
    """Nothing becomes part of a script that could be more than a name."""
    for transport in ("htmlfile", "jsonp"):
        s = Session(gateway)
        for query in ("", "?c=", "?d=x"):
            answer = s.fetch(transport, "GET", query)
            equal((answer.status, answer.body), (500, b'"callback" parameter required'), query)
        for bad in ("%20", "*", "abc(", "abc%28", "a;b", "a%0d%0aX:%20y", "%3cscript%3e", "a%00b",
                    "%", "a/**/", "x" * 129):
            answer = s.fetch(transport, "GET", f"?c={bad}")
            equal((answer.status, answer.body), (500, b'invalid "callback" parameter'), bad)
            expect_type(answer, "text/plain; charset=UTF-8")
            equal(answer.header("X"), None, "a header of the client's")
        equal(s.try_send(b'["a"]')[0], 404, "no session came of it")


def jsonp():
    s = Session(gateway)
    answer = s.fetch("jsonp", "GET", "?c=%63allback")
    equal((answer.status, answer.body), (200, b'/**/callback("o");\r\n'), "the first frame")
    expect_type(answer, "application/javascript; charset=UTF-8")
    expect_fresh(answer)
    answer = s.fetch("jsonp_send", body=b"d=%5B%22x%22%5D", headers=[FORM])
    equal((answer.status, answer.body), (200, b"ok"), "the answer to a form")
    expect_type(answer, "text/plain; charset=UTF-8")
    expect_fresh(answer)
    for body, said in ((b"d=%5B%22x", b"Broken JSON encoding."), (b"d=%5", b"Broken JSON encoding."),
                       (b"d=", b"Payload expected."), (b"p=p", b"Payload expected.")):
        equal(s.try_send(body, "jsonp_send", headers=[FORM]), (500, said), f"the answer to {body}")
    answer = s.fetch("jsonp_send", headers=[FORM, "Content-Length: 0"])
    equal((answer.status, answer.body), (500, b"Payload expected."), "the answer to nothing")
    equal(s.try_send(b"d=%5B%5D", "jsonp_send", headers=[FORM]), (200, b"ok"), "no messages")
    equal(s.try_send(b'["%61bc"]', "jsonp_send", headers=["Content-Type: text/plain"]),
          (200, b"ok"), "text")
    answer = s.fetch("jsonp", "GET", "?callback=x")
    equal(answer.body, b'/**/x("a[\\"x\\",\\"%61bc\\"]");\r\n', "messages")
    s = Session(gateway, "/close")
    for frame in (b"o", b'c[3000,\\"Go away!\\"]', b'c[3000,\\"Go away!\\"]'):
        equal(s.fetch("jsonp", "GET", "?c=x").body, b'/**/x("' + frame + b'");\r\n', "frame")


def cookies():
    for transport, method in RECEIVERS.items():
        s = Session(gateway, "/cookie_needed_echo")
        with s.hang(transport, method, "?c=x") as wire:
            equal(http1.read_head(wire).header("Set-Cookie"), "JSESSIONID=dummy; path=/", transport)
    s = Session(gateway, "/cookie_needed_echo")
    answer = s.poll(OPEN, headers=["Cookie: a=b; JSESSIONID=abcdef; c=d"])
    equal(answer.header("Set-Cookie"), "JSESSIONID=abcdef; path=/", "the client's own")
    answer = s.fetch("jsonp_send", body=b"d=%5B%22x%22%5D", headers=[FORM])
    equal(answer.header("Set-Cookie"), "JSESSIONID=dummy; path=/", "of a message")
    answer = s.fetch("xhr_send", body=b'["x')
    equal(answer.header("Set-Cookie"), "JSESSIONID=dummy; path=/", "of a failure")
    equal(Session(gateway).poll(OPEN).header("Set-Cookie"), None, "where it is not needed")


def no_websocket():
    plain, connection = b'Can "Upgrade" only to "WebSocket".', b'"Connection" must be "Upgrade".'
    for path in ("/echo/0/0/websocket", "/echo/websocket"):
        answer = fetch(path)
        equal((answer.status, answer.body), (400, plain), f"GET {path}")
        answer = fetch(path, headers=["Upgrade: WebSocket", "Connection: close"])
        equal((answer.status, answer.body), (400, connection), f"another connection at {path}")
        answer = fetch(path, "POST", headers=["Upgrade: WebSocket", "Connection: Upgrade",
                                              "Content-Length: 0"])
        equal((answer.status, answer.header("Allow"), answer.header("Content-Type"), answer.body),
              (405, "GET", None, b""), f"POST {path}")
    for path in ("/disabled_websocket_echo/0/0/websocket", "/disabled_websocket_echo/websocket"):
        equal(fetch(path).status, 404, f"status of {path}")
        with ws.start(gateway, path) as socket:
            equal(http1.read_head(socket.wire).status, 404, f"handshake at {path}")


def websocket():
    """Two of the same id, which says nothing here."""
    with ws.connect(gateway, "/echo/000/same/websocket") as one, \
            ws.connect(gateway, "/echo/000/same/websocket") as two:
        for socket, name in ((one, b"a"), (two, b"b")):
            socket.expect(ws.TEXT, b"o")
            for nothing in ("", "[]", " [ ] "):
                socket.text(nothing)
            socket.text(b'["' + name + b'"]', how="bytes")
            socket.expect(ws.TEXT, b'a["' + name + b'"]')
            socket.text('"one"')
            socket.expect(ws.TEXT, b'a["one"]')
            socket.text('["x","\\u2028\\n"]')
            socket.expect(ws.TEXT, b'a["x"]')
            socket.expect(ws.TEXT, b'a["\\u2028\\n"]')
        one.finish()


def websocket_ends():
    with ws.connect(gateway, "/close/000/x/websocket") as socket:
        socket.expect(ws.TEXT, b"o")
        socket.expect(ws.TEXT, b'c[3000,"Go away!"]')
        equal(socket.expect_failed(3000), "Go away!", "reason")
    for broken in ('["a', "nonsense", "[1]", '["a"]]'):
        with ws.connect(gateway, "/echo/000/x/websocket") as socket:
            socket.expect(ws.TEXT, b"o")
            socket.text(broken)
            socket.expect_failed(1002)


def websocket_lengths():
    """max_message is about messages, not about how they are written."""
    with ws.connect(gateway, "/echo/000/x/websocket") as socket:
        socket.expect(ws.TEXT, b"o")
        socket.text('["' + "\\u0078" * (1 << 20) + '"]')
        equal(socket.message(), (ws.TEXT, b'a["' + b"x" * (1 << 20) + b'"]'), "the longest")
        for fin, opcode, piece in ((0, ws.TEXT, b'["a'), (0, ws.CONTINUATION, b'b","'),
                                   (1, ws.CONTINUATION, b'c"]')):
            socket.send(opcode, piece, fin=bool(fin))
        socket.expect(ws.TEXT, b'a["ab"]')
        socket.expect(ws.TEXT, b'a["c"]')
        socket.text('["' + "x" * ((1 << 20) + 1) + '"]')
        socket.expect_failed(1009)


def raw():
    with ws.connect(gateway, "/echo/websocket") as socket:
        socket.text("Hello world!\uffff")
        socket.expect(ws.TEXT, "Hello world!\uffff".encode())
        socket.binary(b"\x00\xff")
        socket.expect(ws.BINARY, b"\x00\xff")
        socket.finish()
    with ws.connect(gateway, "/close/websocket") as socket:
        equal(socket.expect_failed(3000), "Go away!", "reason")


def encoding():
    """Each character that browsers or what is between mangle, escaped and not."""
    ranges = [(0x00, 0x20), (0x200c, 0x2010), (0x2028, 0x2030), (0x2060, 0x2070), (0xfff0, 0x10000)]
    mangled = [c for low, high in ranges for c in range(low, high)]
    short = {8: "\\b", 9: "\\t", 10: "\\n", 12: "\\f", 13: "\\r"}
    escaped = "".join(short.get(c, f"\\u{c:04x}") for c in mangled).encode()
    s = Session(gateway)
    s.poll(OPEN)
    s.send(('["' + "".join(map(chr, (c for c in mangled if c > 0x1f))) + '"]').encode())
    s.poll(b'a["' + escaped[escaped.index(b"\\u200c"):] + b'"]\n')
    s.send(b'["' + "".join(f"\\u{c:04X}" for c in mangled).encode() + b'"]')
    s.poll(b'a["' + escaped + b'"]\n')
    everything = "".join(chr(c) for c in range(0x10000) if not 0xd800 <= c < 0xe000) + "\U0010ffff"
    with s.hang() as wire:
        s.send(json.dumps([everything]).encode())
        equal(json.loads(http1.read_response(wire).body[1:]), [everything], "all of Unicode")
    s.send(b'["\\ud83d\\ude00\\ud800"]')
    s.poll('a["\U0001f600\\ufffd"]\n'.encode())


def second_stream():
    s = Session(gateway)
    first = s.xhr_streaming(OPEN)
    s.xhr_streaming(BUSY).expect_end()
    s.send(b'["still"]')
    first.expect(b'a["still"]\n')
    first.wire.close()
    s = Session(gateway, "/close")
    first = s.xhr_streaming(OPEN, GONE)
    s.xhr_streaming(GONE).expect_end()
    first.expect_end()


def aborted():
    """Who is lost while it receives may have lost messages: the session ends."""
    s = Session(gateway)
    stream = s.xhr_streaming(OPEN)
    stream.wire.close()
    poll_until_cut(s)
    s = Session(gateway)
    s.poll(OPEN)
    s.attach().close()
    poll_until_cut(s)


def poll_until_cut(s):
    """The end of a connection takes a moment to get there: until then the first receiver is still open."""
    while (body := s.fetch("xhr").body) == BUSY:
        pass
    equal(body, CUT, "the answer after a cut")


def http_1_0():
    wire = gateway.wire()
    for _ in range(2):
        wire.send(http1.request("/echo", version="1.0", headers=["Connection: keep-alive"]))
        answer = http1.read_response(wire)
        equal((answer.status, answer.header("Transfer-Encoding"), answer.body),
              (200, None, b"Welcome to SockJS!\n"), "the greeting")
    s = Session(gateway, "/close")
    wire.send(s.request("xhr_streaming", version="1.0",
                        headers=["Connection: keep-alive", "Content-Length: 0"]))
    head = http1.read_head(wire)
    equal((head.status, head.header("Transfer-Encoding"), head.header("Content-Length")),
          (200, None, None), "the head of a stream")
    equal(wire.read_all(), PRELUDE + OPEN + GONE, "the stream")
    s = Session(gateway)
    s.poll(OPEN, version="1.0")
    s.send(b'["x"]', version="1.0")
    s.poll(b'a["x"]\n', version="1.0")


def http_1_1():
    with gateway.wire() as wire:
        s = Session(gateway, "/close")
        stream = Stream(wire, s.request("xhr_streaming", headers=["Content-Length: 0"]))
        stream.expect(PRELUDE, OPEN, GONE, b"")
        s = Session(gateway)
        s.poll(OPEN, wire=wire)
        s.send(b'["x"]', wire=wire)
        s.poll(b'a["x"]\n', wire=wire)


def ids_are_secret():
    body = b'["' + 321 * b"x" + b'"]'
    s = Session(gateway, session="a-secret-id")
    s.poll(OPEN)
    s.send(body)
    s.poll(b"a" + body + b"\n")
    own = gateway.expect_record(type="request", path="/echo/*/*/xhr_send", bytes_in=len(body))
    # Whoever reads the log finds all requests of a session, that which opened it included.
    until(lambda: [r["path"].rsplit("/", 1)[1] for r in gateway.records(session=own["session"])]
          == ["xhr", "xhr_send", "xhr"], "records of the session's requests")
    equal("a-secret-id" in gateway.log() + (gateway.dir / "access.log").read_text(), False, "ids")


gateway = Gateway(top=re.search(r"(?m)^defaults:.*$", ROUTES)[0], log="debug",
                  routes=re.search(r"(?s)\nroutes: \{(.*)\};", ROUTES)[1])
for function in (greeting, nothing_there, iframe, info, preflights, methods, urls, session, closed,
                 bodies, streaming, streaming_limit, eventsource, htmlfile, callbacks, jsonp,
                 cookies, no_websocket, websocket, websocket_ends, websocket_lengths, raw, encoding,
                 second_stream, aborted, http_1_0, http_1_1, ids_are_secret):
    add(function.__name__.replace("_", " "), function)
run(gateway)
