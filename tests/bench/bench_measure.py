"""What is measured, one function each; all return plain numbers."""
import collections
import copy
import json
import pathlib
import re
import shutil
import signal
import subprocess
import time

from bench_process import Failure, Load, Proxy, memory_bytes, quiet_cpu_ns, start, stop, tree

MIB = 1 << 20
RECEIVE = {"recvfrom", "recvmsg", "recvmmsg", "read", "readv"}
SEND = {"sendto", "sendmsg", "sendmmsg", "write", "writev"}
WAIT = {"epoll_wait", "epoll_pwait", "epoll_pwait2"}


def work(proxy, scenario, seconds):
    """One sample: CPU microseconds of the proxy for a unit of work, and units per second."""
    with Load(proxy, scenario.job, scenario.connections) as load:
        before = quiet_cpu_ns(proxy.pid)
        counted = json.loads(load.run(f"seconds {seconds}"))
        used = quiet_cpu_ns(proxy.pid) - before
    units = counted["jobs"] if scenario.unit != "MiB" else counted["bytes"] / MIB
    return {"cpu_us": used / 1000 / units, "rate": units / counted["seconds"]}


def traced(pids):
    """Are all threads of these processes under strace by now?"""
    for pid in pids:
        for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
            if "TracerPid:\t0\n" in (task / "status").read_text():
                return False
    return True


def calls(proxy, echoes):
    """System calls for one echo on one connection: {name: how many}, failed ones marked."""
    out = proxy.folder / "strace"
    pids = tree(proxy.pid)
    with Load(proxy, "echo", 1) as load:
        tracer = start(["strace", "-f", "-qq", "-e", "signal=none", "-o", str(out)] +
                       [word for pid in pids for word in ("-p", str(pid))],
                       proxy.place.load_cpus, stderr=subprocess.PIPE, text=True)
        end = time.monotonic() + 5
        while not traced(pids):
            if tracer.poll() is not None or time.monotonic() > end:
                stop(tracer)
                raise Failure(f"strace: {tracer.stderr.read().strip()}")
            time.sleep(0.02)
        load.run(f"count {echoes}")
        tracer.send_signal(signal.SIGINT)
        tracer.wait(10)
    counted = collections.Counter()
    for line in out.read_text(errors="replace").splitlines():
        call = re.match(r"(?:\d+ +)?(\w+)\(", line)
        if call:
            counted[call[1] + (" EAGAIN" if "EAGAIN" in line else "")] += 1
    # What happened less than once in 50 echoes is a timer or the tracer's coming and going.
    return {name: n / echoes for name, n in counted.items() if n * 50 >= echoes}


def instructions(peer, place, tls, echoes):
    """User instructions for one echo: two runs, of N and 2N, so that everything else cancels."""
    totals = []
    if peer.built_here and shutil.which("strip"):
        bare = place.folder / f"{peer.name}-stripped"
        subprocess.run(["strip", "-o", str(bare), peer.program], check=True)
        peer = copy.copy(peer)
        peer.program = str(bare)
    for count in (echoes, 2 * echoes):
        out = place.folder / f"callgrind-{peer.name}-{tls}-{count}"
        proxy = Proxy(peer, place, tls, patience=90, wrapper=(
            "valgrind", "-q", "--tool=callgrind", f"--callgrind-out-file={out}"))
        try:
            with Load(proxy, "echo", 1) as load:
                load.run(f"count {count}")
        finally:
            stop(proxy.process, 60)
        found = re.search(r"^totals: (\d+)", out.read_text() if out.exists() else "", re.M)
        if not found:
            raise Failure(f"{peer.name}: callgrind wrote no totals")
        totals.append(int(found[1]))
    return (totals[1] - totals[0]) / echoes


def idle(peer, place, tls, sessions):
    """Bytes of the proxy's memory for each session that has carried one message and rests."""
    sessions = min(sessions, peer.idle_most or sessions)
    proxy = Proxy(peer, place, tls)
    try:
        # What a proxy sets up once, for its first sessions, is no part of the price of each.
        with Load(proxy, "echo", max(sessions // 20, 1)):
            time.sleep(1)
            before = memory_bytes(proxy.pid)
            with Load(proxy, "echo", sessions):
                time.sleep(1)
                return {"sessions": sessions,
                        "bytes": (memory_bytes(proxy.pid) - before) / sessions}
    finally:
        proxy.stop()
