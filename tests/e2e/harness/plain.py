"""Sessions of plain HTTP (`sse`, `longpoll`) from the client's side, on connections of its choice."""
import base64
import json

from harness import http1
from harness.cases import equal


def message_of(entry):
    """(id, text or bytes) of one in a poll's answer."""
    return entry["id"], entry["text"] if "text" in entry else base64.b64decode(entry["base64"])


class Session:
    """One that was opened at `path`; requests go over a fresh connection unless one is given."""

    def __init__(self, gateway, path="/", tls=False, wire=None):
        self.gateway, self.tls, self.place = gateway, tls, path
        answer = self.request("POST", wire=wire)
        equal(answer.status, 201, "status")
        self.place = answer.header("Location")
        self.answer = json.loads(answer.body)

    def connect(self):
        return self.gateway.wire(self.tls)

    def request(self, method="GET", query="", wire=None, headers=(), body=b""):
        if wire:
            wire.send(self.head(method, query, headers, body))
            return http1.read_response(wire)
        with self.connect() as own:
            return self.request(method, query, own, headers, body)

    def head(self, method="GET", query="", headers=(), body=b""):
        """The bytes of that request."""
        return http1.request(self.place + query, method, headers=headers, body=body)

    def post(self, message, seq=None, wire=None):
        """A message, text or bytes, which must be taken."""
        equal(self.try_post(message, seq, wire).status, 204, "status of a message")

    def try_post(self, message, seq=None, wire=None):
        return self.request("POST", "", wire, **self.message(message, seq))

    @staticmethod
    def message(message, seq=None):
        """What makes a request carry it."""
        headers = [f"Framegate-Seq: {seq}"] if seq else []
        if isinstance(message, str):
            return {"headers": [*headers, "Content-Type: text/plain"], "body": message.encode()}
        return {"headers": headers, "body": message}

    def poll(self, after=0, wire=None):
        return self.request("GET", f"?after={after}", wire)

    def receive(self, after=0, wire=None):
        """Messages of one poll as (id, message), and how the session was closed, or None."""
        return self.messages(self.poll(after, wire))

    @staticmethod
    def messages(answer):
        """What a poll was answered with."""
        if answer.status == 204:
            return [], None
        equal(answer.status, 200, "status of a poll")
        found = json.loads(answer.body)
        return [message_of(e) for e in found["messages"]], found.get("closed")

    def events(self, last=None, wire=None):
        """A stream of events that is open by now."""
        return Events(wire or self.connect(), self, last)

    def acknowledge(self, n, wire=None):
        equal(self.request("POST", f"?ack={n}", wire).status, 204, "status of ack")

    def close(self):
        equal(self.request("DELETE").status, 204, "status of DELETE")


class Events:
    """An answer that is a stream of events."""

    def __init__(self, wire, session, last=None):
        headers = ["Accept: text/event-stream"]
        headers += [f"Last-Event-ID: {last}"] if last else []
        self.wire = wire
        self._text = b""
        wire.send(session.head(headers=headers))
        self.answer = http1.read_head(wire)

    def opened(self):
        equal((self.answer.status, self.answer.header("Content-Type")),
              (200, "text/event-stream"), "answer")
        return self

    def next(self):
        """The next event as a dict of its fields, `data` joined; None at the end of the answer."""
        while True:
            block = self._block()
            if block is None:
                return None
            event = self._parse(block)
            if event:
                return event

    def _block(self):
        while b"\n\n" not in self._text:
            piece = self._chunk()
            if not piece:
                return None
            self._text += piece
        block, self._text = self._text.split(b"\n\n", 1)
        return block.decode()

    def _chunk(self):
        size = int(self.wire.read_until(b"\r\n"), 16)
        return self.wire.read(size + 2)[:-2]

    @staticmethod
    def _parse(block):
        event = {}
        for line in block.split("\n"):
            name, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if name == "data" and "data" in event:
                event["data"] += "\n" + value
            elif name:
                event[name] = value
        return event

    def message(self):
        """The next one as (id, message)."""
        event = self.next()
        kind = event.get("event")
        if kind not in (None, "text", "binary"):
            raise AssertionError(f"no message: {event}")
        if kind is None:
            return int(event["id"]), event["data"]
        data = base64.b64decode(event["data"])
        return int(event["id"]), data.decode() if kind == "text" else data

    def closed(self):
        """How the session has ended, which is the next and last event."""
        event = self.next()
        equal(event.get("event"), "close", "event")
        equal(self.next(), None, "what follows the end")
        return json.loads(event["data"])

    def end(self):
        self.wire.close()
