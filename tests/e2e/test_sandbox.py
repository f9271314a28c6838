"""What whoever gets hold of a running framegate can do with it: each promise is tried."""
import errno
import os
import signal
import socket

from harness import http1, process, ws
from harness.cases import Skip, add, case, contains, equal, run
from harness.gateway import PROGRAM, Gateway
from harness.held import threads
from harness.intruder import Intruder
from harness.wait import until

ROUTES = ('e: { path = "/e"; service = "echo"; };'
          'p: { path = "/p"; respond: { status = 200; body = "page"; }; };')
# x86-64's numbers
MMAP, CLONE, FORK, EXECVE, KILL, PTRACE, MOUNT = 9, 56, 57, 59, 62, 101, 165
SOCKET, PRCTL, OPENAT, UNLINKAT, MKDIRAT, UNSHARE, BPF, EXECVEAT = 41, 157, 257, 263, 258, 272, 321, 322
SETUID, IO_URING_SETUP, PROCESS_VM_READV, GETPID = 105, 425, 310, 39
HERE = -100                             # AT_FDCWD
READ_EXEC, PRIVATE_ANONYMOUS = 5, 0x22
CREATE = os.O_WRONLY | os.O_CREAT


class Taken(Gateway):
    """In which a worker's thread is an intruder's."""

    def __init__(self, **options):
        if process.sanitized(PROGRAM):
            raise Skip("a sanitizer needs what the sandbox forbids")
        super().__init__(routes=ROUTES, top='pid_file = "@DIR@/pid"; workers = 2;'
                         + options.pop("top", ""), **options)
        self.intruded = True

    def thread(self):
        return until(lambda: threads(self.pid, "worker 1"), "a worker's thread")[0]

    def well(self):
        equal(http1.fetch(self, "/p").status, 200, "status")
        with ws.connect(self, "/e") as session:
            session.text("hello")
            session.expect_message(ws.TEXT, b"hello")
            session.finish()


def refused(name, *call):
    """The call is not made, and the log says which it was; all goes on."""
    with Taken() as gw:
        with Intruder(gw.thread()) as intruder:
            equal(intruder.call(*call), -errno.EPERM, f"what {name} returns")
            equal(intruder.call(GETPID), gw.pid, "what getpid returns")
        gw.expect_log(f"sandbox: thread {gw.thread()}: the system call {name} ")
        equal(gw.log().count("was refused"), 1, "lines about it")
        gw.well()


@case("all goes as ever, and nothing is said")
def calm():
    with Taken() as gw:
        gw.intruded = False
        gw.well()
        gw.reload()
        gw.well()
        gw.upgrade()
        gw.well()
        equal("sandbox" in gw.log(), False, "whether the sandbox says anything")


@case("no thread gains privileges, has capabilities, or does without the filter")
def threads_of_it():
    with Taken() as gw:
        tasks = os.listdir(f"/proc/{gw.pid}/task")
        equal(len(tasks) > 3, True, "whether there are several threads")
        for tid in tasks:
            with open(f"/proc/{gw.pid}/task/{tid}/status") as file:
                status = dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)
            equal(status["NoNewPrivs"], "1", "no_new_privs")
            equal(status["Seccomp"], "2", "the filter")
            # ports below 1024, and root's rights to files
            equal(int(status["CapPrm"], 16) & ~(1 << 10 | 1 << 1), 0, "permitted capabilities")
            equal(int(status["CapEff"], 16), int(status["CapPrm"], 16), "capabilities in effect")
            # who is not root cannot drop the bounds, which bind nobody that gains no privileges
            for kind in ("CapInh", "CapAmb", *(["CapBnd"] if os.geteuid() == 0 else [])):
                equal(int(status[kind], 16), 0, kind)


def no_cores(pid):
    with open(f"/proc/{pid}/limits") as file:
        limits = next(line for line in file if line.startswith("Max core file size"))
    equal(limits.split()[4:6], ["0", "0"], "limits of cores")


@case("no core is dumped, and nothing in it can change that")
def memory():
    with Taken() as gw:
        no_cores(gw.pid)
        with Intruder(gw.thread()) as intruder:
            equal(intruder.call(PRCTL, 3, 0, 0, 0, 0), -errno.EPERM, "prctl(PR_GET_DUMPABLE)")
            equal(intruder.call(PRCTL, 4, 1, 0, 0, 0), -errno.EPERM, "prctl(PR_SET_DUMPABLE)")
    gw = Taken(launcher=["/bin/sh", "-c", 'ulimit -c unlimited; exec "$@"', "sh"])
    gw.__enter__()
    gw.signal(signal.SIGSEGV)
    _, status = os.waitpid(gw.pid, 0)
    gw.child.returncode = os.waitstatus_to_exitcode(status)
    gw.kill()
    equal(gw.child.returncode, -signal.SIGSEGV, "how it ended")
    equal(os.WCOREDUMP(status), False, "whether a core was dumped")


@case("files are written where logs and sockets are, and nowhere else")
def files():
    with Taken(listeners='u: { bind = "unix:@DIR@/u.sock"; };') as gw:
        mine, other = bytes(gw.dir / "more"), bytes(gw.dir.parent / "intruded")
        with Intruder(gw.thread()) as intruder:
            for path in (other, b"/etc/intruded", b"/tmp/intruded", b"/dev/shm/intruded"):
                equal(intruder.call(OPENAT, HERE, path, CREATE, 0o600), -errno.EACCES, str(path))
            equal(intruder.call(OPENAT, HERE, b"/etc/hosts", os.O_WRONLY), -errno.EACCES, "hosts")
            equal(intruder.call(UNLINKAT, HERE, b"/etc/hosts", 0), -errno.EACCES, "unlink")
            equal(intruder.call(OPENAT, HERE, mine, CREATE, 0o600) > 2, True, "beside the log")
            equal(intruder.call(UNLINKAT, HERE, mine, 0), 0, "unlink beside the log")
            equal(intruder.call(OPENAT, HERE, b"/etc/hosts", os.O_RDONLY) > 2, True, "reading")
        gw.well()


@case("memory is not made executable, and threads are all that is made of it")
def code():
    with Taken() as gw:
        with Intruder(gw.thread()) as intruder:
            equal(intruder.call(MMAP, 0, 4096, READ_EXEC, PRIVATE_ANONYMOUS, -1, 0),
                  -errno.EACCES, "mmap")
            equal(intruder.call(435, 0, 0), -errno.ENOSYS, "clone3")
        gw.well()


@case("signals are for itself")
def signals():
    with Taken() as gw:
        with Intruder(gw.thread()) as intruder:
            equal(intruder.call(KILL, os.getpid(), 0), -errno.EPERM, "kill")
            equal(intruder.call(KILL, gw.pid, 0), 0, "kill of itself")


@case("sandbox = false: nothing of all that")
def off():
    with Taken(top="sandbox = false;") as gw:
        with Intruder(gw.thread()) as intruder:
            equal(intruder.call(PRCTL, 3, 0, 0, 0, 0), 1, "prctl(PR_GET_DUMPABLE)")
            equal(intruder.call(KILL, os.getpid(), 0), 0, "kill")
        gw.well()
        equal("sandbox" in gw.log(), False, "whether it is mentioned")


for row in (("execve", EXECVE, b"/bin/true", 0, 0), ("execveat", EXECVEAT, HERE, b"/bin/true", 0, 0, 0),
            ("fork", FORK), ("clone", CLONE, signal.SIGCHLD, 0, 0, 0, 0),
            ("ptrace", PTRACE, 16, os.getpid(), 0, 0), ("mount", MOUNT, b"a", b"/mnt", b"tmpfs", 0, 0),
            ("unshare", UNSHARE, 0), ("bpf", BPF, 0, 0, 0), ("setuid", SETUID, 0),
            ("io_uring_setup", IO_URING_SETUP, 1, 0), ("mkdirat", MKDIRAT, HERE, b"/tmp/x", 0o700),
            ("process_vm_readv", PROCESS_VM_READV, os.getpid(), 0, 0, 0, 0, 0),
            ("socket", SOCKET, socket.AF_PACKET, socket.SOCK_RAW, 0)):
    add(f"a system call that it never makes: {row[0]}", refused, *row)
run()
