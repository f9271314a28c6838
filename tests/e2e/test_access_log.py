"""The access log: one record for each request and each session, with what programs look for."""
import json
import re

from harness import ws
from harness.backends import Backend, echo
from harness.cases import add, case, contains, equal, run
from harness.gateway import Gateway
from harness.http1 import fetch, read_response, request
from harness.wait import until

backend = Backend().serve(echo)
ROUTES = '''
page: { path = "=/page"; respond: { status = 200; type = "text/plain"; body = "12345"; }; };
tcp: { path = "/tcp"; backend = "echo"; subprotocols = ["one", ""]; origins = ["*"]; };
refused: { path = "/refused"; service = "echo"; };
'''


def check_common(record):
    equal(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", record["time"]) is not None, True,
          f"the form of {record['time']}")
    equal(record["client_ip"], HOST_OF_CLIENT, "client_ip")
    equal(isinstance(record["duration"], (int, float)) and 0 <= record["duration"] < 600, True,
          f"duration {record['duration']}")


def requested(tls):
    with gateway.wire(tls) as wire:
        port = wire.sock.getsockname()[1]
        wire.send(request("/page?secret=1", host="www.example.com",
                          headers=["User-Agent: probe/1.0"]))
        read_response(wire)
        record = gateway.expect_record(type="request", client_port=port)
    check_common(record)
    expect(record, listener="secure" if tls else "plain", route="page", protocol="http/1.1",
           method="GET", host="www.example.com", path="/page", status=200,
           user_agent="probe/1.0", bytes_out=5)
    equal(record.get("tls"), "TLSv1.3" if tls else None, "tls")
    equal([key for key in ("close_code", "session", "transport") if key in record], [], "keys")


def expect(record, **wanted):
    equal({key: record.get(key) for key in wanted}, wanted, "record")


def session(tls):
    lines = ["Sec-WebSocket-Protocol: one", "Origin: https://app.example", "User-Agent: probe/2.0"]
    with ws.connect(gateway, "/tcp?secret=1", tls, host="www.example.com", headers=lines) as socket:
        port = socket.wire.sock.getsockname()[1]
        for n in (10, 20, 30):
            socket.binary(bytes(n))
            socket.stream(n)
        equal(gateway.records(type="session", client_port=port), [], "records before the end")
        socket.close(4001, b"enough")
        socket.expect_failed(4001)
    record = gateway.expect_record(type="session", client_port=port)
    check_common(record)
    expect(record, listener="secure" if tls else "plain", route="tcp", backend="echo",
           server=backend.url, protocol="http/1.1", method="GET", host="www.example.com",
           path="/tcp", status=101, transport="websocket", subprotocol="one", framing="binary",
           origin="https://app.example", user_agent="probe/2.0", bytes_in=60, bytes_out=60,
           messages_in=3, close_code=4001, closed_by="client")
    equal(record["messages_out"] >= 1, True, "messages out")
    equal(len(gateway.records(client_port=port)), 1, "records of one session")


def refusal(status, headers, path):
    with gateway.wire() as wire:
        port = wire.sock.getsockname()[1]
        wire.send(request(path, headers=headers) if headers is not None else b"broken\r\n\r\n")
        equal(read_response(wire).status, status, "status")
    record = gateway.expect_record(client_port=port)
    expect(record, type="request", status=status)
    equal(len(gateway.records(client_port=port)), 1, "records")


@case("one record for each of many requests on one connection, in order")
def many():
    with gateway.wire() as wire:
        port = wire.sock.getsockname()[1]
        wire.send(b"".join(request(f"/missing/{i}") for i in range(50)))
        for _ in range(50):
            read_response(wire)
    until(lambda: len(gateway.records(client_port=port)) == 50, "50 records")
    paths = [record["path"] for record in gateway.records(client_port=port)]
    equal(paths, [f"/missing/{i}" for i in range(50)], "paths")


@case("what clients send cannot break a record")
def nasty():
    agent = 'quote " backslash \\ tab \t high \xe9 end'
    with gateway.wire() as wire:
        port = wire.sock.getsockname()[1]
        wire.send(request("/page", headers=[f"User-Agent: {agent}"]))
        read_response(wire)
        record = gateway.expect_record(client_port=port)
    contains(record["user_agent"], 'quote " backslash \\ tab', "user_agent")


@case("format = combined")
def combined():
    own = Gateway(routes=ROUTES, backends=BACKENDS)
    own.configure(own.conf_file.read_text().replace('format = "json"', 'format = "combined"'))
    with own:
        fetch(own, "/page?a=b", headers=["User-Agent: probe", "Referer: http://r.example/"])
        log = own.dir / "access.log"
        line = until(lambda: log.exists() and log.read_text(), "a line")
    pattern = re.escape(HOST_OF_CLIENT) + r' - - \[\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\] ' \
        r'"GET /page[^ ]* HTTP/1\.1" 200 5 "http://r\.example/" "probe"\n'
    equal(re.fullmatch(pattern, line) is not None, True, f"the form of {line!r}")


@case("access_log to stdout")
def to_stdout():
    own = Gateway(routes=ROUTES, backends=BACKENDS)
    own.configure(own.conf_file.read_text().replace(f'"{own.dir}/access.log"', '"stdout"'))
    with own:
        fetch(own, "/page")
        own.expect_log('"/page"')
        line = [line for line in own.log().splitlines() if '"/page"' in line][0]
        equal(json.loads(line)["status"], 200, "status")


BACKENDS = f'echo: {{ servers = ["{backend.url}"]; }};'
HOST_OF_CLIENT = "127.0.0.1"
gateway = Gateway(routes=ROUTES, backends=BACKENDS)
for transport, tls in (("plain", False), ("tls", True)):
    add(f"a request ({transport})", requested, tls)
    add(f"a session ({transport})", session, tls)
add("no route", refusal, 404, [], "/missing")
add("a refused origin", refusal, 403, [
    "Upgrade: websocket", "Connection: Upgrade", f"Sec-WebSocket-Key: {ws.new_key()}",
    "Sec-WebSocket-Version: 13", "Origin: http://evil.example"], "/refused")
add("a broken request", refusal, 400, None, "/")
run(gateway)
