"""
Every transport for clients before every kind of backend, plain and over TLS at both ends: what is
said both ways with its bytes and order, and the end from either side.
"""
from harness.cases import add, equal
from harness.kinds import run_before, worlds
from harness.transports import TRANSPORTS
from harness.wait import until

HARD = ["hello", "", "grüße \u2028 😀\0\"\\", "</script>", "x" * 70000]
TEXTS = [*HARD, *(f"message {i}" for i in range(40))]
BYTES = [bytes(range(256)), b"\xa5" * 70000, *(b"\0\xff%d" % i for i in range(20))]


def interleaved(texts, others):
    """Both kinds in turn: the order is that of all."""
    n = min(len(texts), len(others))
    return [m for pair in zip(texts, others) for m in pair] + texts[n:] + others[n:]


def talks(transport, kind, gateway, path, tls):
    """Half of it at once, and again; then the client leaves, which the backend hears."""
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


def ends(transport, kind, gateway, path, tls):
    """By the backend, behind all that it has said."""
    client = transport(gateway, path, tls)
    sent = ["one", "two", kind.bye] if kind.bye else []
    said = kind.told(sent if kind.answers_bye else sent[:-1])
    if sent:
        client.send(sent)
    equal([client.next() for _ in said], [transport.seen(m) for m in said], "messages")
    equal(client.closed(), kind.end, "code and reason")


tried = list(worlds(len(TRANSPORTS)))
for tls, kinds, gateway in tried:
    for name, kind in kinds.items():
        for i, (title, transport) in enumerate(TRANSPORTS.items()):
            for what in talks, ends:
                add(f"{title} and {name}{' over TLS' if tls else ''}: {what.__name__}", what,
                    transport, kind, gateway, f"/{name}-{what.__name__}-{i}", tls)
run_before(tried)
