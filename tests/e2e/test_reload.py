"""SIGHUP: a new configuration for what is new; what is open goes on as it began."""
import re
import socket

from harness import http1, ws
from harness.address import HOST, free_port
from harness.admin import Admin
from harness.backends import Backend, echo
from harness.cases import case, contains, equal, run
from harness.gateway import Gateway
from harness.wait import until

ECHO = 'e: { path = "/e"; service = "echo"; };'


def text_of(gateway):
    return gateway.conf_file.read_text()


def talk(session, message=b"hello"):
    session.text(message)
    session.expect_message(ws.TEXT, message)


def restarted(session):
    """A Close is what comes next."""
    frame = session.frame()
    equal((frame.opcode, frame.code, frame.reason),
          (ws.CLOSE, 1012, "the configuration has changed"), "a frame")
    session.close(1012)


def refused(gateway, port):
    try:
        gateway.wire_to(port).close()
        raise AssertionError("somebody listens where nobody should")
    except ConnectionRefusedError:
        pass


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
        refused(gw, first)


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


ENDING = 'on_reload = "close";'
TWO = ('a: { path = "/a"; service = "echo"; ' + ENDING + ' }; '
       'b: { path = "/b"; backend = "b"; framing = "line"; ' + ENDING + ' }; '
       'c: { path = "/c"; backend = "b"; framing = "line"; };')


@case("on_reload: sessions end with 1012 when their route or its backend changes, or goes")
def on_reload():
    with Backend().serve(echo) as backend, Gateway(
            routes=TWO, backends=f'b: {{ servers = ["{backend.url}"]; }};') as gw:
        def opened():
            return {name: ws.start(gw, f"/{name}").opened() for name in "abc"}

        def expect(sessions, ended):
            for name, session in sessions.items():
                if name in ended:
                    restarted(session)
                else:
                    talk(session, b"still here")
        text = text_of(gw)
        first = opened()
        gw.reload(text.replace("workers", "# another comment\nworkers"))
        expect(first, "")
        gw.reload(text.replace('"/a"; service = "echo";', '"/a"; service = "echo"; idle = "1h";'))
        expect(first, "a")
        later = opened()
        gw.reload(text.replace('"/a"; service = "echo";', '"/a"; service = "echo"; idle = "1h";')
                  .replace("servers =", 'connect_timeout = "9s"; servers ='))
        expect(later, "b")
        first.pop("a")
        expect(first, "b")
        gw.reload(re.sub(r"a: \{.*?\};", "", text, count=1))
        later.pop("b")
        expect(later, "a")
        records = until(lambda: len(r := gw.records(type="session")) == 4 and r, "records")
        equal([(r["close_code"], r["closed_by"]) for r in records], [(1012, "gateway")] * 4,
              "how they ended")


@case("drain: sessions of before end with 1012 one after the other, those that come after stay")
def drain():
    with Gateway(routes=ECHO) as gw:
        text = text_of(gw)
        old = [ws.start(gw, "/e").opened() for _ in range(8)]
        gw.reload(f'drain = "2s";\n{text}')
        new = ws.start(gw, "/e").opened()
        for session in old:
            restarted(session)
        talk(new)
        gw.reload(text)
        talk(new)
        gw.reload(f'drain = "0";\n{text}')
        restarted(new)


@case("counts go on across reloads, of old sessions and new; reloads are counted")
def series():
    admin = Admin()
    with Gateway(routes=ECHO, top=admin.conf) as gw:
        def expect(**numbers):
            admin.expect(gw, {keys[name]: number for name, number in numbers.items()})
        keys = {
            "open": ("framegate_sessions", "backend=", "route=e", "transport=websocket"),
            "all": ("framegate_sessions_total", "backend=", "route=e", "transport=websocket"),
            "heard": ("framegate_messages_total", "direction=in", "route=e"),
            "fine": ("framegate_config_reloads_total", "result=success"),
            "bad": ("framegate_config_reloads_total", "result=failure"),
            "last": ("framegate_config_last_reload_success",),
        }
        old = ws.start(gw, "/e").opened()
        talk(old)
        good = text_of(gw)
        gw.reload(good.replace('"/e"', '"/f"'))
        talk(old)
        new = ws.start(gw, "/f").opened()
        talk(new)
        expect(open=2, all=2, heard=3, fine=1, bad=0, last=1)
        gw.reload("nonsense", fine=False)
        talk(old)
        expect(open=2, all=2, heard=4, fine=1, bad=1, last=0)
        gw.reload(good)
        old.close()
        expect(open=1, all=2, heard=4, fine=2, bad=1, last=1)


@case("the listener for admins comes, moves, stays where it cannot move, and goes")
def admins():
    first, second = Admin(), Admin()
    taken = socket.create_server((HOST, 0))
    with Gateway(routes=ECHO) as gw, taken:
        none = text_of(gw)
        old = ws.start(gw, "/e").opened()

        def with_admin(conf):
            return f"{conf}\n{none}"
        gw.reload(with_admin(first.conf))
        first.text(gw)
        gw.reload(with_admin(second.conf))
        second.text(gw)
        refused(gw, first.port)
        gw.reload(with_admin(first.conf.replace(str(first.port), str(taken.getsockname()[1]))),
                  fine=False)
        contains(gw.log(), "Address already in use", "log")
        equal(second.status(gw)["reload"]["success"], False, "whether the last reload was fine")
        gw.reload(none)
        refused(gw, second.port)
        talk(old)
        old.close()


run()
