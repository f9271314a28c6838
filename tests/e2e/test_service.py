"""As a service: what its manager is told, and sockets that it opened for us."""
import os
import signal
import time

from harness import scratch, ws
from harness.address import HOST, free_port
from harness.cases import add, case, contains, equal, run
from harness.gateway import Gateway, command
from harness.held import held, threads
from harness.manager import Manager, activate
from harness.wait import DEADLINE, until
from harness.wire import Wire

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


def news(said):
    """Is it more than a line for people, which comes now and then?"""
    return set(said) != {"STATUS"}


def told_of_reloads(ask):
    """It reloads from a moment after that at which it was asked, and is ready when that is over."""
    manager = Manager()
    with Gateway(routes=ROUTES, top='admin: { socket = "@DIR@/admin.sock"; };',
                 env=manager.env) as gateway:
        good = gateway.conf_file.read_text()
        manager.expect("READY")
        for conf, status in ((good, 0), (good + "nonsense", 1), (good, 0)):
            gateway.configure(conf)
            asked = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
            ask(gateway, status)
            said = until(lambda: list(filter(news, [manager.hear()])), "news")[0]
            equal(said.get("RELOADING"), "1", "what is said first")
            equal(asked <= int(said["MONOTONIC_USEC"]) <=
                  time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000, True, "when it began")
            said = until(lambda: list(filter(news, [manager.hear()])), "news")[0]
            equal(said.get("READY"), "1", "what is said when it is over")
            contains(said["STATUS"], "running: sessions 0")
        gateway.stop()
        equal([list(said) for said in filter(news, manager.forget())], [["STOPPING", "STATUS"]],
              "the rest")


def by_signal(gateway, status):
    gateway.reload(fine=status == 0)


def by_socket(gateway, status):
    done = command("reload", "-s", str(gateway.dir / "admin.sock"))
    equal(done.returncode, status, "exit status")


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


def echoes(connect):
    with ws.connect(connect) as socket:
        socket.text("hello")
        socket.expect_message(ws.TEXT, b"hello")
        socket.finish()


class Elsewhere:
    """A gateway as it is reached at another address than its listeners'."""

    def __init__(self, gateway, address):
        self.address = address
        self.authority_text = gateway.authority_text

    def wire(self, _=False):
        return Wire.connect(self.address)


def activated(kind):
    """The sockets under a listener's name take the place of its own address."""
    folder = scratch.folder()
    addresses = [f"{HOST}:{free_port()}", f"{HOST}:{free_port()}", str(folder / "web.sock")]
    passed = addresses[2:] if kind == "unix" else addresses[:2]
    own = free_port()
    with Gateway(routes=ROUTES, listeners=f'web: {{ bind = "{HOST}:{own}"; }};',
                 launcher=activate(*(("web", "listen", a) for a in passed))) as gateway:
        for address in passed:
            host, _, port = address.rpartition(":")
            echoes(Elsewhere(gateway, address if "/" in address else (host, int(port))))
        echoes(gateway)
        try:
            gateway.wire_to(own).close()
            raise AssertionError("the listener's own address was bound, too")
        except ConnectionRefusedError:
            pass
        gateway.stop()
        if kind == "unix":
            equal((folder / "web.sock").exists(), True, "the file, which is the manager's, is there")
        equal("warn" in gateway.log(), False, "a warning")


@case("a socket that no listener has a name for is closed, with a warning")
def unwanted():
    port = free_port()
    with Gateway(routes=ROUTES, launcher=activate(("web", "listen", f"{HOST}:{port}"))) as gateway:
        gateway.expect_log("passed under the name 'web', which no listener has: closed")
        try:
            gateway.wire_to(port).close()
            raise AssertionError("somebody listens")
        except ConnectionRefusedError:
            pass
        echoes(gateway)


@case("sockets for another process are left alone")
def foreign():
    port = free_port()
    with Gateway(routes=ROUTES, listeners=f'web: {{ bind = "{HOST}:{free_port()}"; }};',
                 launcher=activate(("web", "listen", f"{HOST}:{port}")),
                 env={"WRONG_PID": "1"}) as gateway:
        echoes(gateway)
        wire = gateway.wire_to(port)            # somebody listens, but nobody answers
        equal("passed" in gateway.log(), False, "a word about it")
        wire.close()


def wrong(kind):
    gateway = Gateway(routes=ROUTES, listeners=f'web: {{ bind = "{HOST}:{free_port()}"; }};',
                      launcher=activate(("web", kind, f"{HOST}:{free_port()}")))
    try:
        with gateway:
            raise AssertionError("it started")
    except AssertionError as error:
        contains(str(error), "ended at start with 3")
    contains(gateway.log(), "passed under the name 'web', is no stream socket that listens")
    contains(gateway.log(), "listener web: a socket that was passed under its name")


for kind in ("inet", "unix"):
    add(f"a listener takes the sockets that are passed under its name: {kind}", activated, kind)
for kind in ("datagram", "unbound"):
    add(f"a socket of the wrong kind: {kind}", wrong, kind)
add("a manager is told of a reload: SIGHUP", told_of_reloads, by_signal)
add("a manager is told of a reload: framegate reload", told_of_reloads, by_socket)
add("a manager is told: ready, stopping", told, False)
add("the same in the abstract name space", told, True)
run()
