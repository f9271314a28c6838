"""What is measured, one function each; all return plain numbers."""
import collections
import contextlib
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


class Sample:
    """What one proxy does in one round, slice by slice, on connections that stay open."""

    def __init__(self, proxy, scenario):
        self.proxy, self.mib = proxy, scenario.unit == "MiB"
        self.cpu_us = self.units = self.seconds = 0
        self.load = Load(proxy, scenario.job, scenario.connections, scenario.streams,
                         scenario.size)

    def slice(self, seconds):
        before = quiet_cpu_ns(self.proxy.pid)
        counted = json.loads(self.load.run(f"seconds {seconds}"))
        self.cpu_us += (quiet_cpu_ns(self.proxy.pid) - before) / 1000
        self.units += counted["bytes"] / MIB if self.mib else counted["jobs"]
        self.seconds += counted["seconds"]

    def figures(self):
        return {"cpu_us": self.cpu_us / self.units, "rate": self.units / self.seconds}


def work(proxies, scenario, seconds, slices):
    """One round of one scenario: {name: figures}, [failures]. The slices of all proxies take
    turns, so that what else the machine does falls on all of them alike."""
    samples, failures = {}, []
    with contextlib.ExitStack() as stack:
        for proxy in proxies:
            try:
                samples[proxy.peer.name] = Sample(proxy, scenario)
                stack.enter_context(samples[proxy.peer.name].load)
            except Failure as failure:
                failures.append(failure)
                del samples[proxy.peer.name]
        for _ in range(slices):
            for name, sample in list(samples.items()):
                try:
                    sample.slice(seconds / slices)
                except Failure as failure:
                    failures.append(failure)
                    del samples[name]
    return {name: sample.figures() for name, sample in samples.items()}, failures


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
