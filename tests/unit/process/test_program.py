#!/usr/bin/env python3
"""The program as its users meet it: exit codes, messages, signals."""
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time

PROGRAM = os.path.join(os.environ.get("builddir", "."), "framegate")
DEADLINE = 60

GOOD = '''listeners: { main: { bind = "unix:%(dir)s/gate.sock"; }; };
pid_file = "%(dir)s/pid";
log: { to = "%(dir)s/log"; };
routes: { echo: { path = "/echo"; service = "echo"; }; health: { service = "health"; }; };
'''

# arguments: words in the one line on standard error
USAGE = {
    "--unheard-of": "unknown option '--unheard-of'",
    "chekc": "did you mean 'check'",
    "check --dif": "did you mean '--diff'",
    "check --diff": "needs --against FILE",
    "check --against x": "goes with --diff",
    "check more words": "too many arguments: 'more'",
    "-c": "needs a value",
    "explain": "URL is missing",
    "config": "defaults|dump is missing",
    "config unheard-of": "'unheard-of'",
    "close": "ID is missing",
    "drain": "BACKEND is missing",
    "6080": "TARGET is missing",
    "6080 nowhere": "nowhere",
    "nowhere localhost:1": "nowhere",
    "99999 localhost:1": "99999",
    "6080 localhost:1 more": "too many arguments: 'more'",
    "6080 localhost:1 --framing unheard-of": "unheard-of",
    "6080 localhost:1 --transports unheard-of": "unheard-of",
    "6080 localhost:1 --key x": "--cert",
    "6080 localhost:1 --ssl-only": "--cert",
    "6080 localhost:1 --heartbeat 5s": "--heartbeat",
    "6080 localhost:1 --unix-target x": "only one of",
    "6080 --unix-target x --ssl-target": "host:port",
    "6080 tls://a:1 --ssl-target": "host:port",
    "6080 --token-plugin TokenFile": "--token-source",
    "6080 --token-source x": "--token-plugin",
    "6080 --token-plugin TokenRedis --token-source x": "TokenRedis",
    "import": "websockify is missing",
    "import websockify": "after --",
    "import websockify -- --unheard-of": "no option '--unheard-of'",
    "demo not;an;address": "HOST:PORT",
    "demo nowhere": "nowhere",
    "help unheard-of": "unknown command",
}

folder = pathlib.Path(tempfile.mkdtemp(prefix="framegate-test-"))
cases = []


def case(function):
    cases.append((function.__doc__, function))
    return function


def run(*args):
    return subprocess.run([PROGRAM, *args], capture_output=True, text=True, timeout=DEADLINE,
                          stdin=subprocess.DEVNULL)


def conf(text, name="framegate.conf"):
    path = folder / name
    path.write_text(text % {"dir": folder})
    return str(path)


def until(condition, what):
    end = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < end, f"no {what}"
        time.sleep(0.01)


def started(path):
    child = subprocess.Popen([PROGRAM, "-c", path], stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    until(lambda: child.poll() is not None or (folder / "pid").exists() and
          "runs" in log(), "start")
    return child


def log():
    path = folder / "log"
    return path.read_text() if path.exists() else ""


def misuse(line, words):
    result = run(*line.split(" "))
    assert result.returncode == 2, f"exit status {result.returncode}"
    assert result.stdout == "", result.stdout
    assert result.stderr.startswith("framegate: ") and words in result.stderr, result.stderr
    assert result.stderr.count("\n") == 1, result.stderr


@case
def test_help():
    """help names every command, and each has its own"""
    for args in (["help"], ["--help"], ["-h"]):
        result = run(*args)
        assert (result.returncode, result.stderr) == (0, ""), result
    for command in "run check explain config demo reload version help".split():
        assert command in result.stdout, command
        one = run(command, "--help")
        assert one.returncode == 0 and f"framegate {command}" in one.stdout.replace("[", "") \
            .replace("]", ""), one
    assert max(len(line) for line in result.stdout.splitlines()) <= 80, "too wide"


@case
def test_version():
    """version names the libraries"""
    result = run("version")
    assert (result.returncode, result.stderr) == (0, ""), result
    for name in ("framegate ", "OpenSSL ", "libconfig ", "c-ares ", "PCRE2 ", "nghttp2 "):
        assert name in result.stdout, name


@case
def test_check_good():
    """check of a good file"""
    path = conf(GOOD)
    result = run("check", "-c", path)
    assert (result.returncode, result.stderr) == (0, ""), result
    assert result.stdout == \
        f"{path}: configuration is fine (2 routes, 0 backends, 1 listener)\n", result.stdout


@case
def test_check_bad():
    """check of a bad file: each mistake, exit 1"""
    path = conf(GOOD + "wokers = 1;\nstop_timeout = \"soon\";\n")
    result = run("check", "-c", path)
    assert (result.returncode, result.stdout) == (1, ""), result
    assert f"{path}:5: error: " in result.stderr and f"{path}:6: error: " in result.stderr, result


@case
def test_check_names():
    """check of a name that does not resolve: a warning"""
    path = conf(GOOD.replace('service = "echo"', 'backend = "b"') +
                'backends: { b: { servers = ["tcp://127.0.0.1:1", "tcp://x.invalid:1"]; }; };\n')
    result = run("check", "-c", path)
    assert result.returncode == 0, result
    assert result.stderr == f"{path}:5: warning: backend b: 'x.invalid' does not resolve just " \
        "now\n", result.stderr


@case
def test_check_uses():
    """check of a certificate that is none: exit 1"""
    (folder / "broken.pem").write_text("-----BEGIN CERTIFICATE-----\nAAAA\n"
                                       "-----END CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----\n")
    path = conf(GOOD.replace('"; }; };', '"; tls = "t"; }; };', 1) +
                'tls: { t: { certificates = ["%(dir)s/broken.pem"]; }; };\n')
    result = run("check", "-c", path)
    assert (result.returncode, result.stdout) == (1, ""), result
    assert "broken.pem" in result.stderr, result.stderr


@case
def test_missing():
    """a file that is not there: exit 1"""
    for args in ([], ["check"], ["config", "dump"]):
        result = run(*args, "-c", str(folder / "missing"))
        assert result.returncode == 1 and result.stdout == "", result
        assert result.stderr.count("\n") == 1 and "missing" in result.stderr, result


@case
def test_config():
    """config defaults and config dump are configurations"""
    path = conf(GOOD)
    defaults, dump = run("config", "defaults"), run("config", "dump", "-c", path)
    for result in (defaults, dump):
        assert (result.returncode, result.stderr) == (0, ""), result
    again = folder / "again.conf"
    again.write_text(dump.stdout)
    assert run("config", "dump", "-c", str(again)).stdout == dump.stdout
    again.write_text(defaults.stdout)
    assert run("check", "-c", str(again)).returncode == 0


@case
def test_diff():
    """check --diff: what a reload would change, and which sessions it concerns"""
    before = conf(GOOD, "before.conf")
    after = conf("drain = \"keep\"; workers = 7;" + GOOD.replace('"/echo"', '"/e"').replace(
        "health: {", 'more: { path = "/more"; service = "close"; }; health: {'), "after.conf")
    same = run("check", "--diff", "-c", before, "--against", before)
    assert (same.returncode, same.stdout) == (0, "nothing would change\n"), same
    result = run("check", "--diff", "-c", after, "--against", before)
    assert (result.returncode, result.stderr) == (0, ""), result
    processors = str(len(os.sched_getaffinity(0)))
    assert result.stdout == f"""top level:
  workers: {processors} -> 7 (only a restart changes it)
routes:
  ~ echo
      path: "/echo" -> "/e"
  + more
sessions:
  echo: go on as they began, by the route that changes
  health: not concerned
""", result.stdout
    wrong = run("check", "--diff", "-c", conf("x = 1;", "wrong.conf"), "--against", before)
    assert (wrong.returncode, wrong.stdout) == (1, "") and "unknown key 'x'" in wrong.stderr, wrong


@case
def test_full():
    """what cannot be written is no success"""
    with open("/dev/full", "w") as full:
        result = subprocess.run([PROGRAM, "config", "defaults"], stdout=full, text=True,
                                stderr=subprocess.PIPE, timeout=DEADLINE)
    assert result.returncode == 1 and result.stderr.count("\n") == 1, result


@case
def test_explain():
    """explain: exit 0 when a route takes the request, else 1"""
    path = conf(GOOD.replace('health: { service', 'health: { path = "/health"; service'))
    taken = run("explain", "-c", path, "-X", "GET", "-H", "A: b", "/health")
    assert (taken.returncode, taken.stderr) == (0, "") and "health" in taken.stdout, taken
    nobody = run("explain", "-c", path, "/other")
    assert (nobody.returncode, nobody.stderr) == (1, "") and "404" in nobody.stdout, nobody
    wrong = run("explain", "-c", path, "http://a b/")
    assert wrong.returncode == 1 and wrong.stderr.count("\n") == 1, wrong


@case
def test_life():
    """a start, all signals, an end: exit 0, nothing left behind"""
    child = started(conf(GOOD))
    assert (folder / "pid").read_text() == f"{child.pid}\n"
    child.send_signal(signal.SIGHUP)
    until(lambda: "reload: configuration 2 is in force" in log(), "a reload")
    conf("nonsense")
    child.send_signal(signal.SIGUSR2)
    until(lambda: "nothing has changed" in log(), "the end of an upgrade")
    assert "ended with exit status 1 before it was ready" in log(), log()
    (folder / "log").rename(folder / "log.1")
    child.send_signal(signal.SIGUSR1)
    until(lambda: (folder / "log").exists(), "new log")
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(folder / "gate.sock"))
        client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert client.recv(4096).startswith(b"HTTP/1.1 200 "), "answer"
    child.send_signal(signal.SIGTERM)
    out, err = child.communicate(timeout=DEADLINE)
    assert (child.returncode, out, err) == (0, "", ""), (child.returncode, out, err)
    assert log().splitlines()[-1].endswith("stopped"), log()
    assert not (folder / "pid").exists() and not (folder / "gate.sock").exists()


@case
def test_no_start():
    """an address that is taken: exit 3, said on standard error wherever the log is"""
    with socket.create_server(("127.0.0.1", 0)) as server:
        place = "127.0.0.1:%d" % server.getsockname()[1]
        path = conf(GOOD.replace("unix:%(dir)s/gate.sock", place))
        for args in (["-c", path], [place, "localhost:1"]):
            result = run(*args)
            assert (result.returncode, result.stdout) == (3, ""), result
            assert sum(place in line for line in result.stderr.splitlines()) == 1, result.stderr
    assert not (folder / "pid").exists()


@case
def test_unreadable():
    """the one-liner with a file that is not there: exit 3"""
    for option in ("--web", "--cert"):
        result = run("6080", "localhost:1", option, "/no/where")
        assert (result.returncode, result.stdout) == (3, ""), result
        assert result.stderr.count("\n") == 1 and "/no/where" in result.stderr, result.stderr


for line, words in USAGE.items():
    cases.append((f"usage: {line}", lambda line=line, words=words: misuse(line, words)))

print(f"1..{len(cases)}")
failed = 0
for number, (name, function) in enumerate(cases, 1):
    try:
        function()
        print(f"ok {number} - {name}")
    except (AssertionError, OSError, subprocess.TimeoutExpired) as error:
        failed += 1
        print(f"not ok {number} - {name}")
        for line in str(error).splitlines():
            print(f"# {line}")
for path in folder.iterdir():
    path.unlink()
folder.rmdir()
sys.exit(1 if failed else 0)
