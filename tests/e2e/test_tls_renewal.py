# waits
"""Certificates whose files change: new connections get the new ones, and nothing is cut."""
import shutil

from harness import ws
from harness.cases import case, contains, equal, run
from harness.gateway import Gateway
from harness.wait import until

ROUTES = 'e: { path = "/e"; service = "echo"; };'


def serial(gateway):
    with gateway.wire(True) as wire:
        return wire.tls.getpeercert()["serialNumber"]


def talk(session):
    session.text(b"hello")
    session.expect_message(ws.TEXT, b"hello")


def renew(gateway, pem):
    """The same names, another key; put in place at once, as programs for that do."""
    before = pem.read_bytes()
    gateway.authority.server("localhost", "127.0.0.1", "other.example")
    new = pem.read_bytes()
    pem.write_bytes(before)
    fresh = pem.with_suffix(".new")
    fresh.write_bytes(new)
    fresh.replace(pem)


def started(tls=""):
    gateway = Gateway(routes=ROUTES, secure="", tls=tls)
    return gateway, gateway.authority.folder / "ca-localhost.pem"


@case("a new certificate is in use by itself; a broken one is not; a session sees nothing of it")
def renewed():
    gateway, pem = started()
    with gateway:
        old = ws.start(gateway, "/e", True).opened()
        first = serial(gateway)
        renew(gateway, pem)
        until(lambda: serial(gateway) != first, "the new certificate")
        contains(gateway.log(), "tls e2e: its files have changed", "log")
        talk(old)
        second = serial(gateway)
        whole = pem.read_bytes()
        pem.write_bytes(whole[:len(whole) // 2])
        until(lambda: "tls e2e: what was read before stays in use" in gateway.log(), "a line")
        equal(serial(gateway), second, "serial number, the file being broken")
        pem.write_bytes(whole)
        until(lambda: gateway.log().count("tls e2e: its files have changed") == 2, "a line")
        talk(ws.start(gateway, "/e", True).opened())
        talk(old)
        old.close()


@case("reload = \"manual\": only a reload brings it")
def manual():
    gateway, pem = started('reload = "manual";')
    other = gateway.dir / "other.pem"
    with gateway:
        first = serial(gateway)
        text = gateway.conf_file.read_text()
        shutil.copy(pem, other)
        watched = text.replace("tls: {", f'tls: {{ watched: {{ certificates = ["{other}"]; }}; ')
        gateway.reload(watched)
        renew(gateway, pem)
        shutil.copy(pem, other)
        until(lambda: "tls watched: its files have changed" in gateway.log(), "a line")
        equal(serial(gateway), first, "serial number before a reload")
        gateway.reload()
        equal(serial(gateway) != first, True, "whether a reload brings another one")


run()
