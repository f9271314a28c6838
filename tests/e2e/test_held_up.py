# waits
"""What goes wrong beside the traffic does not touch it: logs that take nothing, admins that stall."""
import os
import socket
import stat

from harness import http1, ws
from harness.address import HOST
from harness.admin import Admin
from harness.cases import add, case, equal, run
from harness.gateway import Gateway
from harness.held import held, threads
from harness.wait import until

ROUTES = ('e: { path = "/e"; service = "echo"; };'
          'p: { path = "/p"; respond: { status = 200; body = "page"; }; };'
          'gone: { path = "/gone"; backend = "gone"; };')
NOBODY = 'gone: { servers = ["tcp://127.0.0.1:1"]; };'
REQUESTS = 3000                         # each is a line of the access log
PIPE = 64 * 1024                        # bytes that a pipe takes


class Logs(Gateway):
    """Whose logs go to these."""

    def __init__(self, error="stderr", access="@DIR@/access.log", top=""):
        super().__init__(routes=ROUTES, backends=NOBODY, top=top)
        conf = self.conf_file.read_text()
        conf = conf.replace('to = "stderr"', f'to = "{error}"')
        self.configure(conf.replace(f'to = "{self.dir}/access.log"', f'to = "{access}"'))


def traffic(gw, session):
    """More lines for both logs than anything keeps back; each answer is right."""
    with gw.wire() as wire:
        for i in range(REQUESTS):
            wire.send(http1.request(f"/p?{i}"))
            answer = http1.read_response(wire)
            equal((answer.status, answer.body), (200, b"page"), "answer")
            if i % 100 == 0:
                equal(http1.fetch(gw, "/gone", headers=["Upgrade: websocket"]).status in
                      (400, 426, 502), True, "an answer that is logged as a failure")
                session.text(b"%d" % i)
                session.expect_message(ws.TEXT, b"%d" % i)
    with ws.connect(gw, "/e") as fresh:
        fresh.text("hello")
        fresh.expect_message(ws.TEXT, b"hello")
        fresh.finish()


@case("logs on a full disk: the traffic goes on, and what was lost is counted")
def full():
    admin = Admin()
    with Logs("/dev/full", "/dev/full", admin.conf) as gw:
        session = ws.start(gw, "/e").opened()
        traffic(gw, session)
        equal(admin.fetch(gw, "/health/live").status, 200, "health")
        until(lambda: "/dev/full: " in str(admin.status(gw)["recent"]), "admins to be told",
              diagnose=lambda: admin.status(gw)["recent"])
        session.finish()


def blocked(which):
    """A pipe whose reader does not read: lines wait, then are lost; nobody else waits."""
    names = {"error": ("@DIR@/pipe", "@DIR@/access.log"), "access": ("stderr", "@DIR@/pipe"),
             "both": ("@DIR@/pipe", "@DIR@/pipe")}
    gw = Logs(*names[which], top="stop_timeout = \"1s\";")
    os.mkfifo(gw.dir / "pipe")
    reader = os.open(gw.dir / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    with gw:
        session = ws.start(gw, "/e").opened()
        writer = os.open(gw.dir / "pipe", os.O_WRONLY | os.O_NONBLOCK)
        fill(writer)
        traffic(gw, session)
        equal(stat.S_ISFIFO(os.fstat(reader).st_mode), True, "whether it is a pipe")
        session.finish()
        if which == "both":
            gw.signal(15)                       # to end must not wait for it, either
            equal(gw.wait(), 0, "exit status")
    os.close(reader)
    os.close(writer)


def fill(writer):
    try:
        while True:
            os.write(writer, bytes(PIPE))
    except BlockingIOError:
        pass


@case("admins that ask and never read, or never ask, stall nobody")
def admins():
    admin = Admin()
    with Gateway(routes=ROUTES, backends=NOBODY, top=admin.conf) as gw:
        session = ws.start(gw, "/e").opened()
        stuck = []
        for i in range(20):
            sock = socket.socket()
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
            sock.connect((HOST, admin.port))
            if i % 2:
                sock.sendall(http1.request("/metrics", host=HOST) * 50)
            stuck.append(sock)
        traffic(gw, session)
        equal(admin.fetch(gw, "/health/ready").status, 200, "readiness")
        session.finish()
        for sock in stuck:
            sock.close()


@case("a worker that is held up is seen by admins; those of the other one go on")
def worker():
    admin = Admin()
    with Gateway(routes=ROUTES, backends=NOBODY, top="workers = 2;" + admin.conf) as gw:
        sessions = [ws.start(gw, "/e").opened() for _ in range(4)]
        equal(admin.fetch(gw, "/health/live").status, 200, "health")
        with held(threads(gw.pid, "worker 1")[0]):
            for session in sessions:
                session.text("hello")
            until(lambda: sum(s.wire.readable() for s in sessions) == 2, "those of the other one")
            until(lambda: admin.fetch(gw, "/health/live").status == 503, "admins to be told")
            gw.expect_log("worker 1 does not answer")
        for session in sessions:
            session.expect_message(ws.TEXT, b"hello")
            session.finish()
        until(lambda: admin.fetch(gw, "/health/live").status == 200, "all to be well")


for which in ("error", "access", "both"):
    add(f"a log's pipe that nobody reads: {which}", blocked, which)
run()
