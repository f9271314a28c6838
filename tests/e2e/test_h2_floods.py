# slow
"""What costs a client little and us much: each kind of flood ends with ENHANCE_YOUR_CALM."""
import os

from harness import frames as f
from harness import process
from harness.cases import add, contains, equal, run
from harness.frames import (CONTINUATION, DATA, END_HEADERS, END_STREAM, GET, PADDED, PING, POST,
                            PRIORITY, RST_STREAM, WINDOW_UPDATE, frame, headers, number, settings)
from harness.gateway import PROGRAM, Gateway
from harness.wait import until

FLOOD = 200_000                 # frames that are sent at most
BATCH = 1000
GROWTH = 2 << 20                # bytes that the process may grow by, whatever is sent
ECHO = [*f.CONNECT[:3], (":path", "/echo"), *f.CONNECT[4:]]
TUNNEL = headers(ECHO, flags=END_HEADERS)


def used():
    """Seconds of CPU that the gateway has used."""
    fields = open(f"/proc/{gateway.pid}/stat").read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def flood(before, make, read):
    """
    make(i) are bytes of the i-th frame. Sent until the gateway ends it; whether the client reads
    meanwhile or not. Another client's request is answered all the while.
    """
    memory, cpu, i = process.pss(gateway.pid), used(), 0
    with f.Frames(gateway.wire()) as c, f.Frames(gateway.wire()) as other:
        c.send(before)
        while i < FLOOD and not c.wire.ended and not (read and c.wire.has_ended()):
            if not c.wire.offer(b"".join(make(j) for j in range(i, i + BATCH))):
                break
            i += BATCH
        if not read:
            until(c.wire.has_ended, "the end")
        c.expect_connection_error(f.ENHANCE_YOUR_CALM)
        other.send(headers())
        equal(other.status(), 200, "another client")
    print(f"# {i} frames, {used() - cpu:.2f} s of CPU")
    equal(used() - cpu < 5, True, "CPU is within 5 s")
    if not process.sanitized(PROGRAM):
        grown = process.pss(gateway.pid) - memory
        equal(grown < GROWTH, True, f"{grown} bytes more are within {GROWTH}")
    gateway.expect_log("HTTP/2 client sends far more frames without use than allowed")


def honest(before, make, n):
    """So many are fine."""
    with f.Frames(gateway.wire()) as c:
        c.send(before, *[make(i) for i in range(n)])
        c.ping()


def small_messages():
    """As many small messages as a client likes."""
    with f.Frames(gateway.wire()) as c:
        c.send(TUNNEL)
        equal(c.status(), 200, "status")
        message = frame(DATA, 0, 1, b"\x82\x81\0\0\0\0x")
        got = 0
        for _ in range(100):
            c.send(message * 500)
            while got < 500 * 3:
                _, _, _, data = c.until(DATA)
                got += len(data)
            equal(got, 1500, "bytes that came back")
            got = 0
            c.send(frame(WINDOW_UPDATE, 0, 0, number(1500)), frame(WINDOW_UPDATE, 0, 1, number(1500)))


def slow_head():
    """CONTINUATION that never ends is bounded by its number, or by what it holds."""
    with f.Frames(gateway.wire()) as c:
        c.send(headers(flags=END_STREAM))
        c.send(*[frame(CONTINUATION, 0, 1, b"")] * 1000)
        c.expect_connection_error(f.ENHANCE_YOUR_CALM, f.PROTOCOL_ERROR, f.INTERNAL_ERROR)


def bomb():
    """A field in the table, said again and again: 1 byte on the wire for 4 KiB of head."""
    memory = process.pss(gateway.pid)
    field = b"\x40" + f.block([("x", "y" * 4000)])[1:]
    with f.Frames(gateway.wire()) as c:
        c.send(headers(behind=field + b"\xbe" * 12000))
        c.expect_connection_error(f.ENHANCE_YOUR_CALM)
    if not process.sanitized(PROGRAM):
        equal(process.pss(gateway.pid) - memory < GROWTH, True, "memory")
    gateway.expect_log("request head larger than limits.head")


def stream(i):
    return 2 * i + 1


KINDS = {
    "PING": (b"", lambda i: frame(PING, payload=bytes(8))),
    "SETTINGS": (b"", lambda i: settings((4, 65535))),
    "PRIORITY": (b"", lambda i: frame(PRIORITY, 0, stream(i), number(0) + b"\x0f")),
    "WINDOW_UPDATE": (b"", lambda i: frame(WINDOW_UPDATE, 0, 0, number(1))),
    "WINDOW_UPDATE on a stream": (TUNNEL, lambda i: frame(WINDOW_UPDATE, 0, 1, number(1))),
    "empty DATA": (TUNNEL, lambda i: frame(DATA, 0, 1)),
    "DATA of nothing but padding": (TUNNEL, lambda i: frame(DATA, PADDED, 1, b"\x03\0\0\0")),
    "DATA of one byte": (TUNNEL + frame(DATA, 0, 1, b"\x82\xff" + bytes(4) + b"\x3f" + bytes(7)),
                         lambda i: frame(DATA, 0, 1, b"x")),
    "unknown frames": (b"", lambda i: frame(99, 0, 0, b"")),
    "requests that are reset": (b"", lambda i: headers(POST, stream(i), END_HEADERS) +
                                frame(RST_STREAM, 0, stream(i), number(8))),
    "malformed requests": (b"", lambda i: headers([*GET, ("connection", "close")], stream(i))),
    "streams that we must reset": (b"", lambda i: headers(POST, stream(i), END_HEADERS) +
                                   frame(WINDOW_UPDATE, 0, stream(i), number((1 << 31) - 1))),
}
gateway = Gateway(routes='''echo: { path = "/echo"; service = "echo"; max_message = "2G"; };
    r: { respond: { status = 200; body = "fine"; }; };''', top="workers = 1;")
for name, (before, make) in KINDS.items():
    add(f"{name}, by a client that reads", flood, before, make, True)
    add(f"{name}, by one that does not", flood, before, make, False)
for name, n in {"PING": 50, "SETTINGS": 20, "PRIORITY": 300, "WINDOW_UPDATE": 2000,
                "requests that are reset": 100, "DATA of one byte": 4000}.items():
    add(f"{n} of {name} are fine", honest, *KINDS[name], n)
add("small messages without end are fine", small_messages)
add("CONTINUATION without end", slow_head)
add("a bomb of header fields", bomb)
run(gateway)
