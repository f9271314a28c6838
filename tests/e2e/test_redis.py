"""redis, driven by its own protocol through a WebSocket."""
import random

from harness import scratch, ws
from harness.address import HOST, free_port
from harness.cases import add, equal, run
from harness.gateway import Gateway
from harness.service import Service

folder, port = scratch.folder(), free_port()


def resp(*words):
    """A command in RESP."""
    parts = [word if isinstance(word, bytes) else str(word).encode() for word in words]
    return b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(p), p) for p in parts)


def bulk(data):
    return b"$%d\r\n%s\r\n" % (len(data), data)


class Redis:
    def __init__(self, tls):
        self.socket = ws.connect(gateway, "/redis", tls)

    def expect(self, reply, *words):
        self.socket.binary(resp(*words))
        equal(self.socket.stream(len(reply)), reply, f"reply to {words[0]}")


def pipelined(tls):
    """A thousand commands in one message, their answers in order."""
    redis = Redis(tls)
    redis.socket.binary(b"".join(resp("INCR", f"counter:{tls}") for _ in range(1000)))
    wanted = b"".join(b":%d\r\n" % i for i in range(1, 1001))
    equal(redis.socket.stream(len(wanted)), wanted, "replies")
    redis.socket.finish()


def large_value(tls):
    redis = Redis(tls)
    value = random.randbytes(8 << 20)
    redis.expect(b"+OK\r\n", "SET", f"large:{tls}", value)
    redis.expect(bulk(value), "GET", f"large:{tls}")
    redis.socket.finish()


def publish(tls):
    """What one session publishes, the other receives unasked."""
    channel = f"news:{tls}"
    listener, speaker = Redis(tls), Redis(not tls)
    listener.expect(b"*3\r\n" + bulk(b"subscribe") + bulk(channel.encode()) + b":1\r\n",
                    "SUBSCRIBE", channel)
    for i in range(100):
        speaker.expect(b":1\r\n", "PUBLISH", channel, f"message {i}")
        wanted = b"*3\r\n" + bulk(b"message") + bulk(channel.encode()) + bulk(b"message %d" % i)
        equal(listener.socket.stream(len(wanted)), wanted, "what the listener hears")
    listener.socket.finish()
    speaker.socket.finish()


def quit_command(tls):
    """redis ends the connection: a normal Close."""
    redis = Redis(tls)
    redis.expect(b"+OK\r\n", "QUIT")
    redis.socket.expect_failed(1000)


gateway = Gateway(routes='redis: { path = "/redis"; backend = "redis"; };',
                  backends=f'redis: {{ servers = ["tcp://{HOST}:{port}"]; }};')
for transport, tls in (("plain", False), ("tls", True)):
    for function in (pipelined, large_value, publish, quit_command):
        add(f"{function.__name__.replace('_', ' ')} ({transport})", function, tls)
with Service("redis-server", "--bind", HOST, "--port", port, "--save", "", "--appendonly", "no",
             "--protected-mode", "no", "--dir", folder, address=(HOST, port),
             log=folder / "redis.log"):
    run(gateway)
