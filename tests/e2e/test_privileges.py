"""Started as root with `user`: keys read and ports bound, then nothing of root is left."""
import grp
import os
import pwd

from harness import process, ws
from harness.cases import Skip, case, equal, run
from harness.gateway import Gateway
from harness.http1 import fetch, read_response, request

NOBODY = pwd.getpwnam("nobody")
NOGROUP = grp.getgrgid(NOBODY.pw_gid).gr_name
ALL = '''ws: { path = "/ws"; service = "echo"; };
         all: { respond: { status = 200; type = "text/plain"; body = "all"; }; };'''


def ids(pid):
    """Real, effective, saved and file system ids, and the other groups."""
    status = process.status(pid)
    return ({*status["Uid"].split()}, {*status["Gid"].split()}, {*status["Groups"].split()})


def need_root():
    if os.geteuid() != 0:
        raise Skip("only root can give up root")


def served(gateway):
    with ws.connect(gateway, "/ws", tls=True) as socket:
        socket.text("hello")
        socket.expect_message(ws.TEXT, b"hello")
        socket.finish()
    equal(fetch(gateway).body, b"all", "answer")


@case("user and group")
def user_and_group():
    need_root()
    with Gateway(routes=ALL, top=f'user = "nobody"; group = "{NOGROUP}";',
                 listeners='low: { bind = "@HOST@:81"; };') as gateway:
        served(gateway)
        uid, gid, others = ids(gateway.pid)
        equal((uid, gid, others - gid), ({str(NOBODY.pw_uid)}, {str(NOBODY.pw_gid)}, set()), "ids")
        status = process.status(gateway.pid)
        for kind in ("CapEff", "CapPrm", "CapInh", "CapAmb"):
            equal(int(status[kind], 16), 0, kind)
        with gateway.wire_to(81) as wire:
            wire.send(request())
            equal(read_response(wire).body, b"all", "answer")


@case("user alone brings its group")
def user():
    need_root()
    with Gateway(routes=ALL, top='user = "nobody";') as gateway:
        served(gateway)
        uid, gid, _ = ids(gateway.pid)
        equal((uid, gid), ({str(NOBODY.pw_uid)}, {str(NOBODY.pw_gid)}), "ids")


@case("every thread has given it up")
def threads():
    need_root()
    with Gateway(routes=ALL, top='user = "nobody"; workers = 3;') as gateway:
        served(gateway)
        for thread in os.listdir(f"/proc/{gateway.pid}/task"):
            equal(ids(thread)[0], {str(NOBODY.pw_uid)}, f"uid of thread {thread}")


run()
