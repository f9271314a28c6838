"""conf/examples/redis.conf: redis at its unix socket, for a page of one origin and one network."""
import os
import socket

from harness import scratch, ws
from harness.address import HOST
from harness.cases import add, case, equal, run
from harness.http1 import fetch
from harness.recipe import recipe
from harness.scenario import scenario
from harness.service import Service
from harness.wire import Wire

folder = scratch.folder()
path = folder / "redis.sock"


def everything(where):
    got = scenario("redis", where, gateway.url("/redis"))
    equal(got, {"pipelined": 1000, "large": 4 << 20, "channel": 1000, "quit": [1000, "", 0]},
          "what redis answered")
    record = gateway.expect_record(type="session", route="redis", close_code=1000)
    equal((record["framing"], record["server"]), ("binary", f"unix:{path}"), "record")


def refused(source, code, headers):
    sock = socket.create_connection((HOST, gateway.port), source_address=(source, 0))
    with ws.WebSocket(Wire(sock), "/redis", headers=headers).opened() as session:
        session.expect_failed(code)


@case("pages of other origins and clients of other networks are told why they may not")
def others():
    refused("127.0.0.1", 4403, ["Origin: https://evil.example"])
    gateway.expect_log("https://evil.example")
    refused("127.7.7.7", 4403, [])


@case("the page of health answers beside it")
def health():
    equal(fetch(gateway, "/health").status, 200, "status")


for name, where in (("node", "node"), ("Chromium", "page")):
    add(f"pipelining, a large value and a channel, from {name}", everything, where)
gateway = recipe("redis", socket=("/run/redis/redis-server.sock", path),
                 origin=("https://dashboard.example.com", "http://@HOST@:@PORT@"),
                 network=('"127.0.0.0/8"', '"127.0.0.1"'))
os.chmod(folder, 0o755)
with Service("redis-server", "--port", 0, "--unixsocket", path, "--save", "", "--appendonly", "no",
             "--dir", folder, address=path, log=folder / "redis.log"):
    run(gateway)
