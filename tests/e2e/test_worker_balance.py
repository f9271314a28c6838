"""Connections go to the least loaded worker: open sessions are spread evenly, and stay so."""
from harness import files, process, ws
from harness.cases import add, equal, run
from harness.gateway import Gateway
from harness.wait import until

SESSIONS = 2000
WORKERS = 2
FEW = 20                # listeners, timers, mailboxes: watched without any session


def spread():
    """Descriptors that each worker watches; those it watches anyway are few."""
    return process.epoll_loads(gateway.pid)[-WORKERS:]


def expect_balance(n):
    until(lambda: n <= sum(spread()) <= n + FEW, f"{n} sessions on the workers", diagnose=spread)
    low, high = spread()
    equal(high - low <= 0.05 * n, True, f"{low} and {high} of {n} sessions, that is within 5 %,")


def evenly(tls):
    """Also after one worker has lost more than the other: a quarter of its own, all at once."""
    files.need(SESSIONS + 200)
    sockets = [ws.connect(gateway, "/", tls) for _ in range(SESSIONS)]
    expect_balance(SESSIONS)
    for socket in sockets[:SESSIONS // 2:2]:        # every other one: likely of the same worker
        socket.finish()
    kept = sockets[1:SESSIONS // 2:2] + sockets[SESSIONS // 2:]
    kept += [ws.connect(gateway, "/", tls) for _ in range(SESSIONS - len(kept))]
    expect_balance(SESSIONS)
    for socket in kept:
        socket.wire.close()
    until(lambda: sum(spread()) <= FEW, "the sessions to end", diagnose=spread)


gateway = Gateway(routes='echo: { path = "/"; service = "echo"; ping = "0"; };',
                  top=f"workers = {WORKERS};")
add("2000 sessions (plain)", evenly, False)
add("2000 sessions (tls)", evenly, True)
run(gateway)
