"""Where a listener listens: IPv4, IPv6, both, several addresses."""
import socket

from harness.address import HOST, free_port
from harness.cases import Skip, add, case, equal, run
from harness.gateway import Gateway
from harness.http1 import read_response, request
from harness.wire import Wire


def ipv6():
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
        return True
    except OSError:
        return False


def answers(*address):
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    with socket.socket(family) as sock:
        sock.connect(address)
        wire = Wire(sock)
        wire.send(request())
        equal(read_response(wire).body, b"all", f"answer at {address}")


def on(binds, *addresses):
    if any(":" in address for address, _ in addresses) and not ipv6():
        raise Skip("there is no IPv6 here")
    with Gateway(routes=ALL, listeners=f'more: {{ bind = [{binds}]; }};'):
        for address in addresses:
            answers(*address)


@case("the record names the listener and both ends")
def recorded():
    with Gateway(routes=ALL, listeners=f'more: {{ bind = "{HOST}:{one}"; }};') as gateway:
        answers(HOST, one)
        record = gateway.expect_record(listener="more")
        equal((record["client_ip"], record["status"]), ("127.0.0.1", 200), "record")


ALL = 'all: { respond: { status = 200; type = "text/plain"; body = "all"; }; };'
one, two, every = free_port(), free_port(), free_port("")
add("an IPv4 address", on, f'"{HOST}:{one}"', (HOST, one))
add("two addresses", on, f'"{HOST}:{one}", "{HOST}:{two}"', (HOST, one), (HOST, two))
add("an IPv6 address", on, f'"[::1]:{every}"', ("::1", every))
add("all addresses of IPv4", on, f'"0.0.0.0:{every}"', ("127.0.0.1", every), (HOST, every))
add("all addresses of both", on, f'"*:{every}"', ("127.0.0.1", every), ("::1", every))
add("all addresses of IPv6, and IPv4 beside it", on, f'"[::]:{every}", "0.0.0.0:{every}"',
    ("127.0.0.1", every), ("::1", every))
run()
