"""Files whose disk does not answer, or whose bytes are not in memory: nobody else waits for them."""
import hashlib
import os
import pathlib
import random
import shutil
import signal
import socket
import struct
import subprocess

from harness import scratch, ws
from harness.cases import Skip, case, equal, run
from harness.gateway import Gateway
from harness.http1 import fetch, read_response, request
from harness.wait import until

SOURCE = pathlib.Path(__file__).parent / "clients" / "slow_disk.c"
SIZE = 24 << 20
THREADS = 4                         # that may wait for disks
folder = scratch.folder()
gate, seen = folder / "gate", folder / "seen"


def make_slow():
    """The library that makes reading slow; None: there is no compiler to make it."""
    compiler = shutil.which("cc")
    if compiler:
        subprocess.run([compiler, "-shared", "-fPIC", "-o", folder / "slow_disk.so", SOURCE,
                        "-ldl"], check=True)
        os.environ.update(LD_PRELOAD=str(folder / "slow_disk.so"), SLOW_DISK_GATE=str(gate),
                          SLOW_DISK_SEEN=str(seen))
    return compiler


def make_file(name, size=SIZE):
    path = gateway.dir / "www" / name
    block = random.Random(name).randbytes(1 << 20)
    with open(path, "wb") as f:
        for i in range(size >> 20):
            f.write(struct.pack(">Q", i) + block[8:])
        f.flush()
        os.fsync(f.fileno())
    drop(path)
    return path


def drop(path):
    """Out of memory, so that the next read is one of the disk."""
    with open(path, "rb") as f:
        os.posix_fadvise(f.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def digest(data):
    return hashlib.sha256(data).hexdigest()


def need_slow():
    if not slow:
        raise Skip("no compiler")
    for path in (gate, seen):
        path.unlink(missing_ok=True)


def others_are_served():
    """On the same worker: there is one."""
    equal(fetch(gateway, "/fixed").body, b"fixed", "answer")
    equal(fetch(gateway, "/files/small.txt").body, b"small", "file")
    with ws.connect(gateway, "/echo") as session:
        session.text("hello")
        equal(session.message(), (ws.TEXT, b"hello"), "echo")


@case("a disk that does not answer holds up nobody but who wants that file")
def stuck():
    need_slow()
    path = make_file("a.slow", 1 << 20)
    with gateway.wire() as wire:
        wire.send(request("/files/a.slow"))
        until(seen.exists, "the disk to be asked")
        others_are_served()
        gate.touch()
        equal(digest(read_response(wire).body), digest(path.read_bytes()), "checksum")
    others_are_served()


@case("clients who go while the disk does not answer are forgotten")
def gone():
    need_slow()
    make_file("b.slow", 1 << 20)
    wires = [gateway.wire() for _ in range(12)]
    for wire in wires:
        wire.send(request("/files/b.slow"))
    until(lambda: held("b.slow") > THREADS, "all threads to wait")
    others_are_served()
    for wire in wires:
        wire.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        wire.close()
    until(lambda: held("b.slow") == THREADS, "what no thread has begun to be called back")
    others_are_served()
    gate.touch()
    until(lambda: held("b.slow") == 0, "the file to be closed")
    others_are_served()


def held(name):
    """How often the gateway has such a file open."""
    links = []
    for fd in os.listdir(f"/proc/{gateway.pid}/fd"):
        try:
            links.append(os.readlink(f"/proc/{gateway.pid}/fd/{fd}"))
        except FileNotFoundError:
            pass
    return sum(link.endswith(name) for link in links)


@case("a large file that is not in memory comes whole, to several at once; others are served")
def cold():
    path = make_file("huge.bin")
    wanted = digest(path.read_bytes())
    drop(path)
    wires = [gateway.wire(tls) for tls in (False, True, False)]
    for wire in wires:
        wire.send(request("/files/huge.bin"))
    others_are_served()
    for wire in wires:
        equal(digest(read_response(wire).body), wanted, "checksum")
        drop(path)
        wire.close()


@case("a stop does not wait for a disk that does not answer")
def stop():
    need_slow()
    make_file("c.slow", 1 << 20)
    with gateway.wire() as wire:
        wire.send(request("/files/c.slow"))
        until(seen.exists, "the disk to be asked")
        gateway.signal(signal.SIGTERM)
        gateway.expect_log("left behind")
    equal(gateway.wait(), 0, "exit status")
    gate.touch()


slow = make_slow()
# What makes the disk slow writes a file, which the sandbox would not let it.
gateway = Gateway(top="workers = 1; sandbox = false;\n", routes='''
fixed: { path = "/fixed"; respond: { status = 200; body = "fixed"; }; };
echo: { path = "/echo"; service = "echo"; };
files: { path = "/files"; static = "@DIR@/www"; };
''')
(gateway.dir / "www").mkdir()
(gateway.dir / "www" / "small.txt").write_bytes(b"small")
run(gateway)
