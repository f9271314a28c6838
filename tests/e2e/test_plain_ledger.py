# slow
"""
Numbered messages both ways through a session of plain HTTP while its connections are cut at
random: each arrives once, in order. FRAMEGATE_E2E_MESSAGES says how many; nightly it is 100000.
"""
import os
import random
import threading

from harness import http1, ledger, plain
from harness.backends import Backend, Child
from harness.cases import add, equal, run
from harness.gateway import Gateway

MESSAGES = int(os.environ.get("FRAMEGATE_E2E_MESSAGES", "5000"))
CUT = 0.03              # of requests with a message, before the answer
CUT_POLL = 0.3          # of polls
ACKNOWLEDGE = 100       # events
STREAM = 20_000         # bytes of a stream of events after which it is cut, at the most


def cut(wire):
    """An end that the gateway sees as one of these."""
    random.choice((wire.close, wire.reset))()


def send(session, rng, failed):
    """Each message until it is answered, again with the same number after a cut."""
    try:
        wire = None
        for n in range(1, MESSAGES + 1):
            while True:
                wire = wire or session.connect()
                head = session.head("POST", **session.message(f"c{n}", n))
                if rng.random() >= CUT:
                    wire.send(head)
                    equal(http1.read_response(wire).status, 204, f"status of message {n}")
                    break
                whole = rng.random() < 0.5
                wire.send(head if whole else head[:rng.randrange(len(head))])
                cut(wire)
                wire = None
        wire.close()
    except Exception as error:
        failed.append(error)


def poll(session, rng, received):
    wire = None
    while len(received) <= MESSAGES:
        wire = wire or session.connect()
        if rng.random() >= CUT_POLL:
            answer = session.poll(len(received), wire)
            if answer.status != 409:        # one that was cut came late, and took over
                received.extend(session.messages(answer)[0])
            continue
        wire.send(session.head(query=f"?after={len(received)}"))
        if rng.random() < 0.5:
            wire.read(1)
        cut(wire)
        wire = None


def stream(session, rng, received):
    """What a cut tears is nothing; what was whole before it has arrived."""
    session.acknowledge(0)
    acknowledged = 0
    while len(received) <= MESSAGES:
        events = session.events(len(received)).opened()
        until_cut = rng.randrange(STREAM)
        while len(received) <= MESSAGES and until_cut > 0:
            received.append(events.message())
            until_cut -= len(received[-1][1]) + 20
            if len(received) >= acknowledged + ACKNOWLEDGE:
                acknowledged = len(received)
                session.acknowledge(acknowledged)
        cut(events.wire)


def both_ways(receive, tls):
    rng = random.Random(7)
    with Backend() as backend, Child(ledger.serve, backend, MESSAGES), \
            gateway_to(backend) as gateway:
        session, failed, received = plain.Session(gateway, tls=tls), [], []
        sender = threading.Thread(target=send, args=(session, random.Random(8), failed))
        sender.start()
        receive(session, rng, received)
        sender.join()
        if failed:
            raise failed[0]
        wanted = [(i, f"b{i}") for i in range(1, MESSAGES + 1)] + [(MESSAGES + 1, "all there")]
        equal(received == wanted, True, f"{len(received)} messages are those that were sent")
        session.close()
        record = gateway.expect_record(type="session")
        equal((record["messages_in"], record["messages_out"]), (MESSAGES, MESSAGES + 1), "record")


def gateway_to(backend):
    return Gateway(top="workers = 4;",
                   backends=f'b: {{ servers = ["{backend.url}"]; }};',
                   routes='r: { path = "/"; backend = "b"; framing = "line"; buffer = "4K"; '
                          'transports = [ "sse", "longpoll" ]; };')


add("longpoll", both_ways, poll, False)
add("sse", both_ways, stream, False)
add("longpoll, tls", both_ways, poll, True)
add("sse, tls", both_ways, stream, True)
run()
