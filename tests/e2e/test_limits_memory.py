# slow
"""limits.memory holds: what hostile clients can make framegate keep stays below it, measured."""
import contextlib
import ssl

from harness import files, process, ws
from harness.backends import Backend
from harness.cases import Skip, add, equal, run
from harness.gateway import PROGRAM, Gateway
from harness.http1 import request
from harness.wait import until

LIMIT, CLIENTS = 16 << 20, 1600
STEP = 50
# What is not counted: tables that grow by doubling, and 4 MiB of those that wait to be told "503".
SPARE = 6 << 20


def head(wire):
    """A head that does not end."""
    wire.send(b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 16000)


def queued(wire):
    """Large requests that wait for a place in the backend."""
    wire.send(ws.handshake("/queue", headers=[f"X{i}: {'a' * 150}" for i in range(90)]))


def hello(wire):
    """The beginning of a ClientHello that says it has 128 KiB."""
    wire.send(b"\x16\x03\x01\x00\x40\x01\x01\xff\xfc\x03\x03" + bytes(58))


def record(wire):
    """Within TLS: the beginning of a record that has 16 KiB."""
    wire.sock.send(b"\x17\x03\x03\x40\x00" + bytes(16000))


def handshake_half(wire):
    """A whole ClientHello, and nothing that answers the server's part."""
    context = ssl.create_default_context()
    into, out = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = context.wrap_bio(into, out, server_hostname="localhost")
    with contextlib.suppress(ssl.SSLWantReadError):
        client.do_handshake()
    wire.send(out.read())


def is_shed(gateway):
    with gateway.wire() as wire:
        wire.send(request("/page"))
        return b" 503 " in wire.read_until(b"\r\n")


def attack(tls, port, act):
    """Until new connections are shed: then it costs no more than it may, and goes away in the end."""
    if process.sanitized(PROGRAM):
        raise Skip("a sanitizer needs memory of its own")
    files.need(2 * CLIENTS + 200)
    with gateway:
        before = process.pss(gateway.pid)
        with contextlib.ExitStack() as stack:
            n = 0
            while n < CLIENTS and not is_shed(gateway):
                for _ in range(STEP):
                    wire = stack.enter_context(gateway.wire(tls) if tls or not port
                                               else gateway.wire_to(gateway.tls_port))
                    act(wire)
                n += STEP
            until(lambda: is_shed(gateway), "connections to be shed")
            cost = process.pss(gateway.pid) - before
            print(f"# {cost / 1048576:.1f} MiB for {n} clients ({cost // n} bytes each)")
        until(lambda: not is_shed(gateway), "connections to be taken again")
    equal(cost <= LIMIT + SPARE, True, f"{cost} bytes are within {LIMIT}")


backend = Backend()
gateway = Gateway(top=f'workers = 2; limits: {{ memory = "{LIMIT >> 20}M"; head_timeout = "1h"; }};',
                  backends=f'''b: {{ servers = ["{backend.url}"]; max_sessions = 1;
                                     queue: {{ length = 10000; timeout = "1h"; }}; }};''',
                  routes='''queue: { path = "/queue"; backend = "b"; };
                            page: { respond: { body = "x"; }; };''', log="error")
add("unfinished heads", attack, False, False, head)
add("requests in a queue", attack, False, False, queued)
add("ClientHellos that say they are large", attack, False, True, hello)
add("TLS handshakes that do not go on", attack, False, True, handshake_half)
add("unfinished TLS records", attack, True, True, record)
run()
