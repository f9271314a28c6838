# slow
"""Ends between client and web server: half-closed connections, early answers, what is asked again."""
import itertools
import os

from harness import h2 as http2
from harness.address import HOST
from harness.backends import Backend
from harness.cases import add, equal, run
from harness.gateway import Gateway
from harness.http1 import read_head, read_response, request
from harness.ws import accept_for, handshake

PLAIN, TLS = "plain", "tls"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
TOO_LARGE = b"HTTP/1.1 413 No\r\nContent-Length: 2\r\n\r\nno"
LARGE = 32 << 20


def server_of(kind):
    return servers[kind == TLS]


def asked(kind, upto=b"\r\n\r\n"):
    """A new connection of the gateway's, after it has asked; and the head."""
    back = server_of(kind).accept()
    return back, back.read_until(upto)


def open_tunnel(wire, kind):
    wire.send(handshake("/", host=kind))
    back, head = asked(kind)
    key = head.partition(b"Sec-WebSocket-Key: ")[2].partition(b"\r")[0].decode()
    back.send(f"HTTP/1.1 101 S\r\nUpgrade: websocket\r\nConnection: upgrade\r\n"
              f"Sec-WebSocket-Accept: {accept_for(key)}\r\n\r\n".encode())
    equal(read_head(wire).status, 101, "status")
    return back


# half of a connection

def half_a_tunnel(client, kind):
    """The client ends; the server reads to that end, and what it says then still arrives."""
    data, answer = os.urandom(300_000), os.urandom(300_000)
    with gateway.wire(client == TLS) as wire:
        back = open_tunnel(wire, kind)
        wire.send(data)
        wire.finish()
        equal(back.read_all(), data, "what the server read")
        equal(back.end_name(), "close_notify" if kind == TLS else "eof", "the client's end")
        back.send(answer)
        back.finish()
        equal(wire.read_all(), answer, "what the client read")
        equal(wire.end_name(), "close_notify" if client == TLS else "eof", "the server's end")
        back.close()


def end_of_tunnel(client, kind):
    """The server ends: all that it said arrives, and then a proper end."""
    answer = os.urandom(300_000)
    with gateway.wire(client == TLS) as wire:
        back = open_tunnel(wire, kind)
        back.send(answer)
        back.finish()
        equal(wire.read_all(), answer, "what the client read")
        equal(wire.end_name(), "close_notify" if client == TLS else "eof", "the end")
        back.expect_eof()
        back.close()


def half_a_request(client, kind):
    """A client that says its end right behind its request is answered, until the server's end."""
    body, answer = os.urandom(100_000), os.urandom(300_000)
    with gateway.wire(client == TLS) as wire:
        wire.send(request("/", "POST", host=kind, body=body))
        wire.finish()
        back, _ = asked(kind)
        equal(back.read(len(body)), body, "body")
        back.send(b"HTTP/1.1 200 OK\r\n\r\n" + answer)
        back.finish()
        response = read_response(wire)
        equal((response.status, response.body), (200, answer), "answer")
        equal(wire.read_all(), b"", "what follows")
        back.close()


def until_close(kind, proper, version):
    """An answer that ends with its connection: over TLS only close_notify is an end."""
    answer = os.urandom(100_000)
    with gateway.wire() as wire:
        wire.send(request("/", host=kind, version=version))
        back, _ = asked(kind)
        back.send(b"HTTP/1.0 200 OK\r\n\r\n" + answer)
        if proper:
            back.finish()
        else:
            back.close()
        if proper and version == "1.1":
            equal(read_response(wire).body, answer, "body")
        else:
            read_head(wire)
            whole = wire.read_all().endswith(answer if proper else b"0\r\n\r\n")
            equal((whole, wire.ended), (proper, "eof" if proper else "reset"), "the end")
        back.close()


def until_close_h2(proper):
    with http2.connect(gateway) as c:
        stream = c.request("/", host=TLS)
        back, _ = asked(TLS)
        back.send(b"HTTP/1.0 200 OK\r\n\r\nanswer")
        equal(c.head(stream).status, 200, "status")
        if proper:
            back.finish()
        else:
            back.close()
        got = c.answers[stream]
        c.until(lambda: got.ended or got.reset is not None, "the end")
        equal((got.ended, got.reset is None), (proper, proper), "a whole answer")
        back.close()


# early answers

def refused_upload(client, kind):
    """The server says no and resets, while the client sends; the client hears the no."""
    with gateway.wire(client == TLS) as wire:
        wire.send(request("/", "POST", host=kind, headers=[f"Content-Length: {LARGE}"]))
        back, _ = asked(kind)
        back.send(TOO_LARGE)
        back.close()                            # much is unread: this is a reset
        wire.send(bytes(LARGE))
        response = read_response(wire)
        equal((response.status, response.body, response.closes), (413, b"no", True), "answer")


def refused_upload_h2():
    with http2.connect(gateway) as c:
        stream = c.request("/", "POST", host=PLAIN, headers=[("content-length", str(LARGE))], end=False)
        back, _ = asked(PLAIN)
        c.offer(stream, bytes(60_000))
        back.send(TOO_LARGE)
        back.close()
        c.until(lambda: c.answers[stream].reset is not None or c.answers[stream].ended, "the end")
        equal((c.answers[stream].status, bytes(c.answers[stream].body)), (413, b"no"), "answer")


def next_connection(wire, back, kept):
    """The request that follows: over the same connections, or over others."""
    with gateway.wire() as other:
        wire = wire or other
        wire.send(request("/next", host=PLAIN))
        if not kept:
            back.expect_gone()
            back.close()
            back, _ = asked(PLAIN, b"/next HTTP/1.1\r\n")
            back.read_until(b"\r\n\r\n")
        else:
            equal(back.read_until(b"\r\n\r\n").startswith(b"GET /next "), True, "what was asked")
        back.send(OK)
        equal(read_response(wire).body, b"ok", "the next answer")
        leave(back)


def leave(back):
    """An idle connection ends, and the gateway has noticed."""
    back.finish()
    back.expect_gone()
    back.close()


def early(before, after, kept):
    """The answer is complete before the request: nothing but a whole request keeps a connection."""
    with gateway.wire() as wire:
        wire.send(request("/", "POST", host=PLAIN, headers=["Content-Length: 6"]) + before)
        back, _ = asked(PLAIN)
        equal(back.read(len(before)), before, "what is there of the body")
        back.send(OK)
        response = read_response(wire)
        equal((response.status, response.closes), (200, False), "answer")
        wire.send(after)
        next_connection(wire, back, kept)


def expected(said, client_closes, kept):
    """Expect: what the server says about it, and then the body or none."""
    with gateway.wire() as wire:
        wire.send(request("/", "POST", host=PLAIN, headers=["Content-Length: 3", "Expect: 100-continue"]))
        back, head = asked(PLAIN)
        equal(b"\r\nExpect: 100-continue\r\n" in head, True, "an expectation")
        for part in said:
            back.send(part)
            if part.startswith(CONTINUE):
                equal(read_head(wire).status, 100, "interim answer")
                wire.send(b"abc")
                equal(back.read(3), b"abc", "body")
        response = read_response(wire)
        equal(response.closes, client_closes, "does the client's connection close")
        next_connection(None if client_closes else wire, back, kept)


# asked again, or not

def ends_when_asked(method, body, how, state, again):
    """
    A kept connection ends at a state of its second request. Where the request is not safe to
    repeat, or the server has said anything, the gateway asks nobody else.
    """
    with gateway.wire() as wire:
        wire.send(request("/first", host=PLAIN))
        back, _ = asked(PLAIN)
        back.send(OK)
        equal(read_response(wire).status, 200, "first answer")
        wire.send(request("/second", method, host=PLAIN, body=body))
        head = back.read_until(b"\r\n\r\n")
        equal(head.startswith(f"{method} /second ".encode()), True, "what was asked")
        if state == "body read":
            back.read(len(body))
        elif state == "answer begun":
            back.send(b"H")
        back.reset() if how == "RST" else back.finish()
        if again:
            other, repeated = asked(PLAIN)
            equal(repeated, head, "what the other was asked")
            other.send(b"HTTP/1.1 204 Done\r\n\r\n")
            equal(read_response(wire, method).status, 204, "answer")
            leave(other)
        else:
            equal(read_response(wire, method).status, 502, "answer")
        with gateway.wire() as marker:          # nobody else was asked meanwhile
            marker.send(request("/marker", host=PLAIN))
            other, head = asked(PLAIN)
            equal(head.startswith(b"GET /marker "), True, f"the next request, {head!r}")
            other.send(OK)
            equal(read_response(marker).status, 200, "status")
            leave(other)
        back.close()


def fresh_connection_ends():
    """A new one that ends without a word is an error for every method."""
    with gateway.wire() as wire:
        wire.send(request("/", host=PLAIN))
        back, _ = asked(PLAIN)
        back.reset()
        equal(read_response(wire).status, 502, "status")


gateway = Gateway(routes=f'{PLAIN}: {{ host = "{PLAIN}"; backend = "w"; }}; tls: {{ backend = "t"; }};')
certificate = gateway.authority.server("localhost")
servers = [Backend(), Backend(context=gateway.authority.server_context(certificate))]
gateway.configure(gateway.conf_file.read_text().replace("backends: {", f'''backends: {{
    w: {{ servers = ["http://{HOST}:{servers[0].port}"]; }};
    t: {{ servers = ["https://{HOST}:{servers[1].port}"];
          tls: {{ ca = "{gateway.authority.ca}"; sni = "localhost"; }}; }};'''))

for client, server in itertools.product((PLAIN, TLS), repeat=2):
    where = f"client {client}, server {server}"
    add(f"half a tunnel ({where})", half_a_tunnel, client, server)
    add(f"the end of a tunnel ({where})", end_of_tunnel, client, server)
    add(f"half a request ({where})", half_a_request, client, server)
    add(f"an upload is refused ({where})", refused_upload, client, server)
for http in ("1.0", "1.1"):
    add(f"an answer until FIN to HTTP/{http}", until_close, PLAIN, True, http)
    add(f"an answer until close_notify to HTTP/{http}", until_close, TLS, True, http)
    add(f"an answer until FIN without close_notify to HTTP/{http}", until_close, TLS, False, http)
add("an answer until close_notify over h2", until_close_h2, True)
add("an answer until FIN without close_notify over h2", until_close_h2, False)
add("an upload is refused over h2", refused_upload_h2)
add("an answer before the body", early, b"", b"abcdef", False)
add("an answer within the body", early, b"abc", b"def", False)
add("an answer behind the body", early, b"abcdef", b"", True)
add("100, then the answer", expected, (CONTINUE, OK), False, True)
add("100, other interim answers, then the answer", expected,
    (CONTINUE + CONTINUE + b"HTTP/1.1 102 P\r\n\r\n", OK), False, True)
add("the answer at once", expected, (OK,), True, False)
add("417", expected, (b"HTTP/1.1 417 No\r\nContent-Length: 0\r\n\r\n",), True, False)
SAFE = (("GET", b""), ("HEAD", b""), ("DELETE", b""), ("OPTIONS", b""))
for (verb, content), end in itertools.product(SAFE, ("FIN", "RST")):
    add(f"{verb} is asked again after {end}", ends_when_asked, verb, content, end, "head read", True)
    add(f"{verb} is not, once it was answered, after {end}", ends_when_asked, verb, content, end,
        "answer begun", False)
for verb, content in (("POST", b""), ("POST", b"abc"), ("PATCH", b"abc"), ("PUT", b"abc"), ("ODD", b"")):
    for end, state in itertools.product(("FIN", "RST"), ("head read", "body read", "answer begun")):
        add(f"{verb} of {len(content)} bytes, {state}, {end}", ends_when_asked, verb, content, end, state,
            False)
add("a new connection that ends", fresh_connection_ends)
with servers[0], servers[1]:
    run(gateway)
