# slow
"""
Clients of plain HTTP who do anything at any time, on all workers at once: two polls side by side,
streams and messages that are cut, closing twice. Nothing is left, whatever the gateway is told.
"""
import contextlib
import os
import random
import signal
import threading

from harness import http1, plain, process
from harness.backends import Backend, echo
from harness.cases import add, equal, run
from harness.gateway import Gateway
from harness.wait import until

THREADS = 8
STEPS = int(os.environ.get("FRAMEGATE_E2E_ROUNDS", "150"))
STATUSES = {200, 204, 400, 404, 409, 410, 413}


def cut(wire, rng):
    rng.choice((wire.close, wire.reset))()


def ask(session, rng, method, query="", **options):
    """A request that is answered with anything sensible, or cut before that."""
    wire = session.connect()
    head = session.head(method, query, **options)
    if rng.random() < 0.4:
        wire.send(head[:rng.randrange(len(head) + 1)])
    else:
        wire.send(head)
        if rng.random() < 0.7:
            equal(http1.read_response(wire).status in STATUSES, True, "a status that may be")
    cut(wire, rng)


def poll(session, rng):
    ask(session, rng, "GET", f"?after={rng.choice((0, 0, 1, 5, 10**9))}")


def post(session, rng):
    message = rng.choice(("x" * rng.randrange(3000), bytes(rng.randrange(30000))))
    ask(session, rng, "POST", rng.choice(("", "", "?ack=0", "?ack=1")),
        **session.message(message, rng.choice((None, None, 1, 2, 3))))


def stream(session, rng):
    wire = session.connect()
    wire.send(session.head(headers=["Accept: text/event-stream"]))
    if rng.random() < 0.7:
        wire.read(rng.randrange(1, 200))
    cut(wire, rng)


def leave(session, rng):
    ask(session, rng, "DELETE")


ACTS = (poll, poll, post, post, post, stream, stream, leave)


def client(gateway, seed, failed):
    rng = random.Random(seed)
    try:
        for _ in range(STEPS):
            session = plain.Session(gateway, rng.choice(("/echo", "/close", "/tcp")))
            acts = rng.choices(ACTS, k=rng.randrange(6))
            beside = [threading.Thread(target=quietly, args=(rng.choice(ACTS), session, seed))
                      for _ in range(rng.randrange(3))]
            for thread in beside:
                thread.start()
            for act in acts:
                act(session, rng)
            for thread in beside:
                thread.join()
    except Exception as error:
        failed.append(error)


def quietly(act, session, seed):
    with contextlib.suppress(ConnectionError, OSError):
        act(session, random.Random(seed))


def crowd(gateway):
    failed = []
    threads = [threading.Thread(target=client, args=(gateway, seed, failed))
               for seed in range(THREADS)]
    for thread in threads:
        thread.start()
    return threads, failed


def until_nothing_is_left():
    with gateway_to(backend) as gateway:
        fds = process.fds(gateway.pid)
        threads, failed = crowd(gateway)
        for thread in threads:
            thread.join()
        if failed:
            raise failed[0]
        until(lambda: process.fds(gateway.pid) <= fds, "all to be closed",
              diagnose=lambda: process.open_files(gateway.pid))
        wanted = THREADS * STEPS
        until(lambda: len(gateway.records(type="session")) == wanted, f"{wanted} records",
              diagnose=lambda: len(gateway.records(type="session")))


def until_it_is_stopped(signals):
    """No sanitizer finds anything, and the exit status is 0."""
    with gateway_to(backend) as gateway:
        threads, failed = crowd(gateway)
        until(lambda: len(gateway.records(type="session")) > THREADS, "sessions to be under way")
        for _ in range(signals):
            gateway.signal(signal.SIGTERM)
        equal(gateway.wait(), 0, "exit status")
        for thread in threads:
            thread.join()
        equal(len(failed), THREADS, "clients that noticed")


def gateway_to(backend):
    keys = 'transports = ["sse", "longpoll"]; max_message = "20K"; ' \
           'session: { resume = "1s"; poll = "1s"; replay = "4K"; };'
    return Gateway(top="workers = 4;", backends=f'b: {{ servers = ["{backend.url}"]; }};',
                   routes=f'''echo: {{ path = "/echo"; service = "echo"; {keys} }};
                              close: {{ path = "/close"; service = "close"; {keys} }};
                              tcp: {{ path = "/tcp"; backend = "b"; {keys} }};''')


backend = Backend().serve(echo)
add("until all is over", until_nothing_is_left)
add("until it is told to stop", until_it_is_stopped, 1)
add("until it is told to stop at once", until_it_is_stopped, 2)
run()
