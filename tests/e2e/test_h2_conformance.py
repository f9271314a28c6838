"""RFC 9113 and RFC 7541, section by section, with frames made by hand."""
from harness import frames as f
from harness.cases import add, equal, run
from harness.frames import (ACK, CONTINUATION, DATA, END_HEADERS, END_STREAM, GET, GOAWAY, HEADERS,
                            PADDED, PING, POST, PREFACE, PRIORITIZED, PRIORITY, PUSH_PROMISE,
                            RST_STREAM, SETTINGS, WINDOW_UPDATE, frame, headers, number, settings)
from harness.gateway import Gateway

ECHO = [*f.CONNECT[:3], (":path", "/echo"), *f.CONNECT[4:]]
TUNNEL = headers(ECHO, flags=END_HEADERS)       # stream 1, which stays open
OPEN = headers(POST, flags=END_HEADERS)         # stream 1, half of it
HALF = headers([*GET[:3], (":path", "/files/big")])    # stream 1, whose answer is under way
HUGE = b"x" * 16385


def connection_error(codes, *pieces):
    with f.Frames(gateway.wire()) as c:
        c.send(*pieces)
        c.expect_connection_error(*codes)


def stream_error(codes, stream, *pieces):
    with f.Frames(gateway.wire()) as c:
        c.send(*pieces)
        c.expect_stream_error(stream, *codes)


def answered(status, stream, *pieces):
    with f.Frames(gateway.wire()) as c:
        c.send(*pieces)
        equal(c.status(stream), status, "status")
        c.ping()


def goes_on(*pieces):
    """It is fine, or to be passed over."""
    with f.Frames(gateway.wire()) as c:
        c.send(*pieces)
        c.ping()
        c.send(headers(stream=99))
        equal(c.status(99), 200, "status")


def bad_preface(first):
    """On TLS, where ALPN has decided before."""
    context = gateway.authority.client_context()
    context.set_alpn_protocols(["h2"])
    with f.Frames(gateway.wire(True, context=context), greet=False) as c:
        c.send(first)
        c.expect_connection_error(f.PROTOCOL_ERROR)


def no_settings():
    with f.Frames(gateway.wire(), greet=False) as c:
        c.send(PREFACE, headers())
        c.expect_connection_error(f.PROTOCOL_ERROR)


def server_preface():
    """Its SETTINGS come first, and say what matters."""
    with f.Frames(gateway.wire(), greet=False) as c:
        c.send(PREFACE, settings())
        kind, flags, stream, payload = c.next()
        equal((kind, flags, stream), (SETTINGS, 0, 0), "the first frame")
        said = {int.from_bytes(payload[i:i + 2], "big"): int.from_bytes(payload[i + 2:i + 6], "big")
                for i in range(0, len(payload), 6)}
        equal((said.get(3), said.get(8)), (100, 1), "concurrent streams, CONNECT protocol")
        while True:
            got = c.until(SETTINGS)
            if got[1] & ACK:
                break
        equal(got[3], b"", "the acknowledgement")


def initial_window(before, after):
    """Section 6.9.2: a change applies to open streams, and may make windows negative."""
    with f.Frames(gateway.wire()) as c:
        c.send(settings((4, before)))
        c.send(headers())
        equal(c.status(), 200, "status")
        got = b""
        while len(got) < min(before, 4):
            got += c.until(DATA)[3]
        equal(len(got), min(before, 4), "bytes in the first window")
        c.send(settings((4, after)))
        if after < before:              # the window is negative, and 1 does not open it
            c.send(frame(WINDOW_UPDATE, 0, 1, number(1)))
            c.ping()
            c.send(frame(WINDOW_UPDATE, 0, 1, number(100)))
        while len(got) < 4:
            got += c.until(DATA)[3]
        equal(got, b"fine", "body")


def last_value():
    """Section 6.5.3: the last one counts."""
    with f.Frames(gateway.wire()) as c:
        c.send(settings((4, 100), (4, 1)), headers())
        equal(c.status(), 200, "status")
        equal(c.until(DATA)[3], b"f", "what the window of 1 lets through")
        c.ping()


def said_goodbye():
    """Section 5.4.1: GOAWAY, with the last stream that was seen, and then the end."""
    with f.Frames(gateway.wire()) as c:
        c.send(headers(), frame(PING, 0, 0, bytes(6)))
        payload = c.until(GOAWAY)[3]
        equal(payload[:8], number(1) + number(f.FRAME_SIZE_ERROR), "last stream and code")
        c.wire.expect_gone()


def representation(value, field, again=None):
    """RFC 7541 section 6: what the field is, is seen by the redirection it makes."""
    with f.Frames(gateway.wire()) as c:
        path = [*GET[:3], (":path", "/mirror")]
        c.send(headers(path, behind=field), headers(path, 3, behind=again or field))
        for _ in range(2):
            _, _, _, got = c.until(HEADERS)
            equal(dict(got)["location"], f"https://x/?{value}", "what was understood")


def max_frame_size():
    """Section 4.2: none of ours is larger than the client said, or 16384."""
    with f.Frames(gateway.wire()) as c:
        c.send(frame(WINDOW_UPDATE, 0, 0, number(1 << 20)), settings((4, 1 << 20)))
        c.send(headers([*GET[:3], (":path", "/files/big")]))
        equal(c.status(), 200, "status")
        got = 0
        while got < 100000:
            n = len(c.until(DATA)[3])
            equal(n <= 16384, True, f"a frame of {n} bytes is within 16384")
            got += n


def ping_answer():
    with f.Frames(gateway.wire()) as c:
        c.ping(b"\0\1\2\3\4\5\6\7")
        c.send(frame(PING, ACK, payload=b"nobody's"))
        c.ping()


def goaway_from_client(code):
    """What is open is still answered."""
    with f.Frames(gateway.wire()) as c:
        c.send(OPEN, frame(GOAWAY, payload=number(0) + number(code)),
               frame(DATA, END_STREAM, 1, b"x"))
        equal(c.status(), 200, "status")


def too_many():
    """Section 5.1.2: one more than was said."""
    with f.Frames(gateway.wire()) as c:
        for i in range(101):
            c.send(headers(ECHO, 1 + 2 * i, END_HEADERS))
        c.expect_stream_error(201, f.PROTOCOL_ERROR, f.REFUSED_STREAM)


def on_closed(reset, sent):
    with f.Frames(gateway.wire()) as c:
        c.send(TUNNEL if reset else headers())
        equal(c.status(), 200, "status")
        c.send(frame(RST_STREAM, 0, 1, number(8)) if reset else b"")
        c.ping()
        c.send(frame(DATA, 0, 1, b"x") if sent == "DATA" else headers())
        c.expect_connection_error(f.STREAM_CLOSED)


def on_answered():
    """Its rest was on its way."""
    with f.Frames(gateway.wire()) as c:
        c.send(OPEN)
        equal(c.status(), 200, "status")
        c.ping()
        c.send(frame(DATA, 0, 1, b"x"), headers([("x-trailer", "1")]))
        c.ping()


def table():
    P, S, Z, K, C = ((f.PROTOCOL_ERROR,), (f.STREAM_CLOSED,), (f.FRAME_SIZE_ERROR,),
                     (f.FLOW_CONTROL_ERROR,), (f.COMPRESSION_ERROR,))
    PS = P + S
    done = headers() + frame(RST_STREAM, 0, 1, number(8))
    cut = headers(flags=END_STREAM)             # without END_HEADERS
    bad = connection_error, stream_error
    return [
        ("4.1: an unknown type is passed over", goes_on, frame(22, 0, 0, b"what?")),
        ("4.1: an unknown type on a stream, too", goes_on, frame(222, 255, 1, b"what?")),
        ("4.1: undefined flags are passed over", goes_on, frame(PING, 0x16, payload=bytes(8))),
        ("4.1: the reserved bit is passed over", goes_on,
         frame(PING, 0, 1 << 31, payload=bytes(8))),
        ("4.2: DATA as large as allowed", answered, 200, 1, OPEN, frame(DATA, 1, 1, HUGE[1:])),
        ("4.2: DATA larger than allowed", bad[0], Z, OPEN, frame(DATA, 0, 1, HUGE)),
        ("4.2: HEADERS larger than allowed", bad[0], Z, frame(HEADERS, 5, 1, HUGE)),
        ("4.2: an unknown type larger than allowed", bad[0], Z, frame(22, 0, 0, HUGE)),
        ("4.3: a block that cannot be read", bad[0], C, frame(HEADERS, 5, 1, b"\xff\xff\xff\xff\xff")),
        ("4.3: PRIORITY within a block", bad[0], P, cut, frame(PRIORITY, 0, 1, bytes(5))),
        ("4.3: another stream's HEADERS within a block", bad[0], P, cut, headers(stream=3)),
        ("4.3: an unknown type within a block", bad[0], P, cut, frame(22, 0, 1)),
        ("5.1: DATA on an idle stream", bad[0], P, frame(DATA, 1, 1, b"x")),
        ("5.1: RST_STREAM on an idle stream", bad[0], P, frame(RST_STREAM, 0, 1, number(8))),
        ("5.1: WINDOW_UPDATE on an idle stream", bad[0], P, frame(WINDOW_UPDATE, 0, 1, number(9))),
        ("5.1: CONTINUATION on an idle stream", bad[0], P, frame(CONTINUATION, 4, 1, b"")),
        ("5.1: DATA on a half-closed stream", bad[1], S, 1,
         headers(f.CONNECT, flags=END_HEADERS), frame(DATA, 1, 1), frame(DATA, 0, 1, b"x")),
        ("5.1: HEADERS on a half-closed stream", bad[1], S, 1,
         headers(), headers()),
        ("5.1: CONTINUATION on a half-closed stream", bad[0], PS, headers(),
         frame(CONTINUATION, 4, 1, b"")),
        ("5.1: HEADERS on a stream that was reset", bad[1], S, 1, OPEN,
         frame(RST_STREAM, 0, 1, number(8)), headers()),
        ("5.1: DATA on a stream that was reset", bad[1], S, 1, OPEN,
         frame(RST_STREAM, 0, 1, number(8)), frame(DATA, 1, 1, b"x")),
        ("5.1: CONTINUATION on a stream that was reset", bad[0], PS, OPEN,
         frame(RST_STREAM, 0, 1, number(8)), frame(CONTINUATION, 4, 1, f.block(GET))),
        ("5.1: WINDOW_UPDATE on a half-closed stream", goes_on, HALF,
         frame(WINDOW_UPDATE, 0, 1, number(9))),
        ("5.1: PRIORITY on a half-closed stream", goes_on, HALF,
         frame(PRIORITY, 0, 1, number(3) + b"1")),
        ("5.1: RST_STREAM on a half-closed stream", goes_on, HALF,
         frame(RST_STREAM, 0, 1, number(8))),
        ("5.1: WINDOW_UPDATE on a closed stream", goes_on, done,
         frame(WINDOW_UPDATE, 0, 1, number(9))),
        ("5.1: RST_STREAM on a closed stream", goes_on, done, frame(RST_STREAM, 0, 1, number(8))),
        ("5.1: PRIORITY on an idle stream", goes_on, frame(PRIORITY, 0, 5, number(0) + b"\x0f")),
        ("5.1: PRIORITY on a closed stream", goes_on, done, frame(PRIORITY, 0, 1, number(3) + b"1")),
        ("5.3.1: PRIORITY that depends on itself", bad[1], P, 1, TUNNEL,
         frame(PRIORITY, 0, 1, number(1) + b"\x0f")),
        ("5.3.1: HEADERS that depend on themselves", bad[1], P, 1,
         headers(flags=END_STREAM | END_HEADERS | PRIORITIZED, before=number(1) + b"\xff")),
        ("5.1.1: an even number", bad[0], P, headers(stream=2)),
        ("5.1.1: a number that is too small", bad[0], P, headers(stream=5), headers(stream=3)),
        ("5.4.1: a field of stream 0", bad[0], P, headers(stream=0)),
        ("6.1: DATA on stream 0", bad[0], P, frame(DATA, 0, 0, b"x")),
        ("6.1: padding longer than the frame", bad[0], P, OPEN, frame(DATA, PADDED, 1, b"\x05abc")),
        ("6.1: padding", answered, 200, 1, OPEN, frame(DATA, PADDED | END_STREAM, 1, b"\x02ab\0\0")),
        ("6.2: padding", answered, 200, 1,
         headers(flags=END_STREAM | END_HEADERS | PADDED, before=b"\x03", behind=bytes(3))),
        ("6.2: padding longer than the frame", bad[0], P,
         headers(flags=END_STREAM | END_HEADERS | PADDED, before=b"\xff")),
        ("6.2: with a priority", answered, 200, 1,
         headers(flags=END_STREAM | END_HEADERS | PRIORITIZED, before=number(0) + b"\xff")),
        ("6.2: depending on a stream that does not exist", goes_on,
         headers(flags=END_STREAM | END_HEADERS | PRIORITIZED, before=number(7) + b"\xff")),
        ("6.3: PRIORITY on stream 0", bad[0], P, frame(PRIORITY, 0, 0, bytes(5))),
        ("6.3: weights and dependencies of all kinds", goes_on,
         *[frame(PRIORITY, 0, 5, number(on) + bytes([weight]))
           for on in (0, 3, 1 << 31, 1 << 31 | 3) for weight in (0, 255)]),
        ("6.3: PRIORITY of 4 bytes", bad[1], Z, 1, OPEN, frame(PRIORITY, 0, 1, bytes(4))),
        ("6.4: RST_STREAM on stream 0", bad[0], P, frame(RST_STREAM, 0, 0, number(8))),
        ("6.4: RST_STREAM of 3 bytes", bad[0], Z, OPEN, frame(RST_STREAM, 0, 1, bytes(3))),
        ("6.5: SETTINGS with ACK and more", bad[0], Z, frame(SETTINGS, ACK, 0, bytes(6))),
        ("6.5: SETTINGS on a stream", bad[0], P, frame(SETTINGS, 0, 1)),
        ("6.5: SETTINGS of 3 bytes", bad[0], Z, frame(SETTINGS, 0, 0, bytes(3))),
        ("6.5.2: ENABLE_PUSH of 2", bad[0], P, settings((2, 2))),
        ("6.5.2: INITIAL_WINDOW_SIZE too large", bad[0], K, settings((4, 1 << 31))),
        ("6.5.2: MAX_FRAME_SIZE too small", bad[0], P, settings((5, 16383))),
        ("6.5.2: MAX_FRAME_SIZE too large", bad[0], P, settings((5, 1 << 24))),
        ("6.5.2: an unknown setting", goes_on, settings((0xff, 1))),
        ("6.6: PUSH_PROMISE from a client", bad[0], P,
         frame(PUSH_PROMISE, END_HEADERS, 1, number(2) + f.block(GET))),
        ("6.7: PING on a stream", bad[0], P, frame(PING, 0, 1, bytes(8))),
        ("6.7: PING of 6 bytes", bad[0], Z, frame(PING, 0, 0, bytes(6))),
        ("6.8: GOAWAY on a stream", bad[0], P, frame(GOAWAY, 0, 1, bytes(8))),
        ("6.9: WINDOW_UPDATE of 0", bad[0], P, frame(WINDOW_UPDATE, 0, 0, number(0))),
        ("6.9: WINDOW_UPDATE of 0 on a stream", bad[1], P, 1, OPEN,
         frame(WINDOW_UPDATE, 0, 1, number(0))),
        ("6.9: WINDOW_UPDATE of 3 bytes", bad[0], Z, frame(WINDOW_UPDATE, 0, 0, bytes(3))),
        ("6.9.1: a window too large", bad[0], K,
         *[frame(WINDOW_UPDATE, 0, 0, number((1 << 31) - 1))] * 2),
        ("6.9.1: a stream's window too large", bad[1], K, 1, OPEN,
         *[frame(WINDOW_UPDATE, 0, 1, number((1 << 31) - 1))] * 2),
        ("6.9.2: a stream's window too large by a setting", bad[1], K, 1, TUNNEL,
         frame(WINDOW_UPDATE, 0, 1, number((1 << 31) - 65536)), settings((4, 65537))),
        ("6.9: more DATA than the window", bad[1], K, 1, TUNNEL,
         frame(DATA, 0, 1, b"\x82\xff" + (1 << 20).to_bytes(8, "big") + bytes(4)),
         *[frame(DATA, 0, 1, bytes(16384))] * 80),
        ("6.10: a block in several frames", answered, 200, 1,
         frame(HEADERS, END_STREAM, 1, f.block(GET)[:10]), frame(CONTINUATION, 0, 1, f.block(GET)[10:20]),
         frame(CONTINUATION, END_HEADERS, 1, f.block(GET)[20:])),
        ("6.10: CONTINUATION on stream 0", bad[0], P, cut, frame(CONTINUATION, 4, 0)),
        ("6.10: CONTINUATION behind a whole block", bad[0], P, OPEN, frame(CONTINUATION, 4, 1)),
        ("6.10: CONTINUATION behind one that ended a block", bad[0], P,
         frame(HEADERS, 0, 1, f.block(POST)[:10]), frame(CONTINUATION, END_HEADERS, 1, f.block(POST)[10:]),
         frame(CONTINUATION, END_HEADERS, 1)),
        ("6.10: CONTINUATION behind DATA", bad[0], P, OPEN, frame(DATA, 0, 1, b"x"),
         frame(CONTINUATION, END_HEADERS, 1)),
        ("6.10: DATA between CONTINUATIONs", bad[0], P, cut, frame(CONTINUATION, 0, 1),
         frame(DATA, 1, 1, b"x")),
        ("6.10: DATA within a block", bad[0], P, cut, frame(DATA, 1, 1, b"x")),
        ("7: an unknown error code", goes_on, headers(), frame(RST_STREAM, 0, 1, number(0xffff))),
        ("8.1: HEAD", answered, 200, 1, headers([(":method", "HEAD"), *GET[1:]])),
        ("8.1: trailers", answered, 200, 1, OPEN, frame(DATA, 0, 1, b"x"),
         headers([("x-trailer", "1")])),
        ("8.1: HEADERS in the midst, without an end", bad[1], P, 1, OPEN,
         headers([("x-trailer", "1")], flags=END_HEADERS)),
        ("8.1: a pseudo-header field in trailers", bad[1], P, 1, OPEN,
         headers([(":method", "POST")])),
        ("8.2: upper case in a name", bad[1], P, 1, headers([*GET, ("X-Upper", "1")])),
        ("8.2.2: Connection", bad[1], P, 1, headers([*GET, ("connection", "keep-alive")])),
        ("8.2.2: TE other than trailers", bad[1], P, 1, headers([*GET, ("te", "trailers, gzip")])),
        ("8.2.2: TE of trailers", answered, 200, 1, headers([*GET, ("te", "trailers")])),
        ("8.3: an unknown pseudo-header field", bad[1], P, 1, headers([*GET, (":x", "1")])),
        ("8.3: one of a response", bad[1], P, 1, headers([*GET, (":status", "200")])),
        ("8.3: one behind a field", bad[1], P, 1, headers([*GET[:3], ("x", "1"), GET[3]])),
        ("8.3.1: no :method", bad[1], P, 1, headers(GET[1:])),
        ("8.3.1: no :scheme", bad[1], P, 1, headers([GET[0], *GET[2:]])),
        ("8.3.1: no :path", bad[1], P, 1, headers(GET[:3])),
        ("8.3.1: an empty :path", bad[1], P, 1, headers([*GET[:3], (":path", "")])),
        ("8.3.1: two :methods", bad[1], P, 1, headers([GET[0], *GET])),
        ("8.3.1: two :schemes", bad[1], P, 1, headers([GET[1], *GET])),
        ("8.3.1: two :paths", bad[1], P, 1, headers([GET[3], *GET])),
        ("8.3.1: no authority at all", bad[1], P, 1, headers([*GET[:2], GET[3]])),
        ("8.3.1: Host alone", answered, 200, 1, headers([*GET[:2], GET[3], ("host", "localhost")])),
        ("8.1.1: Content-Length and less", bad[1], P, 1,
         headers([*POST, ("content-length", "3")], flags=END_HEADERS), frame(DATA, 1, 1, b"x")),
        ("8.1.1: Content-Length and more", bad[1], P, 1,
         headers([*POST, ("content-length", "3")], flags=END_HEADERS), frame(DATA, 1, 1, b"xxxx")),
        ("8.1.1: Content-Length and less in several frames", bad[1], P, 1,
         headers([*POST, ("content-length", "3")], flags=END_HEADERS), frame(DATA, 0, 1, b"x"),
         frame(DATA, 1, 1, b"x")),
        ("8.1.1: Content-Length and more in several frames", bad[1], P, 1,
         headers([*POST, ("content-length", "3")], flags=END_HEADERS), frame(DATA, 0, 1, b"xx"),
         frame(DATA, 1, 1, b"xx")),
        ("8.1.1: Content-Length and several frames", answered, 200, 1,
         headers([*POST, ("content-length", "3")], flags=END_HEADERS), frame(DATA, 0, 1, b"x"),
         frame(DATA, 1, 1, b"xx")),
        ("8.5: CONNECT without :protocol", answered, 400, 1,
         headers([(":method", "CONNECT"), (":authority", "localhost:1")])),
        ("RFC 8441: another :protocol", answered, 501, 1,
         headers([*f.CONNECT[:4], (":protocol", "connect-udp")], flags=END_HEADERS)),
        ("RFC 8441: :protocol without CONNECT", bad[1], P, 1,
         headers([*GET, (":protocol", "websocket")])),
        ("RFC 8441: without :path", bad[1], P, 1,
         headers([*f.CONNECT[:3], (":protocol", "websocket")], flags=END_HEADERS)),
        ("RFC 8441: one that ends at once", answered, 400, 1, headers(f.CONNECT)),
        ("RFC 8441: version 12", answered, 426, 1,
         headers([(":method", "CONNECT"), GET[1], GET[2], (":path", "/echo"), (":protocol", "websocket"),
                  ("sec-websocket-version", "12")], flags=END_HEADERS)),
        ("7541 2.3.3: an index beyond the tables", bad[0], C, frame(HEADERS, 5, 1, b"\xc6")),
        ("7541 2.3.3: a name's index beyond the tables", bad[0], C,
         headers(behind=b"\x7f\x00\x01x")),
        ("7541 4.2: a table size behind a field", bad[0], C,
         headers(behind=b"\x20")),
        ("7541 5.2: a Huffman code that is padded with zeroes", bad[0], C,
         frame(HEADERS, 5, 1, f.block(GET) + b"\0\x85\xf2\xb2\x4a\x84\xff\x83\x49\x50\x90")),
        ("7541 5.2: padded by more than 7 bits", bad[0], C,
         frame(HEADERS, 5, 1, f.block(GET) + b"\0\x85\xf2\xb2\x4a\x84\xff\x84\x49\x50\x9f\xff")),
        ("7541 5.2: an end-of-string symbol", bad[0], C,
         frame(HEADERS, 5, 1, f.block(GET) + b"\0\x85\xf2\xb2\x4a\x84\xff\x87\x49\x50\x9f\xff\xff\xff\xff")),
        ("7541 6.1: index 0", bad[0], C, frame(HEADERS, 5, 1, b"\x80")),
        ("7541 6.3: a table larger than allowed", bad[0], C,
         frame(HEADERS, 5, 1, f.integer(4097, 5, 0x20) + f.block(GET))),
    ]


gateway = Gateway(routes='''files: { path = "/files"; static = "@DIR@/www"; };
    echo: { path = "/echo"; service = "echo"; };
    mirror: { path = "/mirror"; redirect = "https://x/?${header.X-Test}${header.User-Agent}"; };
    r: { respond: { status = 200; body = "fine"; }; };''')
(gateway.dir / "www").mkdir()
(gateway.dir / "www" / "big").write_bytes(bytes(100000))
add("3.4: the server's preface", server_preface)
add("3.4: a bad preface", bad_preface, b"PRI * HTTP/2.1\r\n\r\nSM\r\n\r\n")
add("3.4: a request of HTTP/1.1", bad_preface, b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
add("3.4: no SETTINGS first", no_settings)
add("4.2: frames are within the client's size", max_frame_size)
add("5.1.2: more streams than allowed", too_many)
for kind in ("reset", "ended"):
    for sent in ("DATA", "HEADERS"):
        add(f"5.1: {sent} on a stream that the client has {kind}", on_closed, kind == "reset", sent)
add("5.1: frames on a stream that was answered early", on_answered)
add("5.4.1: GOAWAY", said_goodbye)
add("6.5.3: the last value counts", last_value)
add("6.7: PING is answered, its answer is not", ping_answer)
add("6.8: GOAWAY", goaway_from_client, f.NO_ERROR)
add("7: an unknown error code in GOAWAY", goaway_from_client, 0xff)
for before, after in ((1, 65535), (0, 100), (3, 1)):
    add(f"6.9.2: windows from {before} to {after}", initial_window, before, after)
for kind, first, bits in (("incremental", 0x40, 6), ("without", 0, 4), ("never", 0x10, 4)):
    for words, text in (("plain", f.plain), ("Huffman", f.huffman)):
        add(f"7541 6.2: {kind} indexing, an indexed name, {words}", representation,
            "value", f.integer(58, bits, first) + text("value"))
        add(f"7541 6.2: {kind} indexing, a new name, {words}", representation,
            "value", bytes([first]) + text("x-test") + text("value"))
add("7541 6.1: an indexed field of the static table", representation, "", b"\xba")
add("7541 6.1: an indexed field of the dynamic table", representation,
    "value", b"\x40" + f.plain("x-test") + f.plain("value"), b"\xbe")
add("7541 6.3: a table size in front of the fields", answered, 200, 1, headers(before=b"\x20"))
add("7541 4.2: several table sizes in front of the fields", answered, 200, 1,
    headers(before=b"\x20\x3f\xe1\x1f"))
for name, function, *args in table():
    add(name, function, *args)
run(gateway)
