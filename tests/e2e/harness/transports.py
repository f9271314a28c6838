"""
Every transport that clients have, with one interface: a client opens its session when it is made;
then send (several messages), next, closed (how the backend ended it: code and reason) or leave.
"""
import base64
import json

from harness import http1, plain, sockjs, ws
from harness.cases import equal

FAREWELL = 4000, "enough"


class WebSocket:
    """What the others differ from: below is where it is under the route's path, with a query."""
    binary, http2, below, query = True, False, "", ""
    farewell = FAREWELL         # what leave() says, and a backend that can hear it hears

    def __init__(self, gateway, path, tls):
        self.socket = ws.connect(gateway, self.place(gateway, path), tls, http2=self.http2)

    @classmethod
    def place(cls, _, path):
        return path + cls.below

    @classmethod
    def refused(cls, gateway, path, tls):
        """The answer to one that is not to open."""
        socket = ws.start(gateway, cls.place(gateway, path), tls, http2=cls.http2)
        with socket:
            if cls.http2:
                return socket.wire.connection.answer(socket.wire.stream)
            return http1.read_response(socket.wire)

    @classmethod
    def dismissed(cls, gateway, path, tls):
        """Code and reason told to one that is opened only to be closed."""
        socket = ws.connect(gateway, cls.place(gateway, path), tls, http2=cls.http2)
        frame = socket.frame()
        equal(frame.opcode, ws.CLOSE, f"opcode of {frame}")
        socket.wire.close()
        return frame.code, frame.reason

    @staticmethod
    def seen(message):
        """What a client sees of what the backend said."""
        return message

    def send(self, messages):
        for m in messages:
            self.socket.text(m) if isinstance(m, str) else self.socket.binary(m)

    def next(self):
        opcode, data = self.socket.message()
        return data.decode() if opcode == ws.TEXT else data

    def closed(self):
        return self.end()

    def end(self):
        frame = self.socket.frame()
        self.socket.finish_after(frame, frame.code)
        self.socket.wire.close()
        return frame.code, frame.reason

    def leave(self):
        code, reason = FAREWELL
        self.socket.close(code, reason.encode())
        equal(self.end(), (code, ""), "the answer to a Close")


class StreamWebSocket(WebSocket):
    http2 = True


class SockJSRaw(WebSocket):
    """The WebSocket below a SockJS route that is just that."""
    below = "/websocket"


class SockJSText:
    """SockJS knows only text."""
    binary = False

    @staticmethod
    def seen(message):
        return message if isinstance(message, str) else base64.b64encode(message).decode()


class SockJSWebSocket(SockJSText, WebSocket):
    def __init__(self, gateway, path, tls):
        super().__init__(gateway, path, tls)
        self.socket.expect_message(ws.TEXT, b"o")

    @classmethod
    def place(cls, gateway, path):
        return sockjs.Session(gateway, path).place("websocket")

    def send(self, messages):
        self.socket.text(json.dumps(messages))

    def next(self):
        message, = json.loads(super().next().removeprefix("a"))
        return message

    @classmethod
    def dismissed(cls, gateway, path, tls):
        client = cls.__new__(cls)
        WebSocket.__init__(client, gateway, path, tls)
        return client.closed()

    def closed(self):
        said, end = super().next(), self.end()
        equal(json.loads(said.removeprefix("c")), list(end), "what a frame says of the end")
        return end


class SockJSPoll(SockJSText):
    """What a poll brings is handed out one by one. Leaving is not to wait for an answer."""
    transport, method, query, send_by = "xhr", "POST", "", ("xhr_send", 204, b"")
    farewell = 1006, ""

    def __init__(self, gateway, path, tls, first="o"):
        self.session = sockjs.Session(gateway, path)
        self.receiver, self.sender, self.waiting = gateway.wire(tls), gateway.wire(tls), []
        if first:
            equal(self.frame(), first, "the first frame")

    @classmethod
    def ask(cls, session):
        return session.request(cls.transport, cls.method, cls.query)

    @classmethod
    def refused(cls, gateway, path, tls):
        with gateway.wire(tls) as wire:
            wire.send(cls.ask(sockjs.Session(gateway, path)))
            return http1.read_response(wire)

    @classmethod
    def dismissed(cls, gateway, path, tls):
        return cls(gateway, path, tls, first=None).closed()

    @staticmethod
    def unwrap(body):
        return body.decode().removesuffix("\n")

    def send(self, messages):
        transport, *wanted = self.send_by
        answer = self.session.fetch(transport, wire=self.sender, body=json.dumps(messages).encode())
        equal([answer.status, answer.body], wanted, "the answer to messages")

    def frame(self):
        self.receiver.send(self.ask(self.session))
        answer = http1.read_response(self.receiver)
        equal(answer.status, 200, "status of a poll")
        return self.unwrap(answer.body)

    def next(self):
        if not self.waiting:
            frame = self.frame()
            equal(frame[:1], "a", f"kind of the frame {frame[:100]}")
            self.waiting = json.loads(frame[1:])
        return self.waiting.pop(0)

    def closed(self):
        frame = self.frame()
        equal((frame[:1], self.waiting), ("c", []), f"kind of the frame {frame[:100]}, messages")
        self.close()
        return tuple(json.loads(frame[1:]))

    def leave(self):
        self.receiver.send(self.ask(self.session))
        self.close()

    def close(self):
        self.receiver.close()
        self.sender.close()


def between(text, before, after):
    """What stands there, which must be all that there is beside it."""
    equal((text[:len(before)], text[-len(after):]), (before, after), "what is around a frame")
    return text[len(before):-len(after)]


class SockJSJsonp(SockJSPoll):
    transport, method, query, send_by = "jsonp", "GET", "?c=x", ("jsonp_send", 200, b"ok")

    @staticmethod
    def unwrap(body):
        return json.loads(between(body.decode(), "/**/x(", ");\r\n"))


class SockJSStream(SockJSPoll):
    """An answer that goes on; a client comes again when it is long enough."""
    transport, prelude = "xhr_streaming", sockjs.PRELUDE

    def __init__(self, *args, **options):
        self.open = False
        super().__init__(*args, **options)

    def frame(self):
        while True:
            if not self.open:
                self.begin()
            piece = sockjs.chunk(self.receiver)
            if piece:
                return self.unwrap(piece)
            self.open = False

    def begin(self):
        self.receiver.send(self.ask(self.session))
        equal(http1.read_head(self.receiver).status, 200, "status of a stream")
        prelude = sockjs.chunk(self.receiver)
        equal(prelude[:len(self.prelude)], self.prelude, "prelude")
        self.open = True

    def leave(self):
        self.close()


class SockJSEventSource(SockJSStream):
    transport, method, prelude = "eventsource", "GET", b"\r\n"

    @staticmethod
    def unwrap(body):
        return between(body.decode(), "data: ", "\r\n\r\n")


class SockJSHtmlFile(SockJSStream):
    transport, method, query, prelude = "htmlfile", "GET", "?c=x", b"<!doctype html>"

    @staticmethod
    def unwrap(body):
        return json.loads(between(body.decode(), "<script>\np(", ");\n</script>\r\n"))


class LongPoll:
    """Polls and posts over one connection, each poll acknowledged by the next."""
    binary, query, seen = True, "", staticmethod(WebSocket.seen)
    farewell = 1000, "closed by the client"

    def __init__(self, gateway, path, tls):
        self.session = plain.Session(gateway, path, tls)
        self.wire, self.waiting, self.after, self.end = self.session.connect(), [], 0, None

    @classmethod
    def refused(cls, gateway, path, tls):
        return http1.fetch(gateway, path, "POST", tls)

    def send(self, messages):
        for m in messages:
            self.session.post(m, wire=self.wire)

    def receive(self):
        messages, self.end = self.session.receive(self.after, self.wire)
        for i, m in messages:
            self.after += 1
            equal(i, self.after, "id")
            self.waiting.append(m)

    def next(self):
        while not self.waiting:
            equal(self.end, None, "end before a message")
            self.receive()
        return self.waiting.pop(0)

    def closed(self):
        while self.end is None:
            self.receive()
        equal(self.waiting, [], "messages before the end")
        self.wire.close()
        return self.end["code"], self.end["reason"]

    def leave(self):
        equal(self.session.request("DELETE", wire=self.wire).status, 204, "status of DELETE")
        self.wire.close()


class Sse(LongPoll):
    def __init__(self, gateway, path, tls):
        super().__init__(gateway, path, tls)
        self.events = self.session.events().opened()

    def next(self):
        self.after += 1
        i, message = self.events.message()
        equal(i, self.after, "id")
        return message

    def closed(self):
        end = self.events.closed()
        self.events.end()
        self.wire.close()
        return end["code"], end["reason"]

    def leave(self):
        super().leave()
        equal(self.events.closed()["code"], 1000, "code of the stream's end")
        self.events.end()


TRANSPORTS = {
    "websocket": WebSocket, "websocket over HTTP/2": StreamWebSocket, "sse": Sse,
    "longpoll": LongPoll, "sockjs websocket": SockJSWebSocket, "sockjs raw": SockJSRaw,
    "sockjs xhr_streaming": SockJSStream, "sockjs eventsource": SockJSEventSource,
    "sockjs htmlfile": SockJSHtmlFile, "sockjs xhr": SockJSPoll, "sockjs jsonp": SockJSJsonp,
}
