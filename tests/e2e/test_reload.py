"""SIGHUP: a new configuration for what is new; what is open goes on as it began."""
from harness import http1, ws
from harness.address import free_port
from harness.backends import Backend, echo
from harness.cases import case, contains, equal, run
from harness.gateway import Gateway
from harness.wait import until

ECHO = 'e: { path = "/e"; service = "echo"; };'


def text_of(gateway):
    return gateway.conf_file.read_text()


def talk(socket, message=b"hello"):
    socket.text(message)
    socket.expect_message(ws.TEXT, message)


@case("an open session stays, and goes by what it began with; a new one by what is new")
def session():
    with Gateway(routes='e: { path = "/e"; service = "echo"; max_message = "10"; };') as gw:
        old = ws.start(gw, "/e").opened()
        gw.reload(text_of(gw).replace('"10"', '"20"'))
        new = ws.start(gw, "/e").opened()
        talk(old)
        talk(new, b"x" * 20)
        old.text(b"x" * 20)
        old.expect_failed(1009)
        new.close()


@case("a route that is gone: its session stays, a new one finds nothing")
def removed():
    with Gateway(routes=ECHO + 'f: { path = "/f"; respond: { status = 200; body = "f"; }; };') as gw:
        old = ws.start(gw, "/e").opened()
        gw.reload(text_of(gw).replace(ECHO, ""))
        equal(http1.fetch(gw, "/e").status, 404, "status")
        talk(old)
        old.close()


@case("listeners: one stays, one goes, one comes; what was accepted stays")
def listeners():
    first, second = free_port(), free_port()
    more = 'more: { bind = "@HOST@:%d"; };'
    with Gateway(routes=ECHO, listeners=more % first) as gw:
        old = ws.WebSocket(gw.wire_to(first), "/e").opened()
        gw.reload(text_of(gw).replace(str(first), str(second)))
        talk(old)
        new = ws.WebSocket(gw.wire_to(second), "/e").opened()
        talk(new)
        try:
            gw.wire_to(first).close()
            raise AssertionError("somebody listens where nobody should")
        except ConnectionRefusedError:
            pass


@case("a mistake: what was in force stays in force, and each mistake is said")
def mistakes():
    with Gateway(routes=ECHO) as gw:
        good = text_of(gw)
        gw.reload(good.replace("service = ", "srvice = ").replace("plain: {", "plain: { no = 1;"),
                  fine=False)
        contains(gw.log(), "unknown key 'srvice'", "log")
        contains(gw.log(), "unknown key 'no'", "log")
        talk(ws.start(gw, "/e").opened())
        gw.reload(good)


run()
