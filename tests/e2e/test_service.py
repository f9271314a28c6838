"""As a service: what its manager is told, and sockets that it opened for us."""
import os
import signal

from harness import ws
from harness.cases import add, case, contains, equal, run
from harness.gateway import Gateway
from harness.held import held, threads
from harness.manager import Manager
from harness.wait import DEADLINE

ROUTES = 'echo: { path = "/"; service = "echo"; };'


def told(abstract):
    manager = Manager(abstract)
    with Gateway(routes=ROUTES, env=manager.env) as gateway:
        said = manager.hear()
        equal(said["READY"], "1", "the first thing that is said")
        contains(said["STATUS"], "running: sessions 0")
        with ws.connect(gateway) as socket:
            gateway.signal(signal.SIGTERM)
            said = manager.hear()
            equal(said["STOPPING"], "1", "what is said at a stop")
            contains(said["STATUS"], "stopping: sessions 1")
            socket.expect_failed(1001)
        equal(gateway.wait(), 0, "exit status")
        equal(manager.forget(), [], "what else is said")


@case("a manager that cannot be told is no reason not to run")
def deaf():
    for where in ("/nowhere/notify", "vsock:2:1", "@", ""):
        with Gateway(routes=ROUTES, env={"NOTIFY_SOCKET": where}) as gateway:
            with ws.connect(gateway) as socket:
                socket.text("hello")
                socket.expect_message(ws.TEXT, b"hello")
                socket.finish()
            if where:
                contains(gateway.log(), "manager" if where[0] == "/" else "NOTIFY_SOCKET", "log")


@case("the watchdog hears of us while every worker turns, and only then")
def watchdog():
    manager = Manager()
    with Gateway(routes=ROUTES, top="workers = 2;",
                 env={**manager.env, "WATCHDOG_USEC": "400000"}) as gateway:
        for _ in range(8):
            equal(manager.expect("WATCHDOG"), "1", "the watchdog's news")
        for name in ("worker 0", "worker 1"):
            tid, = threads(gateway.pid, name)
            with held(tid):
                gateway.expect_log(f"{name} does not answer")
                manager.forget()
                manager.sock.settimeout(2)  # five times its patience
                try:
                    while "WATCHDOG" not in manager.hear():
                        pass
                    raise AssertionError("the watchdog was told that all is well")
                except TimeoutError:
                    manager.sock.settimeout(DEADLINE)
            manager.expect("WATCHDOG")
            gateway.expect_log("all workers answer again")


@case("a watchdog that waits for another process hears nothing")
def other_watchdog():
    manager = Manager()
    with Gateway(routes=ROUTES, env={**manager.env, "WATCHDOG_USEC": "4000",
                                     "WATCHDOG_PID": str(os.getpid())}) as gateway:
        manager.expect("READY")
        gateway.stop()
        equal([said for said in manager.forget() if "WATCHDOG" in said], [], "news")


add("a manager is told: ready, stopping", told, False)
add("the same in the abstract name space", told, True)
run()
