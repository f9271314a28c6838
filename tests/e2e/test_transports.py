"""
Every transport for clients before every kind of backend, plain and over TLS at both ends: what is
said both ways with its bytes and order, and the end from either side.
"""
import contextlib

from harness.address import HOST
from harness.cases import add, equal, run
from harness.certs import Authority
from harness.gateway import Gateway
from harness.kinds import KINDS
from harness.transports import TRANSPORTS
from harness.wait import until

HARD = ["hello", "", "grüße \u2028 😀\0\"\\", "</script>", "x" * 70000]
TEXTS = [*HARD, *(f"message {i}" for i in range(40))]
BYTES = [bytes(range(256)), b"\xa5" * 70000, *(b"\0\xff%d" % i for i in range(20))]


def interleaved(texts, others):
    """Both kinds in turn: the order is that of all."""
    n = min(len(texts), len(others))
    return [m for pair in zip(texts, others) for m in pair] + texts[n:] + others[n:]


def talks(transport, kind, path, tls):
    """Half of it at once, and again; then the client leaves, which the backend hears."""
    gateway = gateways[tls]
    sent = interleaved(TEXTS, BYTES if transport.binary and kind.binary else [])
    client, half, got = transport(gateway, path, tls), len(sent) // 2, []
    for part in sent[:half], sent[half:]:
        client.send(part)
        got += [client.next() for _ in part]
    equal(got, [transport.seen(m) for m in kind.told(sent)], "messages")
    before = kind.heard(transport.farewell)
    client.leave()
    record = gateway.expect_record(type="session", route=path[1:])
    equal([record[key] for key in ("messages_in", "messages_out", "closed_by", "close_code")],
          [len(sent), len(sent), "client", transport.farewell[0]], "record")
    if before is not None:
        until(lambda: kind.heard(transport.farewell) == before + 1, "the backend to hear of the end")


def ends(transport, kind, path, tls):
    """By the backend, behind all that it has said."""
    client = transport(gateways[tls], path, tls)
    sent = ["one", "two", kind.bye] if kind.bye else []
    said = kind.told(sent if kind.answers_bye else sent[:-1])
    if sent:
        client.send(sent)
    equal([client.next() for _ in said], [transport.seen(m) for m in said], "messages")
    equal(client.closed(), kind.end, "code and reason")


def gateway_to(kinds, ca):
    trust = f'tls: {{ ca = "{ca}"; }};' if ca else ""
    backends, routes = "", ""
    for name, kind in kinds.items():
        for what, url in ("talks", kind.url), ("ends", kind.leaves or kind.url):
            backends += f'{name}-{what}: {{ servers = [ "{url}" ]; {kind.settings} {trust} }};\n'
            for i, _ in enumerate(TRANSPORTS):
                at = f"{name}-{what}-{i}"
                routes += f'{at}: {{ path = "/{at}"; backend = "{name}-{what}"; {kind.keys} ' \
                    'transports = [ "websocket", "sockjs", "sse", "longpoll" ]; };\n'
    return Gateway(top="workers = 2;", backends=backends, routes=routes)


theirs = Authority("theirs")
pem = theirs.server(HOST)
gateways, kinds = {}, []
for tls in False, True:
    those = {name: kind(tls and pem, theirs.server_context(pem) if tls else None)
             for name, kind in KINDS.items()}
    kinds += those.values()
    gateways[tls] = gateway_to(those, theirs.ca if tls else None)
    for name, kind in those.items():
        for i, (title, transport) in enumerate(TRANSPORTS.items()):
            for what in talks, ends:
                add(f"{title} and {name}{' over TLS' if tls else ''}: {what.__name__}", what,
                    transport, kind, f"/{name}-{what.__name__}-{i}", tls)
with contextlib.ExitStack() as stack:
    for kind in kinds:
        stack.enter_context(kind)
    run(*gateways.values())
