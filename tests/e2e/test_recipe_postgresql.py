"""conf/examples/postgresql.conf: a real PostgreSQL, a driver that brings a WebSocket, and psql."""
import contextlib
import glob
import os
import pwd
import subprocess
import threading

from harness import scratch, ws
from harness.address import HOST, free_port
from harness.backends import Backend
from harness.cases import add, case, equal, run
from harness.recipe import recipe
from harness.scenario import scenario
from harness.service import UNPRIVILEGED, Service

BIN = sorted(glob.glob("/usr/lib/postgresql/*/bin"))[-1]
folder, port = scratch.folder(), free_port()


def initialise():
    data = folder / "data"
    data.mkdir()
    os.chmod(folder, 0o755)
    if UNPRIVILEGED:
        os.chown(data, pwd.getpwnam(UNPRIVILEGED["user"]).pw_uid, -1)
    password = folder / "password"
    password.write_text("geheim\n")
    subprocess.run([f"{BIN}/initdb", "-D", data, "-U", "tester", "-A", "scram-sha-256",
                    f"--pwfile={password}", "--no-sync", "--locale=C", "-E", "UTF8"],
                   check=True, stdout=subprocess.DEVNULL, cwd=data, **UNPRIVILEGED)
    return data


def relay(wire):
    """From a TCP client into a WebSocket, and back."""
    session = ws.connect(gateway, "/v1")

    def back():
        with contextlib.suppress(AssertionError, ConnectionError, OSError):
            while True:
                got = session.frame()
                if got.opcode == ws.CLOSE:
                    break
                wire.send(got.payload)
        wire.close()
    thread = threading.Thread(target=back, daemon=True)
    thread.start()
    with contextlib.suppress(ConnectionError, OSError, ValueError):
        while piece := wire.read_some():
            session.binary(piece)
    session.close(1000)


def psql(script):
    child = subprocess.run(["psql", "-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-h", HOST,
                            "-p", str(entrance.port), "-U", "tester", "-d", "postgres"],
                           input=script, capture_output=True, text=True, timeout=60,
                           env=dict(os.environ, PGPASSWORD="geheim"))
    equal((child.stderr, child.returncode), ("", 0), "psql")
    return child.stdout


def driver(where):
    """The recipe's fifty sessions are four here: the others of the crowd wait in the queue."""
    got = scenario("postgresql", where, gateway.url("/v1"))
    equal(got, {"sum": [5050, "grüße €"], "order": True, "rows": 20000, "checksum": True,
                "error": "22012", "notification": "wört", "crowd": [*range(8)], "wrong": "28P01"},
          "what the database answered")


@case("a page of another origin is told that it may not")
def origin():
    with ws.connect(gateway, "/v1", headers=["Origin: https://evil.example"]) as session:
        session.expect_failed(4403)


@case("a table, ten thousand rows, and what adds up")
def rows():
    out = psql("""create table t (n int, word text);
        insert into t select i, 'wört ' || i from generate_series(1, 10000) i;
        select sum(n), count(distinct word) from t; select n, word from t order by n;""")
    lines = out.splitlines()
    equal(lines[0], "50005000|10000", "sums")
    equal(lines[1:] == [f"{i}|wört {i}" for i in range(1, 10001)], True, "rows")


@case("COPY in and out, a megabyte")
def copy():
    data = "".join(f"{i}\t{'x' * 100}\n" for i in range(10000))
    out = psql("create table c (n int, x text);\ncopy c from stdin;\n" + data +
               "\\.\nselect count(*), sum(length(x)) from c; copy c to stdout;")
    equal(out == "10000|1000000\n" + data, True, "what came back")


for name, where in (("node", "node"), ("Chromium", "page")):
    add(f"a driver in {name}: queries, 5 MB with a checksum, a crowd", driver, where)
entrance = Backend().serve(relay)
gateway = recipe("postgresql", server=("localhost:5432", f"{HOST}:{port}"),
                 origin=("https://app.example.com", "http://@HOST@:@PORT@"),
                 few=("max_sessions = 50", "max_sessions = 4"))
data = initialise()
with Service(f"{BIN}/postgres", "-D", data, "-h", HOST, "-p", port, "-k", "", "-F",
             address=(HOST, port), log=folder / "postgres.log", cwd=data, **UNPRIVILEGED):
    run(gateway)
