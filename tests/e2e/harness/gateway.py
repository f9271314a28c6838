"""framegate as a process: started with a configuration, watched, and ended properly."""
import json
import os
import re
import signal
import socket
import subprocess

from harness import scratch
from harness.address import HOST, free_port
from harness.cases import equal
from harness.certs import Authority
from harness.successor import UNKNOWN, Successor
from harness.wait import DEADLINE, until
from harness.wire import Wire

PROGRAM = os.environ.get("FRAMEGATE", "framegate")
SANITIZER = re.compile(r"(Address|Leak|Thread|Memory|UndefinedBehavior)Sanitizer|runtime error:")


def command(*args, **options):
    """Runs the program to its end; returns the completed process with stdout and stderr as text."""
    return subprocess.run([PROGRAM, *args], capture_output=True, text=True, timeout=DEADLINE,
                          stdin=subprocess.DEVNULL, **options)


class Gateway:
    """
    One framegate with the listeners `plain` and `secure`, an access log, and what the test gives
    as configuration text, in which @DIR@ and @HOST@ are filled in. names: those of each of the
    certificates, signed by `authority`.
    """

    def __init__(self, routes="", backends="", top="", plain="", secure="", tls="", listeners="",
                 names=(["localhost", HOST],), log="info", conf=None, args=None,
                 port=None, env=None, launcher=()):
        self.dir = scratch.folder()
        self.port, self.tls_port = port or free_port(), free_port()
        self.authority = Authority()
        self.args = args
        self.env = env                  # more of it
        self.launcher = launcher        # a command that ends by becoming the one behind it
        self.child = None
        self.intruded = False           # a test makes system calls in it
        self.before = []                # processes that others have taken over from
        if conf is None:
            conf = self._compose(routes, backends, top, plain, secure, tls, listeners, names, log)
        self.conf_file = self.dir / "framegate.conf"
        self.configure(conf)

    def _compose(self, routes, backends, top, plain, secure, tls, listeners, names, log):
        certificates = ", ".join(f'"{self.authority.server(*n)}"' for n in names)
        settings = "" if "stop_timeout" in top else 'stop_timeout = "1s";\n'
        return f'''{settings}{top}
log: {{ to = "stderr"; level = "{log}"; }};
access_log: {{ to = "@DIR@/access.log"; format = "json"; }};
tls: {{ e2e: {{ certificates = [{certificates}]; {tls} }}; }};
listeners: {{
    plain: {{ bind = "@HOST@:{self.port}"; {plain} }};
    secure: {{ bind = "@HOST@:{self.tls_port}"; tls = "e2e"; {secure} }};
    {listeners}
}};
backends: {{ {backends} }};
routes: {{ {routes} }};
'''

    def configure(self, conf):
        """Writes the configuration; takes effect at start."""
        self.conf_file.write_text(conf.replace("@DIR@", str(self.dir)).replace("@HOST@", HOST))

    # life

    def __enter__(self):
        self.stderr = open(self.dir / "stderr", "wb")
        arguments = self.args or ["-c", str(self.conf_file)]
        self.child = subprocess.Popen([*self.launcher, PROGRAM, *map(str, arguments)],
                                      stdin=subprocess.DEVNULL, stdout=self.stderr,
                                      stderr=self.stderr, env=dict(os.environ, **(self.env or {})))
        try:
            self._wait_ready()
        except BaseException:
            self.kill()
            raise
        return self

    def _wait_ready(self):
        def ready():
            if self.child.poll() is not None:
                raise AssertionError(f"framegate ended at start with {self.child.returncode}")
            try:
                if not self._answered(self.wire()):
                    self.wire().close()     # who gives up a start resets, too, and listens no more
            except OSError:
                return False
            return True
        until(ready, "framegate to listen")
        self.pid = self.child.pid

    @staticmethod
    def _answered(wire):
        """A socket listens before there is a worker: one that sees our end is there."""
        try:
            wire.sock.settimeout(DEADLINE)
            wire.sock.shutdown(socket.SHUT_WR)
            while wire.sock.recv(4096):
                pass
            return True
        except ConnectionError:
            return False
        finally:
            wire.close()

    def __exit__(self, kind, error, trace):
        try:
            if kind is None:
                self.stop()
        finally:
            self.kill()

    def signal(self, number):
        self.child.send_signal(number)

    def reload(self, conf=None, fine=True):
        """Has it read its configuration again, which is this one now, and waits for what comes."""
        def answers():
            return re.findall(r"reload: (?:configuration (\d+) is in force|failed)", self.log())
        before = len(answers())
        if conf is not None:
            self.configure(conf)
        self.signal(signal.SIGHUP)
        until(lambda: len(answers()) > before, "the end of a reload", diagnose=self.diagnosis)
        equal(answers()[-1] != "", fine, "whether the reload was fine")

    def upgrade(self, fine=True):
        """Has a new program take over; returns the process that it did that from."""
        def answers():
            return re.findall(r"upgrade: process (\d+) has taken over|nothing has changed",
                              self.log())
        count = len(answers())
        self.signal(signal.SIGUSR2)
        until(lambda: len(answers()) > count, "the end of an upgrade", diagnose=self.diagnosis)
        equal(answers()[-1] != "", fine, "whether the upgrade was fine")
        if not fine:
            return None
        return self.adopt(int(answers()[-1]))

    def adopt(self, pid):
        """The process that has taken over is this one now; returns the one before."""
        before, self.child = self.child, Successor(pid)
        self.before.append(before)
        self.pid = pid
        return before

    def wait(self, seconds=None):
        """Waits for the end and returns the exit status."""
        try:
            return self.child.wait(seconds or DEADLINE)
        except subprocess.TimeoutExpired:
            raise AssertionError("framegate does not end") from None

    def stop(self):
        """SIGTERM, exit status 0, nothing from a sanitizer."""
        for child in self.before:
            if child.poll() is None:
                child.send_signal(signal.SIGTERM)
            equal(child.wait(DEADLINE) in (0, UNKNOWN), True, "an end that was fine")
        if self.child.poll() is None:
            self.signal(signal.SIGTERM)
        equal(self.wait(), 0, "exit status")
        equal(re.findall("upgrade: process .*, which has taken over, (.*)", self.log()), [],
              "bad ends of programs in between")
        report = SANITIZER.search(self.log())
        if report:
            raise AssertionError(f"a sanitizer's report: {self.log()[report.start() - 200:]}")
        refused = re.findall(r"sandbox: .* the system call \S+", self.log())
        equal(set(refused) if not self.intruded else set(), set(), "what the sandbox refused")

    def died(self):
        return self.child.poll() is not None

    def kill(self):
        for child in [*self.before, self.child]:
            if child and child.poll() is None:
                child.kill()
                child.wait()
        self.stderr.close()

    def diagnosis(self):
        """The end of the log, for the report of a failure."""
        tail = "".join(f"log: {line}\n" for line in self.log().splitlines()[-15:])
        return f"{tail}exit status so far: {self.child and self.child.poll()}\n"

    # clients

    @property
    def authority_text(self):
        return f"{HOST}:{self.port}"

    def wire(self, tls=False, **options):
        """A fresh connection to the plain or the TLS listener."""
        if not tls:
            return Wire.connect((HOST, self.port), **options)
        context = options.pop("context", None) or self.authority.client_context()
        return Wire.connect((HOST, self.tls_port), context=context, **options)

    def wire_to(self, port):
        """A plain connection to any port of the gateway."""
        return Wire.connect((HOST, port))

    def url(self, path, scheme="ws"):
        port = self.tls_port if scheme in ("wss", "https") else self.port
        return f"{scheme}://{HOST}:{port}{path}"

    # what it says

    def log(self):
        """The error log so far."""
        return (self.dir / "stderr").read_text(errors="replace")

    def expect_log(self, part):
        until(lambda: part in self.log(), f"{part!r} in the log", diagnose=self.diagnosis)

    def records(self, **wanted):
        """Records of the access log whose keys have these values."""
        path = self.dir / "access.log"
        lines = path.read_text().splitlines(keepends=True) if path.exists() else []
        rows = [json.loads(line) for line in lines if line.endswith("\n")]
        return [r for r in rows if all(r.get(k) == v for k, v in wanted.items())]

    def expect_record(self, **wanted):
        """Waits for the first such record of the access log."""
        return until(lambda: self.records(**wanted), f"an access record {wanted}",
                     diagnose=self.records)[0]
