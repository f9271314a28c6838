# slow
"""What a session costs framegate whose client waits in a poll, its echo and connection included."""
from harness import files, plain, process
from harness.cases import Skip, add, equal, run
from harness.gateway import PROGRAM, Gateway
from harness.wait import until

SESSIONS = 5000
WARM_UP = 200           # sessions before the first look, so that what is kept once is there
LIMIT = {False: 6144, True: 20480}


def waiting(n, tls):
    """So many sessions, each with a poll under way, and a message that has come before."""
    found = []
    for _ in range(n):
        session = plain.Session(gateway, "/", tls)
        wire = session.connect()
        session.post(bytes(1000), wire=wire)
        equal(session.receive(0, wire), ([(1, bytes(1000))], None), "message")
        wire.send(session.head(query="?after=1"))
        found.append((session, wire))
    return found


def forget(sessions, fds):
    for session, wire in sessions:
        session.close()
        wire.close()
    until(lambda: process.fds(gateway.pid) <= fds, "the descriptors to be closed",
          diagnose=lambda: process.open_files(gateway.pid))


def costs(tls):
    if process.sanitized(PROGRAM):
        raise Skip("a sanitizer needs memory of its own")
    files.need(2 * SESSIONS + 200)
    with gateway:
        fds = process.fds(gateway.pid)
        forget(waiting(WARM_UP, tls), fds)
        before = process.pss(gateway.pid)
        sessions = waiting(SESSIONS, tls)
        cost = (process.pss(gateway.pid) - before) / SESSIONS
        print(f"# {cost:.0f} bytes for each of {SESSIONS} sessions")
        forget(sessions, fds)
    equal(cost <= LIMIT[tls], True, f"{cost:.0f} bytes a session are within {LIMIT[tls]}")


gateway = Gateway(routes='echo: { path = "/"; service = "echo"; transports = [ "longpoll" ]; '
                         'session: { poll = "10m"; resume = "10m"; }; };', top="workers = 4;")
add("plain", costs, False)
add("tls", costs, True)
run()
