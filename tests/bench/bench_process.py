"""Processes of a run: started on their CPU, watched through /proc, ended by their own id."""
import os
import pathlib
import resource
import signal
import socket
import subprocess
import time

TICK_NS = 10**9 // os.sysconf("SC_CLK_TCK")


class Failure(Exception):
    """A measurement could not be made; says why."""


def cpus():
    """One CPU for the proxy, the others for the load and the backend, if there are two."""
    all_of_them = sorted(os.sched_getaffinity(0))
    return {all_of_them[0]}, set(all_of_them[1:]) or set(all_of_them)


def free_port():
    """A port below the range that the system hands to outgoing connections."""
    for port in range(21000 + os.getpid() % 8000, 32000):
        if port in free_port.taken:
            continue
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        free_port.taken.add(port)
        return port
    raise Failure("no port is free")


free_port.taken = set()


def raise_files():
    """Gives this process, and what it starts, as many descriptors as it can; returns how many."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    for files in (max(hard, 65536), hard):
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
            return files
        except (OSError, ValueError):
            continue
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def start(command, where, **how):
    """Starts a process on the given CPUs."""
    return subprocess.Popen(command, preexec_fn=lambda: os.sched_setaffinity(0, where), **how)


def stop(process, patience=6):
    """Asks, again if need be (nginx can miss the signal just before it waits), then insists."""
    for _ in range(patience // 2):
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        try:
            process.wait(2)
            return
        except subprocess.TimeoutExpired:
            continue
    process.kill()
    process.wait()


def stat(pid):
    """Fields of /proc/PID/stat from the third on: the state is 0, the parent 1."""
    return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def tree(pid):
    """The process and all its descendants."""
    parents = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                parents[int(entry)] = int(stat(entry)[1])
            except OSError:
                continue
    found = [pid]
    for one in found:
        found += [child for child, parent in parents.items() if parent == one]
    return found


def thread_ns(task):
    try:
        return int((task / "schedstat").read_text().split()[0])
    except OSError:
        fields = (task / "stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) * TICK_NS


def cpu_ns(pid):
    """CPU time of a process, its threads, its children, and the children it has buried."""
    total = 0
    for one in tree(pid):
        try:
            total += sum(thread_ns(task) for task in pathlib.Path(f"/proc/{one}/task").iterdir())
            total += (int(stat(one)[13]) + int(stat(one)[14])) * TICK_NS
        except OSError:
            continue
    return total


def quiet_cpu_ns(pid):
    """The same, once the process has come to rest."""
    last = cpu_ns(pid)
    for _ in range(50):
        time.sleep(0.02)
        now = cpu_ns(pid)
        if now - last < 100_000:
            return now
        last = now
    return last


def memory_bytes(pid):
    """PSS of a process and its children, without files: those are shared with whoever else maps
    the same library just now, and no session costs any."""
    total = 0
    for one in tree(pid):
        for line in pathlib.Path(f"/proc/{one}/smaps_rollup").read_text().splitlines():
            if line.startswith(("Pss_Anon:", "Pss_Shmem:")):
                total += int(line.split()[1]) * 1024
    return total


class Proxy:
    """A peer that runs, with its own folder and port."""

    def __init__(self, peer, place, tls, wrapper=(), patience=10):
        self.peer, self.place, self.tls = peer, place, tls
        self.port = free_port()
        self.folder = place.folder / f"{peer.name}-{self.port}"
        self.folder.mkdir(mode=0o755)
        command = peer.config(self.folder, self.port, place, tls)
        self.log = self.folder / "output"
        with open(self.log, "wb") as log:
            self.process = start([*wrapper, *command], place.proxy_cpus, stdout=log, stderr=log,
                                 stdin=subprocess.DEVNULL, cwd=self.folder)
        self.wait_until_up(patience)

    def wait_until_up(self, patience):
        end = time.monotonic() + patience
        while self.process.poll() is None and time.monotonic() < end:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        stop(self.process)
        said = self.log.read_text(errors="replace").strip().splitlines()
        raise Failure(f"{self.peer.name} did not start: {said[-1] if said else 'no word'}")

    @property
    def pid(self):
        return self.process.pid

    def stop(self):
        stop(self.process)


class Load:
    """The load on a proxy; with statement: its connections stand inside."""

    def __init__(self, proxy, job, connections, streams=0, size=64, blocks=128):
        place = proxy.place
        self.proxy = proxy
        kind = (["bench_h2", "--streams", str(streams)] if streams else
                ["bench_sockjs", "--job", job] if job.startswith("xhr") else
                ["bench_load", "--job", job, "--blocks", str(blocks)])
        command = [f"{place.build}/{kind[0]}", "--to", f"127.0.0.1:{proxy.port}",
                   "--connections", str(connections), "--size", str(size), *kind[1:]]
        command += ["--tls"] if proxy.tls else []
        command += ["--raw"] if proxy.peer.raw else []
        self.process = start(command, place.load_cpus, stdin=subprocess.PIPE,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def __enter__(self):
        try:
            self.line()
        except Failure:
            self.__exit__()
            raise
        return self

    def line(self):
        line = self.process.stdout.readline()
        if not line:
            raise Failure(f"{self.proxy.peer.name}: {self.process.stderr.read().strip()}")
        return line

    def run(self, command):
        """Does "seconds S" or "count N" of jobs and returns what the load counted, as JSON."""
        try:
            self.process.stdin.write(command + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass                # the load has ended: line() says why
        return self.line()

    def __exit__(self, *_):
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass
        stop(self.process)
        self.process.stdout.close()
        self.process.stderr.close()
