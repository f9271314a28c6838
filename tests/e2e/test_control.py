"""The control socket: what the commands show and do, and that nobody else can."""
import json
import os
import socket
import stat
import subprocess

from harness import http1, plain, sockjs, ws
from harness.admin import Admin
from harness.backends import Backend, echo
from harness.cases import case, contains, equal, run
from harness.gateway import PROGRAM, Gateway
from harness.wait import until

ROUTES = '''
    e: { path = "/e"; service = "echo"; transports = [ "websocket", "sse", "longpoll" ]; };
    lines: { path = "/lines"; backend = "b"; framing = "line"; };
    sock: { path = "/sock"; service = "echo"; transports = [ "sockjs" ];
            sockjs: { heartbeat = "10m"; }; };'''


def started(backend, top=""):
    return Gateway(routes=ROUTES, backends=f'b: {{ servers = [ "{backend.url}" ]; }};',
                   top=f'admin: {{ socket = "@DIR@/admin.sock"; }}; workers = 4; {top}')


def command(gateway, *words, status=0):
    done = subprocess.run([PROGRAM, *words, "-s", str(gateway.dir / "admin.sock")],
                          capture_output=True, text=True, timeout=60, check=False)
    equal(done.returncode, status, f"exit status of {words}, which says {done.stderr!r}, that")
    return done


def listed(gateway, *words):
    return json.loads(command(gateway, "sessions", "--json", *words).stdout)


def ids(sessions):
    return sorted(s["id"] for s in sessions)


@case("sessions are listed by any transport, and chosen by each option")
def sessions():
    with Backend().serve(echo) as backend, started(backend) as gw:
        equal(listed(gw), [], "sessions when there is none")
        one = ws.start(gw, "/lines").opened()
        one.text(b"a line")
        one.expect_message(ws.TEXT, b"a line")
        polled = plain.Session(gw, "/e")
        polled.post(b"four")
        streamed = sockjs.Session(gw, "/sock").xhr_streaming(sockjs.OPEN)
        multiplexed = ws.connect(gw, "/e", http2=True)
        all_of_them = until(lambda: len(s := listed(gw)) == 4 and s, "four sessions")
        by_route = {s["route"]: s for s in all_of_them}
        line = by_route["lines"]
        equal({k: line[k] for k in ("backend", "server", "client_ip", "protocol", "transport",
                                    "bytes_in", "bytes_out", "messages_in", "messages_out",
                                    "queued", "open")},
              {"backend": "b", "server": backend.url, "client_ip": "127.0.0.1",
               "protocol": "http/1.1", "transport": "websocket", "bytes_in": 6, "bytes_out": 6,
               "messages_in": 1, "messages_out": 1, "queued": 0, "open": True}, "a session")
        equal(0 <= line["idle"] <= line["age"] < 60, True, "whether idle and age are right")
        equal(sorted((s["route"], s["transport"], s["protocol"]) for s in all_of_them),
              [("e", "sse", "http/1.1"), ("e", "websocket", "h2"),
               ("lines", "websocket", "http/1.1"), ("sock", "sockjs/xhr_streaming", "http/1.1")],
              "routes, transports and protocols")
        for words, wanted in ((("--route", "e"), 2), (("--backend", "b"), 1),
                              (("--transport", "websocket"), 2), (("--client", "127.0.0.1"), 4),
                              (("--client", "::1"), 0), (("--route", "e", "--transport",
                                                          "sse"), 1)):
            equal(len(listed(gw, *words)), wanted, f"how many sessions {words} chooses")
        known = json.loads(command(gw, "sessions", line["id"], "--json").stdout)
        equal(known["id"], line["id"], "id of the session that was asked for")
        rows = command(gw, "sessions").stdout.splitlines()
        equal((rows[0].split()[:2], len(rows)), (["ID", "ROUTE"], 5), "the table")
        contains(command(gw, "status").stdout, "sessions 4", "status")
        contains(command(gw, "sessions", "nonsense", status=1).stderr, "no session's id", "words")
        for left in (one, multiplexed):
            left.close()
        streamed.wire.close()
        polled.close()
        until(lambda: listed(gw) == [], "no session")


@case("a session is closed with the code and the reason that an admin says, and no other one")
def close():
    with Backend().serve(echo) as backend, started(backend) as gw:
        first, second = (ws.start(gw, "/lines").opened() for _ in range(2))
        first.text(b"to know it by")
        first.expect_message(ws.TEXT, b"to know it by")
        meant = next(s["id"] for s in listed(gw) if s["messages_in"])
        command(gw, "close", meant, "--code", "4321", "--reason", "go & rest é")
        frame = first.frame()
        equal((frame.opcode, frame.code, frame.reason), (ws.CLOSE, 4321, "go & rest é"), "frame")
        first.close(4321)
        contains(command(gw, "close", meant, status=1).stderr, "no such session", "words")
        for code in ("999", "5000", "x"):
            contains(command(gw, "close", ids(listed(gw))[0], "--code", code, status=1).stderr,
                     "parameter", "words")
        second.text(b"still here")
        second.expect_message(ws.TEXT, b"still here")
        command(gw, "close", ids(listed(gw))[0])
        frame = second.frame()
        equal((frame.opcode, frame.code, frame.reason), (ws.CLOSE, 1001, "closed by an admin"),
              "frame")
        second.close(1001)
        until(lambda: [(r["close_code"], r["closed_by"]) for r in gw.records(type="session")] ==
              [(4321, "gateway"), (1001, "gateway")], "records")
        until(lambda: f"admin: /sessions/{meant}/close, by user {os.getuid()}" in gw.log(),
              "a line on the log")


@case("reload says every mistake and changes nothing then; else the new configuration is in force")
def reload():
    with Backend().serve(echo) as backend, started(backend) as gw:
        old = ws.start(gw, "/e").opened()
        good = gw.conf_file.read_text()
        gw.configure(good.replace('"/lines"; backend', '"/lines"; backnd')
                     .replace('heartbeat = "10m"', 'heartbeat = "x"'))
        said = command(gw, "reload", status=1).stderr
        contains(said, "unknown key 'backnd'", "words")
        contains(said, "'heartbeat'", "words")
        contains(said, "the configuration before stays in force", "words")
        gw.configure(good.replace('"/lines"', '"/rows"'))
        equal(command(gw, "reload").stderr, "", "words of a good reload")
        equal(http1.fetch(gw, "/lines").status, 404, "status of what is gone")
        gw.configure(good.replace("admin.sock", "other.sock"))
        command(gw, "reload")
        until(lambda: not (gw.dir / "admin.sock").exists(), "the old socket to go")
        old.text(b"on and on")
        old.expect_message(ws.TEXT, b"on and on")
        done = subprocess.run([PROGRAM, "status", "-s", gw.dir / "other.sock"], check=False,
                              stdout=subprocess.DEVNULL)
        equal(done.returncode, 0, "exit status of status by the new socket")
        old.close()


def states(gateway):
    status = json.loads(command(gateway, "status", "--json").stdout)
    return {s["name"]: (s["draining"], s["sessions"])
            for b in status["backends"] for s in b["servers"]}


@case("a drained server gets no new session and keeps those it has, also across a reload")
def drain():
    with Backend().serve(echo) as one, Backend().serve(echo) as two, Gateway(
            routes=ROUTES,
            backends=f'b: {{ servers = [ "{one.url}", "{two.url}" ]; balance = "leastconn"; }};',
            top='admin: { socket = "@DIR@/admin.sock"; };') as gw:
        open_ones = [ws.start(gw, "/lines").opened() for _ in range(2)]
        until(lambda: states(gw) == {one.url: (False, 1), two.url: (False, 1)}, "one each")
        command(gw, "drain", "b", one.url)
        until(lambda: f"admin: /drain, by user {os.getuid()}" in gw.log() and
              f"backend b: {one.url} drained" in gw.log(), "the lines on the log")
        gw.configure(gw.conf_file.read_text().replace('"/sock"', '"/socks"'))
        command(gw, "reload")
        open_ones += [ws.start(gw, "/lines").opened() for _ in range(3)]
        until(lambda: states(gw) == {one.url: (True, 1), two.url: (False, 4)}, "the rest at two")
        contains(command(gw, "status").stdout, "drained", "table")
        command(gw, "drain", "b")
        refused = ws.read_head(ws.start(gw, "/lines").wire)
        equal(refused.status, 503, "status when all are drained")
        for session in open_ones:
            session.text(b"on and on")
            session.expect_message(ws.TEXT, b"on and on")
        for words in (("nobody",), ("b", "tcp://127.0.0.1:1")):
            contains(command(gw, "drain", *words, status=1).stderr, "no such backend", "words")
        command(gw, "drain", "b", one.url, "--undo")
        open_ones.append(ws.start(gw, "/lines").opened())
        until(lambda: states(gw) == {one.url: (False, 2), two.url: (True, 4)}, "the last at one")
        for session in open_ones:
            session.close()


@case("stop ends it as SIGTERM does")
def stop():
    with Backend().serve(echo) as backend, started(backend) as gw:
        open_one = ws.start(gw, "/e").opened()
        command(gw, "stop")
        frame = open_one.frame()
        equal((frame.opcode, frame.code), (ws.CLOSE, 1001), "frame")
        open_one.close(1001)
        equal(gw.wait(), 0, "exit status")
        contains(command(gw, "status", status=1).stderr, "No such file", "words")


@case("the socket has its mode; what it offers, the address for admins does not")
def access():
    admin = Admin()
    with Backend().serve(echo) as backend, Gateway(
            routes=ROUTES, backends=f'b: {{ servers = [ "{backend.url}" ]; }};',
            top=admin.conf.replace("{", '{ socket = "@DIR@/admin.sock"; mode = "0600";')) as gw:
        equal(stat.S_IMODE((gw.dir / "admin.sock").stat().st_mode), 0o600, "mode")
        for method, path in (("GET", "/sessions"), ("POST", "/reload"), ("POST", "/stop")):
            equal(admin.fetch(gw, path, method).status, 404 if method == "GET" else 405,
                  f"status of {path}")
        equal(listed(gw), [], "sessions")


@case("admins that send half a request, or read nothing, hold nobody up")
def stuck():
    with Backend().serve(echo) as backend, started(backend) as gw:
        many = [ws.start(gw, "/e").opened() for _ in range(300)]
        half = []
        for data in (b"GET /sess", b"GET /sessions HTTP/1.1\r\nHost: x\r\n\r\n" * 50):
            half.append(socket.socket(socket.AF_UNIX))
            half[-1].setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            half[-1].connect(str(gw.dir / "admin.sock"))
            half[-1].sendall(data)
        equal(len(listed(gw)), 300, "how many sessions are listed")
        for session in many:
            session.text(b"x")
            session.expect_message(ws.TEXT, b"x")
        for admin in half:
            admin.close()
        for session in many:
            session.close()
        until(lambda: listed(gw) == [], "no session")



@case("after an upgrade the socket is the new program's, and shows what that has")
def upgraded():
    with Gateway(routes='e: { path = "/e"; service = "echo"; };',
                 top='admin: { socket = "@DIR@/admin.sock"; };') as gw:
        old = ws.start(gw, "/e").opened()
        equal(len(listed(gw)), 1, "sessions of the old one")
        gw.upgrade()
        equal(listed(gw), [], "sessions of the new one")
        new = ws.start(gw, "/e").opened()
        equal(len(listed(gw)), 1, "sessions of the new one")
        new.finish()
        old.finish()
        command(gw, "reload")
        gw.stop()
        equal((gw.dir / "admin.sock").exists(), False, "whether the socket's file is left")

run()
