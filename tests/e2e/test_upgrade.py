"""SIGUSR2: a new program takes the place of the one that runs, and nobody notices."""
import signal
import stat

from harness import h2, http1, plain, process, sockjs, ws
from harness.address import HOST, free_port
from harness.admin import Admin
from harness.cases import case, contains, equal, run
from harness.gateway import Gateway
from harness.manager import Manager, activate
from harness.wait import DEADLINE, until

ECHO = 'e: { path = "/e"; service = "echo"; };'
PAGE = 'p: { path = "/p"; respond: { status = 200; body = "page"; }; };'


def talk(session, message=b"hello"):
    session.text(message)
    session.expect_message(ws.TEXT, message)


def text_of(gateway):
    return gateway.conf_file.read_text()


@case("sessions stay with the program that they began with, what is new goes to the new one")
def sessions():
    with Gateway(routes=ECHO + PAGE, top='pid_file = "@DIR@/pid";') as gw:
        old = [ws.start(gw, "/e").opened(), ws.start(gw, "/e", tls=True).opened()]
        before = gw.upgrade()
        equal((gw.dir / "pid").read_text(), f"{gw.pid}\n", "the pid file")
        for session in old:
            talk(session)
        new = ws.start(gw, "/e").opened()
        talk(new)
        equal(http1.fetch(gw, "/p").status, 200, "status")
        equal(before.poll(), None, "whether the old one has ended")
        for session in old:
            session.finish()
        equal(before.wait(DEADLINE), 0, "how it ended when its last session had")
        talk(new)
        equal((gw.dir / "pid").exists(), True, "whether there is a pid file")
        new.close()
        gw.stop()
        equal((gw.dir / "pid").exists(), False, "whether there is a pid file")


@case("a session of long ago outlives many upgrades")
def generations():
    with Gateway(routes=ECHO) as gw:
        sessions = []
        for _ in range(4):
            sessions.append(ws.start(gw, "/e").opened())
            gw.upgrade()
        for session in sessions:
            talk(session)
        for session, before in zip(sessions, gw.before):
            session.finish()
            equal(before.wait(DEADLINE), 0, "how it ended")
        equal(http1.fetch(gw, "/e").status, 426, "status of the newest")


@case("the new program reads the configuration: what it brings and what is gone")
def configuration():
    first, second = free_port(), free_port()
    more = 'more: { bind = "@HOST@:%d"; };'
    with Gateway(routes=ECHO, listeners=more % first) as gw:
        gw.configure(text_of(gw).replace(str(first), str(second)).replace('"/e"', '"/f"'))
        gw.upgrade()
        talk(ws.WebSocket(gw.wire_to(second), "/f").opened())
        try:
            gw.wire_to(first).close()
            raise AssertionError("somebody listens where nobody should")
        except ConnectionRefusedError:
            pass


@case("a unix socket keeps its file, which the last one removes")
def unix():
    with Gateway(routes=PAGE, listeners='u: { bind = "unix:@DIR@/s.sock"; mode = "0600"; };') as gw:
        path = gw.dir / "s.sock"
        inode = path.stat().st_ino
        gw.upgrade().wait(DEADLINE)
        equal(path.stat().st_ino, inode, "the file")
        equal(stat.S_IMODE(path.stat().st_mode), 0o600, "its mode")
        gw.stop()
        equal(path.exists(), False, "whether it is left behind")


@case("admins reach the new program, and only that")
def admins():
    admin = Admin()
    with Gateway(routes=ECHO, top=admin.conf) as gw:
        old = ws.start(gw, "/e").opened()
        gw.upgrade()
        for _ in range(4):
            admin.expect(gw, {("framegate_sessions", "backend=", "route=e",
                               "transport=websocket"): 0})
        talk(old)


@case("the service manager is told who is the service, and its sockets are passed on")
def managed():
    manager, port = Manager(), free_port()
    with Gateway(routes=ECHO, listeners=f'web: {{ bind = "{HOST}:{free_port()}"; }};',
                 launcher=activate(("web", "listen", f"{HOST}:{port}")),
                 env={**manager.env, "WATCHDOG_USEC": "400000"}) as gw:
        manager.expect("READY")
        old = ws.WebSocket(gw.wire_to(port), "/e").opened()
        gw.upgrade()
        equal(manager.expect("MAINPID"), str(gw.pid), "who is the service")
        manager.forget()
        for _ in range(4):
            manager.expect("WATCHDOG")
        talk(ws.WebSocket(gw.wire_to(port), "/e").opened())
        talk(old)


@case("idle connections end, and what runs is answered first; over HTTP/2 as well")
def connections():
    with Gateway(routes=PAGE + ECHO) as gw:
        fresh = gw.wire()
        fresh.send(b"GET /p HTTP/1.1\r\nHo")
        idle = gw.wire()
        idle.send(http1.request("/p"))
        equal(http1.read_response(idle).status, 200, "status")
        before = gw.upgrade()
        idle.expect_eof()
        fresh.send(b"st: a\r\n\r\n")
        answer = http1.read_response(fresh)
        equal((answer.status, answer.closes), (200, True), "the last answer")
        fresh.close()
        idle.close()
        equal(before.wait(DEADLINE), 0, "how the old one ended")


@case("HTTP/2: a WebSocket goes on, requests on their way are answered, then it says GOAWAY")
def streams():
    with Gateway(routes=PAGE + ECHO) as gw:
        session = ws.start(gw, "/e", tls=True, http2=True).opened()
        connection = session.wire.connection
        before = gw.upgrade()
        equal(connection.fetch("/p").status, 200, "status on the old connection")
        connection.until(lambda: connection.goaway and connection.goaway[1] < 1 << 30, "GOAWAY")
        equal(connection.goaway[0], 0, "its code")
        talk(session)
        with h2.connect(gw, tls=True) as fresh:
            equal(fresh.fetch("/p").status, 200, "status on a new one")
            equal(before.poll(), None, "whether the old one has ended")
            session.finish()
            equal(before.wait(DEADLINE), 0, "how the old one ended")
            equal(fresh.fetch("/p").status, 200, "status on the new one")


@case("a successor that crashes while an older one lives is lamented there")
def crash():
    gw = Gateway(routes=ECHO).__enter__()
    try:
        old = ws.start(gw, "/e").opened()
        before = gw.upgrade()
        gw.signal(signal.SIGKILL)
        gw.expect_log(f"process {gw.pid}, which has taken over, was ended by signal 9")
        talk(old)
        old.finish()
        equal(before.wait(DEADLINE), 0, "how the old one ended")
    finally:
        gw.kill()


@case("drain: the old one closes its sessions within that time, with 1012")
def drain():
    with Gateway(routes=ECHO, top='drain = "1s";') as gw:
        old = [ws.start(gw, "/e").opened() for _ in range(5)]
        before = gw.upgrade()
        for session in old:
            session.expect_failed(1012)
        equal(before.wait(DEADLINE), 0, "how the old one ended")
        equal(len(gw.records(close_code=1012, closed_by="gateway")), 5, "records of 1012")


POLLS = ('s: { path = "/s"; service = "echo"; transports = ["sockjs"]; };'
         'l: { path = "/l"; service = "echo"; transports = ["longpoll", "sse"]; };')


@case("SockJS: polls of sessions of each generation go on, and new ones begin")
def sockjs_polls():
    with Gateway(routes=POLLS) as gw:
        sessions = []
        for generation in range(3):
            session = sockjs.Session(gw, "/s")
            session.poll(b"o\n")
            sessions.append(session)
            for each in sessions:
                each.send(b'["%d"]' % generation)
            gw.upgrade()
            for each in sessions:
                each.poll(b'a["%d"]\n' % generation)
        equal([p.poll() for p in gw.before], [None] * 3, "whether any has ended")
        big = b'["' + b"x" * 30000 + b'"]'
        for each in sessions:
            each.send(big)
            each.poll(b"a" + big + b"\n")
        stream = sockjs.Stream(gw.wire(), sessions[0].request("xhr_streaming"))
        stream.expect(sockjs.PRELUDE)
        sessions[0].send(b'["more"]')
        stream.expect(b'a["more"]\n')
        equal(sockjs.Session(gw, "/s").try_send(b'["a"]')[0], 404, "of a session of nobody")


@case("what asks for a session of before may speak HTTP/2, or leave while it waits")
def asking():
    with Gateway(routes=POLLS) as gw:
        session, lost = sockjs.Session(gw, "/s"), sockjs.Session(gw, "/s")
        for each in (session, lost):
            each.poll(b"o\n")
        before = gw.upgrade()
        with h2.connect(gw, tls=True) as connection:
            for i in range(20):
                poll = connection.request(session.place("xhr"), "POST")
                sent = connection.fetch(session.place("xhr_send"), "POST", body=b'["%d"]' % i)
                equal(sent.status, 204, "status of a message")
                answer = connection.answer(poll)
                equal((answer.status, bytes(answer.body)), (200, b'a["%d"]\n' % i), "a poll")
        wire = lost.attach()
        wire.reset()
        until(lambda: gw.records(type="session"), "the end of the session that was left")
        equal(before.poll(), None, "whether the old one has ended")
        session.send(b'["still"]')
        session.poll(b'a["still"]\n')


@case("a poll that waits across the upgrade gets its message by way of the new program")
def waiting_poll():
    with Gateway(routes=POLLS) as gw:
        session = plain.Session(gw, "/l")
        parked = gw.wire()
        parked.send(session.head("GET", "?after=0"))
        before = gw.upgrade()
        session.post("hello", 1)
        answer = http1.read_response(parked)
        contains(answer.body.decode(), "hello")
        equal(answer.closes, True, "whether its connection ends")
        parked.close()
        session.post("again", 2)
        equal(session.receive(1)[0], [(2, "again")], "the next poll")
        equal(http1.fetch(gw, "/l/nobody").status, 404, "status of a session of nobody")
        equal(session.request("DELETE").status, 204, "status of the end")
        equal(before.wait(DEADLINE), 0, "how the old one ended when its last session had")
        equal(session.request().status in (404, 410), True, "whether it is over")
        equal([r["messages_in"] for r in gw.records(type="session")], [2], "records of the session")
        paths = {r["path"] for r in gw.records(type="request")}
        equal([p for p in paths if session.place.rpartition("/")[2] in p], [], "ids on the log")


@case("sse: a stream goes on across the upgrade, and the next one is opened by way of the new program")
def events():
    with Gateway(routes=POLLS) as gw:
        session = plain.Session(gw, "/l")
        stream = session.events().opened()
        session.post("before", 1)
        equal(stream.message(), (1, "before"), "before the upgrade")
        before = gw.upgrade()
        session.post("across", 2)
        equal(stream.message(), (2, "across"), "on the stream of before")
        stream.wire.reset()
        session.post("lost", 3)
        again = session.events(last=2).opened()
        equal(again.message(), (3, "lost"), "what was said meanwhile, on the new stream")
        session.post(b"\0\xff", 4)
        equal(again.message(), (4, b"\0\xff"), "the next one")
        equal(before.poll(), None, "whether the old one has ended")
        equal(plain.Session(gw, "/l").request("DELETE").status, 204, "a session of the new one")
        equal(session.request("DELETE").status, 204, "status of the end")
        equal(again.closed()["code"], 1000, "its close code")
        equal(before.wait(DEADLINE), 0, "how the old one ended when its last session had")


def names(pid):
    """Of the unix sockets that a process has, those that somebody could connect to."""
    inodes = {n[8:-1] for n in process.open_files(pid) if n.startswith("socket:[")}
    with open(f"/proc/{pid}/net/unix") as table:
        rows = [line.split() for line in table][1:]
    return [row[7] for row in rows if row[6] in inodes and len(row) > 7]


@case("what goes between old and new has no name that anybody could connect to")
def nameless():
    with Gateway(routes=ECHO, listeners='u: { bind = "unix:@DIR@/s.sock"; };') as gw:
        old = ws.start(gw, "/e").opened()
        before = gw.upgrade()
        equal(names(gw.pid), [str(gw.dir / "s.sock")], "names of the new one's")
        equal(names(before.pid), [], "names of the old one's")
        talk(old)


@case("who asks the old program for a session of the new one is told that there is none")
def way_back():
    with Gateway(routes=POLLS + ECHO) as gw:
        stays = ws.start(gw, "/e", tls=True, http2=True).opened()
        gw.upgrade()
        session, other = sockjs.Session(gw, "/s"), plain.Session(gw, "/l")
        session.poll(sockjs.OPEN)
        for place, method in ((session.place("xhr_send"), "POST"), (other.place, "GET")):
            answer = stays.wire.connection.fetch(place, method, body=b'["a"]')
            equal(answer.status, 404, f"status of {place}")
        session.send(b'["still"]')
        session.poll(b'a["still"]\n')
        talk(stays)


@case("started with nothing to read from and to write to, no socket takes those numbers")
def closed():
    shut = ["/bin/sh", "-c", 'exec "$@" 0<&- 1>&- 2>&-', "sh"]
    with Gateway(routes=ECHO, launcher=shut) as gw:
        gw.configure(text_of(gw).replace('to = "stderr"', f'to = "{gw.dir}/stderr"'))
        gw.stop()
    with gw:
        for _ in range(2):
            equal({process.link(gw.pid, fd) for fd in range(3)}, {"/dev/null"}, "what they are")
            old = ws.start(gw, "/e").opened()
            gw.upgrade()
            talk(old)


@case("an upgrade in the middle of a reload, and signals for one that is on its way out")
def together():
    with Gateway(routes=ECHO) as gw:
        for _ in range(5):
            old = ws.start(gw, "/e").opened()
            gw.signal(signal.SIGHUP)
            before = gw.upgrade()
            before.send_signal(signal.SIGHUP)
            before.send_signal(signal.SIGUSR2)
            gw.expect_log("upgrade: this program is on its way out")
            talk(old)
            talk(ws.start(gw, "/e").opened())
            old.finish()
            equal(before.wait(DEADLINE), 0, "how the old one ended")
        gw.reload()
        talk(ws.start(gw, "/e").opened())


run()
