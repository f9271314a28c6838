"""Clients that people use, through framegate to a TCP service: Python's websockets, node's ws."""
import asyncio
import json
import os
import pathlib
import random
import subprocess

import websockets

from harness.backends import Backend, echo
from harness.cases import add, case, equal, run
from harness.gateway import Gateway

CLIENTS = pathlib.Path(__file__).parent / "clients"
backend = Backend().serve(echo)


def node(scheme, *arguments):
    env = dict(os.environ, NODE_EXTRA_CA_CERTS=str(gateway.authority.ca))
    child = subprocess.run(["node", CLIENTS / "echo.mjs", gateway.url("/tcp", scheme), *arguments],
                           capture_output=True, text=True, timeout=120, env=env)
    equal(child.stderr, "", "what node complains about")
    return json.loads(child.stdout)


def node_echo(scheme):
    equal(node(scheme), {"same": True, "code": 1000, "subprotocol": ""}, "result")


@case("node ws with a subprotocol")
def node_subprotocol():
    equal(node("ws", "binary")["subprotocol"], "binary", "subprotocol")


@case("old and new clients of websockify on one route")
def websockify_clients():
    wanted = {"same": True, "code": 1000}
    for offer, chosen in (["base64"], "base64"), (["base64", "binary"], "binary"), ([], ""):
        equal(node("ws", *offer), {**wanted, "subprotocol": chosen}, f"result of {offer}")


async def python_session(scheme, **options):
    if scheme == "wss":
        options.update(ssl=gateway.authority.client_context(), server_hostname="localhost")
    async with websockets.connect(gateway.url("/tcp", scheme), **options) as socket:
        sent = [random.randbytes(n * n) for n in range(200)]

        async def send():
            for message in sent:
                await socket.send(message)

        sending = asyncio.ensure_future(send())
        wanted, got = b"".join(sent), b""
        while len(got) < len(wanted):
            got += await socket.recv()
        await sending
        equal(got == wanted, True, "the echo is right")
        await (await socket.ping())
    equal(socket.close_code, 1000, "close code")


def python_echo(scheme, compression):
    asyncio.run(python_session(scheme, compression=compression))


ROUTES = '''
tcp: { path = "/tcp"; backend = "echo"; subprotocols = ["binary", "base64", ""];
       subprotocol_framing = ["base64=base64"]; };
'''
gateway = Gateway(routes=ROUTES,
                  backends=f'echo: {{ servers = ["{backend.url}"]; }};')
for scheme in ("ws", "wss"):
    add(f"node ws over {scheme}", node_echo, scheme)
    add(f"Python websockets over {scheme}", python_echo, scheme, None)
    add(f"Python websockets over {scheme}, offering compression", python_echo, scheme, "deflate")
run(gateway)
