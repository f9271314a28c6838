# slow
"""
What a session costs framegate whose client waits for messages by HTTP, its echo and its connection
included.
"""
from harness import files, plain, process, sockjs
from harness.cases import Skip, add, equal, run
from harness.gateway import PROGRAM, Gateway
from harness.wait import until

SESSIONS = 5000
WARM_UP = 200           # sessions before the first look, so that what is kept once is there
TEXT = b"x" * 1000
SENT, SEEN = b'["' + TEXT + b'"]', b'a["' + TEXT + b'"]\n'


def longpoll(tls):
    session = plain.Session(gateway, "/plain", tls)
    wire = session.connect()
    session.post(TEXT, wire=wire)
    equal(session.receive(0, wire), ([(1, TEXT)], None), "message")
    wire.send(session.head(query="?after=1"))
    return wire, session.close


def xhr(tls):
    session, wire = sockjs.Session(gateway, "/sockjs"), gateway.wire(tls)
    session.poll(sockjs.OPEN, wire=wire)
    session.send(SENT, wire=wire)
    session.poll(SEEN, wire=wire)
    wire.send(session.request("xhr"))
    return wire, None


def xhr_streaming(tls):
    session, wire = sockjs.Session(gateway, "/sockjs"), gateway.wire(tls)
    stream = sockjs.Stream(wire, session.request("xhr_streaming"))
    stream.expect(sockjs.PRELUDE, sockjs.OPEN)
    session.send(SENT)
    stream.expect(SEEN)
    return wire, None


def forget(sessions, fds):
    """Those of SockJS end with the receiver that they lose."""
    for wire, close in sessions:
        if close:
            close()
        wire.close()
    until(lambda: process.fds(gateway.pid) <= fds, "the descriptors to be closed",
          diagnose=lambda: process.open_files(gateway.pid))


def costs(wait, tls, limit):
    """Each session has a receiver that waits, and a message that has come before."""
    if process.sanitized(PROGRAM):
        raise Skip("a sanitizer needs memory of its own")
    files.need(2 * SESSIONS + 200)
    with gateway:
        fds = process.fds(gateway.pid)
        forget([wait(tls) for _ in range(WARM_UP)], fds)
        before = process.pss(gateway.pid)
        sessions = [wait(tls) for _ in range(SESSIONS)]
        cost = (process.pss(gateway.pid) - before) / SESSIONS
        print(f"# {cost:.0f} bytes for each of {SESSIONS} sessions")
        forget(sessions, fds)
    equal(cost <= limit, True, f"{cost:.0f} bytes a session are within {limit}")


gateway = Gateway(top="workers = 4;", routes='''
    plain: { path = "/plain"; service = "echo"; transports = [ "longpoll" ];
             session: { poll = "10m"; resume = "10m"; }; };
    sockjs: { path = "/sockjs"; service = "echo"; transports = [ "sockjs" ];
              sockjs: { heartbeat = "10m"; }; };''')
for receiver, most in ((longpoll, 6144), (xhr, 6144), (xhr_streaming, 6144)):
    add(receiver.__name__, costs, receiver, False, most)
add("longpoll, tls", costs, longpoll, True, 20480)
run()
