"""
contrib/client in node before every kind of backend, by each of its transports, plain and over TLS
at both ends: messages with their bytes and order, and the end from either side.
"""
import base64
import functools
import json
import os
import pathlib
import subprocess

from harness.cases import add, equal
from harness.kinds import run_before, worlds

CLIENT = pathlib.Path(__file__).parent / "clients" / "try_all.mjs"
TEXTS = ["grüße \u2028 😀\0\"\\", "", *(f"message {i}" for i in range(30))]
BYTES = [bytes(range(256)), b"", b"\xa5" * 70000]


def as_json(message):
    return message if isinstance(message, str) else {"base64": base64.b64encode(message).decode()}


def talks(kind):
    sent = TEXTS + (BYTES if kind.binary else [])
    return sent, kind.told(sent), (4000, "")        # a reason is for the other side


def ends(kind):
    sent = ["one", "two", kind.bye] if kind.bye else []
    return sent, kind.told(sent if kind.answers_bye else sent[:-1]), kind.end


@functools.cache
def seen():
    """By all of them at once; by case."""
    jobs = [{"url": gateway.url(path, "wss" if tls else "ws"), "transport": transport,
             "messages": [as_json(m) for m in what(kind)[0]],
             "expected": len(what(kind)[1]) if what is talks else None}
            for tls, gateway, path, transport, what, kind in cases]
    authority = next(gateway.authority.ca for tls, _, gateway in tried if tls)
    result = subprocess.run(["node", CLIENT], input=json.dumps(jobs), capture_output=True,
                            text=True, timeout=60, check=False,
                            env={**os.environ, "NODE_EXTRA_CA_CERTS": str(authority)})
    equal((result.returncode, result.stderr), (0, ""), "exit status and messages")
    return dict(zip(cases, json.loads(result.stdout), strict=True))


def saw(case):
    *_, transport, what, kind = case
    _, told, end = what(kind)
    got = seen()[case]
    equal(got["got"], [as_json(m) for m in told], "messages")
    equal((got["transport"], tuple(got["end"])), (transport, end), "transport, code and reason")


tried, cases = list(worlds(3)), []
for tls, kinds, gateway in tried:
    for name, kind in kinds.items():
        for i, transport in enumerate(("websocket", "sse", "longpoll")):
            for what in talks, ends:
                cases.append((tls, gateway, f"/{name}-{what.__name__}-{i}", transport, what, kind))
                add(f"{transport} and {name}{' over TLS' if tls else ''}: {what.__name__}", saw,
                    cases[-1])
run_before(tried)
