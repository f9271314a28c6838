"""TLS on a listener: certificates by name, versions, tickets, ALPN, no renegotiation."""
import ssl
import subprocess

from harness import ws
from harness.address import HOST
from harness.cases import add, case, contains, equal, run
from harness.gateway import Gateway
from harness.http1 import read_response, request

ALL = 'all: { respond: { status = 200; type = "text/plain"; body = "all"; }; };'


def subject(wire):
    return dict(pair[0] for pair in wire.tls.getpeercert()["subject"])["commonName"]


def chosen(name, wanted, matches):
    context = gateway.authority.client_context()
    context.check_hostname = matches
    with gateway.wire(True, context=context, server_hostname=name) as wire:
        equal(subject(wire), wanted, "certificate")
        wire.send(request("/"))
        equal(read_response(wire).body, b"all", "answer")


@case("without a name: the first certificate")
def no_name():
    context = gateway.authority.client_context()
    context.check_hostname = False
    with gateway.wire(True, context=context, server_hostname=None) as wire:
        equal(subject(wire), "localhost", "certificate")


def spoken(version):
    context = gateway.authority.client_context()
    context.minimum_version = context.maximum_version = version
    with gateway.wire(True, context=context) as wire:
        wire.send(request("/"))
        equal(read_response(wire).status, 200, "status")
        return wire.tls.version()


@case("TLS 1.2 and 1.3 are spoken, and the record says which")
def versions():
    equal(spoken(ssl.TLSVersion.TLSv1_2), "TLSv1.2", "version")
    equal(spoken(ssl.TLSVersion.TLSv1_3), "TLSv1.3", "version")
    gateway.expect_record(tls="TLSv1.2", status=200)
    gateway.expect_record(tls="TLSv1.3", status=200)


@case("TLS 1.1 is refused")
def old_version():
    context = gateway.authority.client_context()
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    refused(context)


@case("min_version = 1.3 refuses TLS 1.2")
def min_version():
    with Gateway(routes=ALL, tls='min_version = "1.3";') as strict:
        context = strict.authority.client_context()
        with strict.wire(True, context=context) as wire:
            equal(wire.tls.version(), "TLSv1.3", "version")
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        refused(context, strict)


def refused(context, where=None):
    try:
        (where or gateway).wire(True, context=context).close()
    except (ssl.SSLError, ConnectionError):
        return
    raise AssertionError("the handshake succeeded")


def resumed(version):
    """A ticket of one connection shortens the handshake of the next, on whatever worker."""
    context = gateway.authority.client_context()
    context.minimum_version = context.maximum_version = version
    session = None
    for turn in range(6):
        with gateway.wire(True, context=context, session=session) as wire:
            wire.send(request("/"))
            equal(read_response(wire).status, 200, "status")
            equal(wire.tls.session_reused, turn > 0, f"resumed at turn {turn}")
            session = wire.tls.session


@case("tickets = false: nothing is resumed")
def no_tickets():
    with Gateway(routes=ALL, tls="tickets = false;") as forgetful:
        context = forgetful.authority.client_context()
        session = None
        for _ in range(3):
            with forgetful.wire(True, context=context, session=session) as wire:
                wire.send(request("/"))
                equal(read_response(wire).status, 200, "status")
                equal(wire.tls.session_reused, False, "resumed")
                session = wire.tls.session


@case("ALPN: http/1.1 is chosen")
def alpn():
    context = gateway.authority.client_context()
    context.set_alpn_protocols(["spdy/3", "http/1.1"])
    with gateway.wire(True, context=context) as wire:
        equal(wire.tls.selected_alpn_protocol(), "http/1.1", "protocol")
        wire.send(request("/"))
        equal(read_response(wire).status, 200, "status")


@case("a client that asks to renegotiate is not served on")
def renegotiation():
    child = subprocess.run(
        ["openssl", "s_client", "-tls1_2", "-connect", f"{HOST}:{gateway.tls_port}"],
        input=b"R\n", capture_output=True, timeout=60)
    contains(child.stdout + child.stderr, b"RENEGOTIATING", "openssl's output")
    contains((child.stdout + child.stderr).lower(), b"no renegotiation", "openssl's output")


@case("HTTP on a TLS listener harms nobody")
def plain_on_tls():
    with gateway.wire_to(gateway.tls_port) as wire:
        wire.send(request("/"))
        wire.expect_gone()
    with ws.connect(gateway, "/ws", tls=True) as socket:
        socket.finish()


@case("TLS on a plain listener: 400")
def tls_on_plain():
    with gateway.wire() as wire:
        wire.send(bytes.fromhex("1603010200010001fc0303") + bytes(64))
        equal(read_response(wire).status, 400, "status")


@case("the end of TLS is said by close_notify")
def close_notify():
    with gateway.wire(True) as wire:
        wire.send(request("/", headers=["Connection: close"]))
        equal(read_response(wire).status, 200, "status")
        wire.expect_eof()


gateway = Gateway(routes='ws: { path = "/ws"; service = "echo"; };' + ALL,
                  names=(["localhost"], ["one.example", "two.example"], ["*.wild.example"]))
for name, wanted, matches in (("localhost", "localhost", True),
                              ("one.example", "one.example", True),
                              ("two.example", "one.example", True),
                              ("ONE.example", "one.example", True),
                              ("a.wild.example", "*.wild.example", True),
                              ("b.wild.example", "*.wild.example", True),
                              ("a.b.wild.example", "localhost", False),
                              ("wild.example", "localhost", False),
                              ("unknown.example", "localhost", False)):
    add(f"{name} gets the certificate of {wanted}", chosen, name, wanted, matches)
add("tickets over TLS 1.3", resumed, ssl.TLSVersion.TLSv1_3)
add("tickets over TLS 1.2", resumed, ssl.TLSVersion.TLSv1_2)
run(gateway)
