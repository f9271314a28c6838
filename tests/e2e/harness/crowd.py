"""Many clients at once in one thread: each keeps a ledger of its messages, which must be exact."""
import asyncio
import struct
import threading
import time

from harness import ws
from harness.address import HOST
from harness.wait import DEADLINE


class Client:
    """A WebSocket whose service says each message again."""

    def __init__(self, crowd, tls):
        self.crowd, self.tls = crowd, tls
        self.said = self.heard = 0

    async def open(self):
        gateway = self.crowd.gateway
        context = gateway.authority.client_context() if self.tls else None
        self.reader, self.writer = await asyncio.open_connection(
            HOST, gateway.tls_port if self.tls else gateway.port, ssl=context,
            server_hostname="localhost" if self.tls else None)
        self.writer.write(ws.handshake(self.crowd.path))
        head = await self.reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 101 "):
            raise AssertionError(f"the handshake was answered {head[:40]!r}")
        return self

    def say(self):
        self.said += 1
        self.writer.write(ws.frame(ws.TEXT, b"%d" % self.said, key=b"abcd"))

    async def hear(self):
        """The next one, in order; a ping in between is answered."""
        while True:
            first, length = await self.reader.readexactly(2)
            if length == 126:
                length, = struct.unpack("!H", await self.reader.readexactly(2))
            payload = await self.reader.readexactly(length)
            if first == 0x80 | ws.PING:
                self.writer.write(ws.frame(ws.PONG, payload))
                continue
            self.heard += 1
            if (first, payload) != (0x80 | ws.TEXT, b"%d" % self.heard):
                raise AssertionError(f"message {self.heard} is {first:#x} {payload!r}")
            return

    async def close(self):
        self.writer.write(ws.frame(ws.CLOSE, ws.close_payload(1000)))
        if await self.reader.readexactly(4) != bytes([0x88, 2]) + ws.close_payload(1000):
            raise AssertionError("no closing handshake")
        self.writer.close()


class Crowd:
    """
    `size` clients, every second one over TLS, that together say `rate` messages a second, and
    `fresh` more a second that say one and leave. Runs between enter and leave; leaving waits for
    every answer, closes all, and raises what went wrong first.
    """

    def __init__(self, gateway, path, size, rate, fresh):
        self.gateway, self.path = gateway, path
        self.size, self.rate, self.fresh = size, rate, fresh
        self.ready, self.stop = threading.Event(), threading.Event()
        self.messages = self.visitors = 0
        self.slowest = 0.0              # seconds from a message to its answer
        self.error = None

    def __enter__(self):
        self.thread = threading.Thread(target=self._run)
        self.thread.start()
        self.ready.wait(DEADLINE)
        self.check()
        return self

    def __exit__(self, kind, *_):
        self.stop.set()
        self.thread.join()
        if kind is None:
            self.check()

    def check(self):
        if self.error:
            raise AssertionError(f"in a crowd: {self.error!r}") from self.error

    def _run(self):
        try:
            asyncio.run(self._live())
        except BaseException as error:
            self.error = error
        self.ready.set()

    async def _live(self):
        clients = []
        for i in range(self.size):
            clients.append(await Client(self, i % 2 == 1).open())
        self.ready.set()
        began = time.monotonic()
        tasks = [asyncio.create_task(self._chat(c, i)) for i, c in enumerate(clients)]
        tasks.append(asyncio.create_task(self._visit()))
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
        self.seconds = time.monotonic() - began
        for client in clients:
            await asyncio.wait_for(client.close(), DEADLINE)

    async def _exchange(self, client):
        began = time.monotonic()
        client.say()
        await asyncio.wait_for(client.hear(), DEADLINE)
        self.slowest = max(self.slowest, time.monotonic() - began)
        self.messages += 1

    async def _chat(self, client, i):
        pause = self.size / self.rate
        await asyncio.sleep(pause * i / self.size)
        while not self.stop.is_set():
            due = time.monotonic() + pause
            await self._exchange(client)
            await asyncio.sleep(max(0.0, due - time.monotonic()))

    async def _visit(self):
        while not self.stop.is_set():
            due = time.monotonic() + 1 / self.fresh
            client = await asyncio.wait_for(Client(self, self.visitors % 2 == 1).open(), DEADLINE)
            await self._exchange(client)
            await asyncio.wait_for(client.close(), DEADLINE)
            self.visitors += 1
            await asyncio.sleep(max(0.0, due - time.monotonic()))
