"""SIGUSR2 where something goes wrong, or comes at the same time: what runs goes on."""
import os
import signal
import sys

from harness import process, scratch, ws
from harness.cases import add, case, contains, equal, run
from harness.gateway import PROGRAM, Gateway
from harness.wait import until

ECHO = 'e: { path = "/e"; service = "echo"; };'
SHORT = 'upgrade_timeout = "1s";'
FINE = f'exec -a "$0" {PROGRAM} "$@"'

# Begins as a framegate that is launched: with a link to the one that runs, and its sockets.
TAKES = f"""exec {sys.executable} - <<'END'
import os, signal, socket, time
link = socket.socket(fileno=int(os.environ["FRAMEGATE_HANDOVER"]))
sockets = [int(entry.split(":")[0]) for entry in os.environ["FRAMEGATE_SOCKETS"].split()]
for fd in sockets:
    socket.socket(fileno=fd).listen()
%s
time.sleep(600)
END
"""


def talk(session, message=b"hello"):
    session.text(message)
    session.expect_message(ws.TEXT, message)


def text_of(gateway):
    return gateway.conf_file.read_text()


class Program:
    """A program of the test's own, which becomes another one between start and upgrade."""

    def __init__(self):
        self.path = scratch.folder() / "framegate"
        self.become(f'exec -a "$0" {PROGRAM} "$@"')
        self.env = {"FRAMEGATE_E2E": str(self.path)}
        self.launcher = ["/bin/sh", "-c", 'shift; exec "$FRAMEGATE_E2E" "$@"', "sh"]

    def become(self, text):
        fresh = self.path.with_suffix(".new")
        fresh.write_text(f"#!/bin/bash\n{text}\n")
        fresh.chmod(0o755)
        fresh.rename(self.path)


    def pid(self):
        """Of the process that has written it to $0.pid."""
        file = self.path.with_name("framegate.pid")
        return int(until(lambda: file.exists() and file.read_text(), "the new program"))


def broken(kind):
    """A new program that is no good changes nothing, and one line says why."""
    words = {
        "configuration": "ended with exit status 1 before it was ready",
        "certificate": "ended with exit status",
        "missing": "could not be started: No such file or directory",
        "no program": "could not be started: Permission denied",
        "crash": "was ended by signal 11 before it was ready",
        "silent end": "ended with exit status 0 before it was ready",
    }
    program = Program()
    with Gateway(routes=ECHO, env=program.env, launcher=program.launcher) as gw:
        old = ws.start(gw, "/e").opened()
        good, pid, descriptors = text_of(gw), gw.pid, process.fds(gw.pid)
        if kind == "configuration":
            gw.configure(good.replace("service", "srvice"))
        elif kind == "certificate":
            gw.configure(good.replace(".pem", ".gone"))
        elif kind == "missing":
            program.path.unlink()
        elif kind == "no program":
            program.path.chmod(0o644)
        else:
            program.become({"crash": "kill -SEGV $$", "silent end": "exit 0"}[kind])
        gw.upgrade(fine=False)
        lines = [l for l in gw.log().splitlines() if "nothing has changed" in l]
        equal(len(lines), 1, "how many lines say it")
        contains(lines[0], "error: upgrade: the new program " + words[kind])
        if kind == "configuration":
            contains(gw.log(), "upgrade: new program: ")
            contains(gw.log(), "unknown key 'srvice'")
        talk(old)
        with ws.connect(gw, "/e") as new:
            talk(new)
            new.finish()
        until(lambda: process.fds(gw.pid) == descriptors, "as many descriptors as before")
        gw.configure(good)
        program.become(FINE)
        gw.upgrade()
        equal(gw.pid != pid, True, "whether a good one takes over then")
        talk(old)
        talk(ws.start(gw, "/e").opened())


def hanging(text, words):
    """A program that does not end by itself is ended, and what runs has all that it had."""
    program = Program()
    with Gateway(routes=ECHO, top=SHORT, env=program.env, launcher=program.launcher) as gw:
        old = ws.start(gw, "/e").opened()
        descriptors = process.fds(gw.pid)
        program.become("echo $$ >$0.pid\n" + text)
        gw.upgrade(fine=False)
        contains(gw.log(), f"error: upgrade: the new program {words}; this program goes on")
        until(lambda: not os.path.exists(f"/proc/{program.pid()}/exe"), "the end of that program")
        talk(old)
        with ws.connect(gw, "/e") as new:
            talk(new)
            new.finish()
        until(lambda: process.fds(gw.pid) == descriptors, "as many descriptors as before")
        gw.reload(text_of(gw).replace(SHORT, ""))   # a good one may take its time
        program.become(FINE)
        before = gw.upgrade()
        equal(before.pid != gw.pid, True, "whether a good one takes over then")
        talk(old)
        talk(ws.start(gw, "/e").opened())


@case("a reload while a new program starts holds, and is what that reads")
def reloaded():
    program = Program()
    with Gateway(routes=ECHO, env=program.env, launcher=program.launcher) as gw:
        go = program.path.with_suffix(".go")
        os.mkfifo(go)
        program.become(f'echo $$ >$0.pid; read word <"$0.go"; {FINE}')
        old = ws.start(gw, "/e").opened()
        gw.signal(signal.SIGUSR2)
        pid = program.pid()
        gw.reload(text_of(gw).replace('"/e"', '"/f"'))
        middle = ws.start(gw, "/f").opened()
        gw.reload(text_of(gw) + "nonsense", fine=False)
        gw.configure(text_of(gw).removesuffix("nonsense"))
        gw.signal(signal.SIGUSR2)
        gw.expect_log("upgrade: one is under way")
        go.write_text("go\n")
        gw.expect_log(f"upgrade: process {pid} has taken over")
        gw.adopt(pid)
        talk(old)
        talk(middle)
        talk(ws.start(gw, "/f").opened())
        gw.reload()
        talk(ws.start(gw, "/f").opened())


@case("who stops meanwhile takes the new program along")
def stopped():
    program = Program()
    with Gateway(routes=ECHO, env=program.env, launcher=program.launcher) as gw:
        program.become("echo $$ >$0.pid; exec sleep 600")
        gw.signal(signal.SIGUSR2)
        pid = program.pid()
        gw.signal(signal.SIGUSR2)
        gw.expect_log("upgrade: one is under way")
        gw.stop()
        contains(gw.log(), "this program stops before the new one is ready")
        until(lambda: not os.path.exists(f"/proc/{pid}/exe"), "the end of the new program")


for kind in ("configuration", "certificate", "missing", "no program", "crash", "silent end"):
    add(f"a broken program changes nothing: {kind}", broken, kind)
NO_WORD = "said what is no word of a framegate"
NOT_READY = "was not ready within 1 s (upgrade_timeout)"
for kind, row in {
        "it hangs": ("exec sleep 600", NOT_READY),
        "it hangs, and has closed everything": ("exec sleep 600 2>&- 3>&- 4>&- 5>&- 6>&-", NOT_READY),
        "it has closed its link": (TAKES % "link.close()", NOT_READY),
        "it says garbage": (TAKES % 'link.send(b"?")', NO_WORD),
        "it says too much": (TAKES % 'link.send(b"r" * 5000)', NO_WORD),
        "it crashes with our sockets": (TAKES % "os.kill(os.getpid(), signal.SIGSEGV)",
                                        "was ended by signal 11 before it was ready"),
        "it listens no more": (TAKES % "os._exit(7)", "ended with exit status 7 before it was ready"),
}.items():
    add(f"a program that is no good is ended: {kind}", hanging, *row)
run()
