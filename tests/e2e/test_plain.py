"""Sessions of plain HTTP as their users meet them: curl, several workers, limits, other origins."""
import json
import select
import signal
import subprocess

from harness import http1, plain
from harness.backends import dead_url
from harness.cases import case, equal, run
from harness.gateway import Gateway
from harness.wait import DEADLINE, until
from harness.ws_server import WsServer

PLAIN = 'transports = ["websocket", "sse", "longpoll"];'
ORIGIN = "https://app.example.com"


def curl(*args):
    done = subprocess.run(["curl", "-sS", "--max-time", str(DEADLINE), *args],
                          capture_output=True, timeout=2 * DEADLINE, check=True)
    return done.stdout.decode()


def error(answer):
    """Status, code and reason of a refusal, which says its status twice."""
    found = json.loads(answer.body)["error"]
    equal(found["status"], answer.status, "status within the answer")
    equal(answer.header("Content-Type"), "application/json", "type")
    return found["status"], found["code"], found["reason"]


@case("curl, over HTTP/1.1 and HTTP/2")
def by_curl():
    for version in "--http1.1", "--http2-prior-knowledge":
        base = gateway.url("/echo", "http")
        place = json.loads(curl(version, "-X", "POST", base))["session"]
        url = f"{base}/{place}"
        curl(version, "-H", "Content-Type: text/plain", "-d", "hello", url)
        equal(json.loads(curl(version, f"{url}?after=0")),
              {"messages": [{"id": 1, "text": "hello"}]}, "answer of a poll")
        curl(version, "-X", "DELETE", url)
        equal(curl(version, "-w", "%{http_code}", "-o", "/dev/null", url), "404", "status then")


@case("curl reads events, as they come, over HTTP/1.1, 1.0 and 2")
def events_by_curl():
    for version in "--http1.1", "--http1.0", "--http2-prior-knowledge":
        session = plain.Session(gateway, "/echo")
        with subprocess.Popen(["curl", "-sSN", version, "-H", "Accept: text/event-stream",
                               gateway.url(session.place, "http")],
                              stdout=subprocess.PIPE) as stream:
            equal(stream.stdout.readline().strip(), b":", "padding")
            stream.stdout.readline()
            for i in 1, 2:
                session.post(f"line\n{i}")
                equal([stream.stdout.readline() for _ in range(4)],
                      [b"id: %d\n" % i, b"data: line\n", b"data: %d\n" % i, b"\n"], "event")
            session.close()
            equal(stream.stdout.read(), b'event: close\ndata: {"code": 1000, '
                  b'"reason": "closed by the client"}\n\n', "the end")


@case("any worker takes requests of a session, in order")
def across_workers():
    session = plain.Session(gateway, "/echo")
    wires = [session.connect() for _ in range(8)]       # two on each worker
    for i in range(40):
        session.post(f"m{i}", i + 1, wires[i % 8])
    after = 0
    for wire in wires:
        messages, _ = session.receive(after, wire)
        equal([m for _, m in messages], [f"m{i}" for i in range(after, 40)], "messages")
        after += 5
    session.close()
    for wire in wires:
        equal(session.poll(after, wire).status, 404, "status of its end")
        wire.close()


@case("a session is of its route, and ids that are none are nobody's")
def unknown():
    session = plain.Session(gateway, "/echo")
    name = session.place.rsplit("/", 1)[1]
    for path in f"/other/{name}", "/echo/" + "A" * 22, f"/echo/{name[:-1]}" + "=":
        for method in "GET", "POST", "DELETE":
            answer = http1.fetch(gateway, path, method)
            equal(answer.status, 404, f"status of {method} {path}")
    session.close()


@case("methods that it has not are 405")
def methods():
    session = plain.Session(gateway, "/echo")
    for path, allow in ("/echo", "POST"), (session.place, "GET, POST, DELETE"):
        answer = http1.fetch(gateway, path, "PUT", body=b"x")
        equal((answer.status, answer.header("Allow")), (405, allow), "answer")
    session.close()


@case("a message that is too long is refused before it is sent, and the session goes on")
def too_long():
    session = plain.Session(gateway, "/echo")
    with session.connect() as wire:
        wire.send(http1.request(session.place, "POST", headers=["Content-Length: 2000000",
                                                               "Expect: 100-continue"]))
        answer = http1.read_response(wire)
        equal(error(answer), (413, 1009, "message larger than max_message"), "refusal")
    with session.connect() as wire:     # answered when what the echo returns has gone
        wire.send(session.head("POST", **session.message(bytes(1 << 20))))
        equal(session.receive(0)[0], [(1, bytes(1 << 20))], "message")
        session.close()
        equal(http1.read_response(wire).status, 204, "status")


@case("a body arrives in pieces, its head byte by byte")
def in_pieces():
    session = plain.Session(gateway, "/echo")
    body = bytes(range(256)) * 40
    with session.connect() as wire:
        wire.feed(session.head("POST", **session.message(body)), "cut")
        equal(http1.read_response(wire).status, 204, "status")
    equal(session.receive(0)[0], [(1, body)], "message")
    session.close()


@case("limits: max_per_ip of sessions, and sessions of the route")
def limits():
    first = plain.Session(gateway, "/few")
    second = plain.Session(gateway, "/few")
    equal(error(http1.fetch(gateway, "/few", "POST")),
          (429, 4429, "session.max_per_ip of the route reached"), "refusal")
    first.close()
    until(lambda: http1.fetch(gateway, "/few", "POST").status == 201, "a place to be free")
    second.close()
    one = plain.Session(gateway, "/one")
    equal(error(http1.fetch(gateway, "/one", "POST")),
          (429, 4429, "limits.sessions of the route reached"), "refusal")
    one.close()


@case("pages of other origins: refused, or told that they may")
def origins():
    answer = http1.fetch(gateway, "/echo", "POST", headers=[f"Origin: {ORIGIN}"])
    equal(error(answer), (403, 4403, "origin not allowed"), "refusal")
    answer = http1.fetch(gateway, "/open", "OPTIONS", headers=[
        f"Origin: {ORIGIN}", "Access-Control-Request-Method: POST",
        "Access-Control-Request-Headers: framegate-seq"])
    equal((answer.status, answer.header("Access-Control-Allow-Headers")),
          (204, "Framegate-Seq"), "preflight")
    answer = http1.fetch(gateway, "/open", "POST", headers=[f"Origin: {ORIGIN}"])
    equal((answer.status, answer.header("Access-Control-Allow-Origin")), (201, ORIGIN), "answer")


@case("no backend: 502, in JSON")
def no_backend():
    answer = http1.fetch(gateway, "/dead", "POST")
    equal(error(answer), (502, 1014, "backend refused the connection"), "refusal")


@case("a WebSocket server: text and bytes, long and short")
def websocket_server():
    session = plain.Session(gateway, "/ws")
    after, sent = 0, ["hello", b"\x00\x01", "x" * 70000, "", b""]
    for message in sent:
        session.post(message)
        equal(session.receive(after), ([(after + 1, message)], None), "message")
        after += 1
    session.close()


@case("a WebSocket server: asked as by a browser, how it closes, how it refuses")
def websocket_server_ends():
    answer = http1.fetch(gateway, "/headers", "POST", body=b"x",
                         headers=["Content-Type: text/plain", "X-Mine: 1"])
    place = answer.header("Location")
    answer = http1.fetch(gateway, place)
    told = json.loads(json.loads(answer.body)["messages"][0]["text"])
    equal((told.get("x-mine"), told.get("content-type"), told.get("content-length"),
           told["upgrade"]), ("1", None, None, "websocket"), "headers that it saw")
    session = plain.Session(gateway, "/close")
    equal(session.receive(0), ([], {"code": 4321, "reason": "enough"}), "its end")
    equal(session.events().opened().closed(), {"code": 4321, "reason": "enough"}, "its end")
    answer = http1.fetch(gateway, "/no", "POST")
    equal((answer.status, answer.header("WWW-Authenticate"), answer.body),
          (401, 'Basic realm="here"', b"who are you?"), "refusal")


@case("a session of events in the access log, whose ids nobody can use")
def logged():
    session = plain.Session(gateway, "/echo")
    session.post("hello")
    session.close()
    record = gateway.expect_record(type="session", route="echo", path="/echo", bytes_in=5)
    equal((record["transport"], record["close_code"], record["closed_by"]),
          ("sse", 1000, "client"), "record")
    gateway.expect_record(type="request", method="DELETE", session=record["session"])
    log = (gateway.dir / "access.log").read_text()
    equal(session.place.rsplit("/", 1)[1] in log, False, "its id stands in the log")


def held_poll(session):
    """A poll that the gateway holds: of two, the one for whose sake the other is sent away."""
    wires = [session.connect(), session.connect()]
    for wire in wires:
        wire.send(session.head())
    ready, _, _ = select.select([wire.sock for wire in wires], [], [], DEADLINE)
    away, held = sorted(wires, key=lambda wire: wire.sock not in ready)
    equal(http1.read_response(away).status, 409, "answer to the older poll")
    return held


@case("a stop tells those that wait, and ends")
def stop():
    with Gateway(top="workers = 4;", routes=f'echo: {{ path = "/echo"; service = "echo"; {PLAIN} }};') \
            as own:
        sessions = [plain.Session(own, "/echo") for _ in range(8)]
        waiting = [s.events().opened() for s in sessions[:4]]
        polls = [held_poll(s) for s in sessions[4:]]
        own.signal(signal.SIGTERM)
        end = {"code": 1001, "reason": "framegate is stopping"}
        for stream in waiting:
            equal(stream.closed(), end, "end")
        for wire in polls:
            equal(json.loads(http1.read_response(wire).body), {"messages": [], "closed": end}, "end")
        equal(own.wait(), 0, "exit status")


@case("a stop gives a slow reader of events all that is left, also from another worker")
def stop_slow():
    route = f'echo: {{ path = "/echo"; service = "echo"; {PLAIN} session: {{ replay = "64M"; }}; }};'
    with Gateway(top='workers = 2; stop_timeout = "1m";', routes=route) as own:
        with own.wire() as wire:    # so that the next connection is another worker's
            session = plain.Session(own, "/echo", wire=wire)
            stream = session.events().opened()
        messages = [f"{i} " + "x" * 100_000 for i in range(200)]     # more than sockets take
        for text in messages:
            session.post(text)
        own.signal(signal.SIGTERM)
        own.expect_record(type="session", close_code=1001)
        for i, text in enumerate(messages):
            equal(stream.message(), (i + 1, text), "event")
        equal(stream.closed(), {"code": 1001, "reason": "framegate is stopping"}, "end")
        equal(own.wait(), 0, "exit status")


websocket = WsServer("python")
gateway = Gateway(top="workers = 4;", backends=f'''
    dead: {{ servers = ["{dead_url()}"]; }};
    ws: {{ servers = ["{websocket.url}/echo"]; }};
    headers: {{ servers = ["{websocket.url}/headers"]; }};
    close: {{ servers = ["{websocket.url}/close?code=4321&reason=enough"]; }};
    no: {{ servers = ["{websocket.url}/no"]; }};''', routes=f'''
    echo: {{ path = "/echo"; service = "echo"; {PLAIN} }};
    other: {{ path = "/other"; service = "echo"; {PLAIN} }};
    few: {{ path = "/few"; service = "echo"; {PLAIN} session: {{ max_per_ip = 2; }}; }};
    one: {{ path = "/one"; service = "echo"; {PLAIN} limits: {{ sessions = 1; }}; }};
    open: {{ path = "/open"; service = "echo"; {PLAIN} origins = ["{ORIGIN}"];
             cors: {{ origins = ["{ORIGIN}"]; methods = ["GET", "POST", "DELETE"];
                      headers = ["Framegate-Seq"]; }}; }};
    dead: {{ path = "/dead"; backend = "dead"; {PLAIN} }};
    ws: {{ path = "/ws"; backend = "ws"; {PLAIN} }};
    headers: {{ path = "/headers"; backend = "headers"; {PLAIN} }};
    close: {{ path = "/close"; backend = "close"; {PLAIN} }};
    no: {{ path = "/no"; backend = "no"; {PLAIN} }};''')
run(websocket, gateway)
