"""Metrics: every name is there in both formats, and counts exactly what happened."""
import shutil
import signal
import subprocess

from harness import http1, plain, ws
from harness.admin import Admin
from harness.backends import Backend, dead_url
from harness.cases import Skip, case, contains, equal, run
from harness.gateway import Gateway
from harness.wait import until

# Of the configuration's contract, without the prefix; and what those of every process are.
NAMES = """connections connections_total sessions sessions_total handshakes_total messages_total
bytes_total closes_total refusals_total http_requests_total backend_up backend_sessions
dial_duration_seconds handshake_duration_seconds queue_length buffered_bytes
backpressure_seconds_total config_last_reload_success config_last_reload_timestamp_seconds
certificate_expiry_timestamp_seconds build_info""".split()
PROCESS = """process_cpu_seconds_total process_start_time_seconds process_resident_memory_bytes
process_virtual_memory_bytes process_open_fds process_max_fds""".split()
OPEN_METRICS = "Accept: application/openmetrics-text;version=1.0.0,text/plain;q=0.5"

backend = Backend()
BACKENDS = f'''
    b: {{ servers = ["{backend.url}"]; }};
    dead: {{ servers = ["{dead_url()}"]; connect_timeout = "1s"; }};
'''
ROUTES = '''
    echo: { path = "/echo"; service = "echo"; };
    all: { path = "/all"; service = "echo"; origins = ["*"];
           transports = ["websocket", "sse", "longpoll", "sockjs"]; };
    tcp: { path = "/tcp"; backend = "b"; };
    dead: { path = "/dead"; backend = "dead"; };
    page: { path = "/page"; respond: { body = "hello"; }; };
'''
ECHO, TCP = "route=echo", "route=tcp"


def started(stop_timeout="1s"):
    admin = Admin()
    return admin, Gateway(routes=ROUTES, backends=BACKENDS,
                          top=f'{admin.conf} workers = 2; stop_timeout = "{stop_timeout}";')


def metric(name, *labels):
    return (f"framegate_{name}", *sorted(labels))


def some_traffic(gw):
    """A session that stays, and a few answers, so that every metric has something to say."""
    socket = ws.connect(gw, "/echo", True)
    socket.text("hello")
    socket.expect(ws.TEXT, b"hello")
    equal(http1.fetch(gw, "/nowhere").status, 404, "status")
    with ws.start(gw, "/tcp") as tcp:
        conn = backend.accept()
        tcp.opened()
        tcp.finish()
        conn.expect_eof()
        conn.close()
    return socket


@case("every name is there, in both formats")
def names():
    admin, gateway = started()
    with gateway as gw:
        with some_traffic(gw):
            for headers in ((), (OPEN_METRICS,)):
                there = {key[0].replace("_bucket", "") for key in
                         samples_of(admin.text(gw, headers=headers))}
                wanted = [f"framegate_{name}" for name in NAMES] + PROCESS
                equal([name for name in wanted if name not in there], [], "missing names")


def samples_of(text):
    return [(line.split("{")[0].split(" ")[0],) for line in text.splitlines()
            if not line.startswith("#")]


@case("promtool has nothing to say about them")
def promtool():
    if not shutil.which("promtool"):
        raise Skip("there is no promtool")
    admin, gateway = started()
    with gateway as gw:
        with some_traffic(gw):
            result = subprocess.run(["promtool", "check", "metrics"], capture_output=True,
                                    text=True, input=admin.text(gw))
            equal((result.returncode, result.stdout, result.stderr), (0, "", ""), "promtool")


@case("a strict reader of OpenMetrics takes them")
def open_metrics():
    try:
        from prometheus_client.openmetrics.parser import text_string_to_metric_families
    except ImportError:
        raise Skip("python3-prometheus-client is not installed") from None
    admin, gateway = started()
    with gateway as gw:
        with some_traffic(gw):
            answer = admin.fetch(gw, headers=(OPEN_METRICS,))
            equal(answer.header("Content-Type"),
                  "application/openmetrics-text; version=1.0.0; charset=utf-8", "type")
            families = {f.name: f.type for f in
                        text_string_to_metric_families(answer.body.decode())}
            equal(families["framegate_messages"], "counter", "type of a counter")
            equal(families["framegate_dial_duration_seconds"], "histogram", "type")
            equal(admin.fetch(gw).header("Content-Type"),
                  "text/plain; version=0.0.4; charset=utf-8", "type for who does not ask")


@case("sessions, messages and bytes are exact, while they last and afterwards")
def traffic():
    admin, gateway = started()
    with gateway as gw:
        sockets = [ws.connect(gw, "/echo", i % 2 == 1) for i in range(4)]
        for socket in sockets:
            for size in (0, 10, 70000):
                socket.binary(bytes(size))
                socket.expect_message(ws.BINARY, bytes(size))
        labels = (ECHO, "backend=", "transport=websocket")
        admin.expect(gw, {
            metric("sessions", *labels): 4, metric("sessions_total", *labels): 4,
            metric("handshakes_total", ECHO, "result=accepted"): 4,
            metric("messages_total", ECHO, "direction=in"): 12,
            metric("messages_total", ECHO, "direction=out"): 12,
            metric("bytes_total", ECHO, "direction=in"): 4 * 70010,
            metric("bytes_total", ECHO, "direction=out"): 4 * 70010,
            metric("http_requests_total", ECHO, "code=101"): 4,
            metric("connections", "listener=secure"): 2,
            metric("connections_total", "listener=secure"): 2,
            metric("handshake_duration_seconds_count", "listener=secure"): 2,
            metric("messages_total", TCP, "direction=in"): 0,
        })
        workers = admin.metrics(gw)
        equal(sum(workers[metric("worker_sessions", f"worker={i}")] for i in range(2)), 4,
              "sessions of workers")
        sockets[0].finish(1000)
        sockets[1].finish(4001)
        sockets[2].wire.reset()
        sockets[3].send(9, bytes(200))          # a control frame that is too long
        sockets[3].expect_failed(1002)
        closes = [metric("closes_total", ECHO, f"code={code}", f"initiator={who}")
                  for code, who in ((1000, "client"), (4001, "client"), (1006, "client"),
                                    (1002, "gateway"))]
        admin.expect(gw, {
            metric("sessions", *labels): 0, metric("sessions_total", *labels): 4,
            metric("bytes_total", ECHO, "direction=in"): 4 * 70010,
            metric("connections", "listener=secure"): 0,
            **{close: 1 for close in closes}})


@case("each transport by its name")
def transports():
    admin, gateway = started()
    with gateway as gw:
        session = plain.Session(gw, "/all")
        session.post("hello")
        equal(session.receive()[0], [(1, "hello")], "what is received")
        with ws.connect(gw, "/all/websocket"), ws.connect(gw, "/all/000/other/websocket"):
            opened = http1.fetch(gw, "/all/000/session/xhr", "POST")
            equal((opened.status, opened.body), (200, b"o\n"), "the opening of SockJS")
            admin.expect(gw, {metric("sessions", "backend=", "route=all", f"transport={name}"): n
                              for name, n in (("sse", 1), ("sockjs/xhr", 1),
                                              ("sockjs/websocket", 1), ("websocket", 1),
                                              ("longpoll", 0), ("sockjs/jsonp", 0))})


@case("who is refused is counted with the reason, and what no route takes as such")
def refusals():
    admin, gateway = started()
    with gateway as gw:
        for _ in range(2):
            with ws.start(gw, "/echo", headers=["Origin: https://evil.example"]) as socket:
                equal(http1.read_head(socket.wire).status, 403, "status")
        for _ in range(3):
            equal(http1.fetch(gw, "/nowhere").status, 404, "status")
        equal(http1.fetch(gw, "/page").status, 200, "status")
        with ws.start(gw, "/dead") as socket:
            equal(http1.read_head(socket.wire).status, 502, "status")
        with gw.wire() as wire:
            wire.send(b"nonsense\r\n\r\n")
            equal(http1.read_response(wire).status, 400, "status")
        admin.expect(gw, {
            metric("refusals_total", "reason=origin_denied"): 2,
            metric("refusals_total", "reason=no_route"): 3,
            metric("refusals_total", "reason=dial_refused"): 1,
            metric("refusals_total", "reason=http_syntax"): 1,
            metric("handshakes_total", ECHO, "result=origin_denied"): 2,
            metric("handshakes_total", ECHO, "result=accepted"): 0,
            metric("handshakes_total", "route=dead", "result=dial_refused"): 1,
            metric("http_requests_total", ECHO, "code=403"): 2,
            metric("http_requests_total", "route=-", "code=404"): 3,
            metric("http_requests_total", "route=page", "code=200"): 1,
        })


@case("servers: up or down, their sessions, how long connecting takes")
def servers():
    admin, gateway = started()
    with gateway as gw:
        live = ("backend=b", f"server={backend.url}")
        with ws.start(gw, "/tcp") as socket:
            conn = backend.accept()
            socket.opened()
            conn.send(b"x" * 5000)
            socket.stream(5000)
            admin.expect(gw, {
                metric("backend_up", *live): 1, metric("backend_sessions", *live): 1,
                metric("dial_duration_seconds_count", "backend=b"): 1,
                metric("dial_duration_seconds_bucket", "backend=b", "le=+Inf"): 1,
                metric("bytes_total", TCP, "direction=out"): 5000,
                metric("sessions", TCP, "backend=b", "transport=websocket"): 1})
            conn.close()
            socket.expect_failed(1000)
        for _ in range(3):
            with ws.start(gw, "/dead") as socket:
                http1.read_head(socket.wire)
        dead = until(lambda: [key for key, up in admin.metrics(gw).items()
                              if key[0] == "framegate_backend_up" and not up], "a server to be down")
        equal(dead[0][1], "backend=dead", "the backend that is down")
        admin.expect(gw, {metric("backend_sessions", *live): 0,
                          metric("closes_total", TCP, "code=1000", "initiator=backend"): 1})


@case("backpressure: who is held up now, and for how long it was")
def backpressure():
    admin, gateway = started()
    with gateway as gw:
        with ws.start(gw, "/tcp") as socket:
            conn = backend.accept()
            socket.opened()
            sent = 0
            held = metric("backpressure_sessions", TCP, "direction=in")
            while not admin.metrics(gw)[held]:
                socket.binary(bytes(1 << 20))
                sent += 1 << 20
            equal(admin.metrics(gw)[metric("buffered_bytes", "place=out")] > 0, True,
                  "bytes wait, that")
            since = admin.status(gw)["time"]
            until(lambda: admin.status(gw)["time"] > since + .1, "the gateway's clock to go on")
            conn.read(sent)
            admin.expect(gw, {held: 0, metric("bytes_total", TCP, "direction=in"): sent,
                              metric("buffered_bytes", "place=out"): 0})
            seconds = admin.metrics(gw)[metric("backpressure_seconds_total", TCP, "direction=in")]
            equal(seconds > .05, True, f"{seconds} s are no less than it was, that")
            conn.close()


@case("nothing of it is on other listeners")
def elsewhere():
    admin, gateway = started()
    with gateway as gw:
        for path in ("/", "/metrics", "/status.json", "/health/ready"):
            equal(http1.fetch(gw, path).status, 404, f"status of {path}")


@case("methods, paths and names that are not its own are refused")
def refused():
    admin, gateway = started()
    with gateway as gw:
        equal(admin.fetch(gw, "/echo").status, 404, "status of a path")
        equal(admin.fetch(gw, method="POST").status, 405, "status of a method")
        head = admin.fetch(gw, method="HEAD")
        equal((head.status, head.body), (200, b""), "an answer without its body")
        for host, status in (("evil.example", 421), (f"localhost:{admin.port}", 200),
                             ("[::1]:1", 200), ("127.0.0.1.evil.example", 421)):
            equal(admin.fetch(gw, host=host).status, status, f"status for {host}")
        gw.expect_log('"evil.example": the admin listener is asked for by a name')
        recent = [line["message"] for line in admin.status(gw)["recent"]]
        contains(recent[-1] + recent[0], "evil.example", "recent warnings")
        equal(gw.records(), [], "records of the access log")


@case("admins that do not read, and too many of them, hold nobody up")
def stuck():
    admin, gateway = started()
    with gateway as gw:
        lazy = [admin.wire(gw) for _ in range(80)]
        for wire in lazy[:60]:                  # far more is answered than any buffer takes
            wire.send(http1.request("/metrics", host="localhost") * 200)
        with some_traffic(gw) as socket:
            for _ in range(100):
                socket.text("still here")
                socket.expect(ws.TEXT, b"still here")
        for wire in lazy:
            wire.close()
        until(lambda: admin.fetch(gw).status == 200, "a place")


@case("health: live, ready, and not ready from the moment that it stops")
def health():
    admin, gateway = started("30s")
    with gateway as gw:
        equal((admin.text(gw, "/health/live"), admin.text(gw, "/health/ready")),
              ("live\n", "ready\n"), "health")
        with ws.connect(gw, "/echo") as one, ws.connect(gw, "/echo") as other:
            gw.signal(signal.SIGTERM)
            ready = until(lambda: [answer for answer in [admin.fetch(gw, "/health/ready")]
                                   if answer.status != 200], "it not to be ready")[0]
            equal((ready.status, ready.body), (503, b"stopping\n"), "the answer")
            equal(admin.text(gw, "/health/live"), "live\n", "liveness")
            admin.expect(gw, {metric("ready"): 0})
            one.expect_failed(1001)             # its close handshake was awaited until here
            other.expect_failed(1001)
        equal(gw.wait(), 0, "exit status")


run()
