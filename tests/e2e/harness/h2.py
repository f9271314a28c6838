"""HTTP/2 (RFC 9113) from the client's side: python-h2 where it is to be right, raw frames else."""
import h2.config
import h2.connection
import h2.errors
import h2.events
import h2.exceptions
import h2.settings

from harness.cases import equal
from harness.wait import Clock

BYTEWISE = 2000                 # frames of a byte each, of one piece

# To python-h2 a GOAWAY is the end; what is open goes on, though (RFC 9113 section 6.8).
_state, _input = h2.connection.ConnectionState, h2.connection.ConnectionInputs
h2.connection.H2ConnectionStateMachine._transitions[
    _state.CLIENT_OPEN, _input.RECV_GOAWAY] = (None, _state.CLIENT_OPEN)


class Answer:
    """Status, headers (lower-case names, values joined by ", ") and body of one stream."""

    def __init__(self):
        self.status = None
        self.headers = {}
        self.informational = []
        self.body = bytearray()
        self.ended = False
        self.reset = None               # code of an RST_STREAM
        self.unread = 0                 # bytes of the body whose credit was not given back

    def header(self, name):
        return self.headers.get(name.lower())

    def take(self, headers):
        for name, value in headers:
            name, value = _text(name), _text(value)
            if name == ":status":
                self.status = int(value)
            elif name in self.headers:
                self.headers[name] += ", " + value
            else:
                self.headers[name] = value


def _text(value):
    return value.decode("latin-1") if isinstance(value, bytes) else value


class Connection:
    """
    A connection over a Wire. What comes is credited at once unless credit is False (then
    give_credit() does). strict: headers are checked before they are sent.
    """

    def __init__(self, wire, strict=True, credit=True, window=None):
        self.wire, self.credit = wire, credit
        config = h2.config.H2Configuration(client_side=True, header_encoding=None,
                                           validate_outbound_headers=strict,
                                           normalize_outbound_headers=strict)
        self.h2 = h2.connection.H2Connection(config)
        self.answers = {}
        self.goaway = None              # (code, last stream) of the newest
        self.pings = 0                  # answers to ours
        self.h2.initiate_connection()
        if window is not None:
            self.h2.update_settings({h2.settings.SettingCodes.INITIAL_WINDOW_SIZE: window})
        self.flush()

    def flush(self):
        self.wire.send(self.h2.data_to_send())

    # streams

    def request(self, path="/", method="GET", host="localhost", headers=(), body=None, end=True,
                scheme="http", protocol=None):
        """Begins a request; body None: none. Returns the stream's id."""
        stream = self.h2.get_next_available_stream_id()
        fields = [(":method", method), (":scheme", scheme), (":authority", host), (":path", path)]
        if protocol:
            fields.append((":protocol", protocol))
        self.answers[stream] = Answer()
        self.h2.send_headers(stream, [*fields, *headers], end_stream=body is None and end)
        self.flush()
        if body is not None:
            self.send(stream, body, end)
        return stream

    def send(self, stream, data, end=False, most=1 << 14):
        """As the server's windows let it, in frames of at most so much."""
        view = memoryview(data)
        while len(view):
            room = min(self.h2.local_flow_control_window(stream), most,
                       self.h2.max_outbound_frame_size, len(view))
            if not room:
                if self.answers[stream].reset is not None:
                    raise ConnectionError("the stream was reset")
                if not self.receive("a window to send in"):
                    raise ConnectionError(f"{self.wire.end_name()} within what was sent")
                continue
            self.h2.send_data(stream, bytes(view[:room]))
            view = view[room:]
            self.flush()
        if end:
            self.h2.end_stream(stream)
            self.flush()

    def offer(self, stream, data):
        """Sends what the window takes; returns how much that was."""
        room = min(self.h2.local_flow_control_window(stream), len(data))
        for at in range(0, room, 1 << 14):
            self.h2.send_data(stream, data[at:min(at + (1 << 14), room)])
        self.flush()
        return room

    # receiving

    def receive(self, what="frames"):
        """Waits for bytes and takes them; False at the end."""
        piece = self.wire.read_some()
        if not piece:
            return False
        for event in self.h2.receive_data(piece):
            self._on(event)
        self.flush()
        return True

    def _on(self, event):
        answer = self.answers.get(getattr(event, "stream_id", None))
        if isinstance(event, h2.events.ResponseReceived):
            answer.take(event.headers)
        elif isinstance(event, h2.events.InformationalResponseReceived):
            answer.informational.append(dict((_text(n), _text(v)) for n, v in event.headers))
        elif isinstance(event, h2.events.DataReceived):
            answer.body += event.data
            answer.unread += event.flow_controlled_length
            if self.credit:
                self.give_credit(event.stream_id)
        elif isinstance(event, h2.events.StreamEnded):
            answer.ended = True
        elif isinstance(event, h2.events.StreamReset):
            answer.reset = event.error_code
        elif isinstance(event, h2.events.ConnectionTerminated):
            self.goaway = (event.error_code, event.last_stream_id)
        elif isinstance(event, h2.events.PingAckReceived):
            self.pings += 1

    def give_credit(self, stream):
        answer = self.answers[stream]
        n, answer.unread = answer.unread, 0
        if n and not answer.ended:
            self.h2.acknowledge_received_data(n, stream)
        elif n:
            self.h2.increment_flow_control_window(n)
        self.flush()

    def until(self, condition, what):
        clock = Clock()
        while not condition():
            if not clock.left():
                raise AssertionError(f"waited in vain for {what}")
            if not self.receive(what):
                raise ConnectionError(f"{self.wire.end_name()} while waiting for {what}")

    def ping(self):
        """A round trip: everything that was sent before has been read."""
        before = self.pings
        self.h2.ping(b"harness!")
        self.flush()
        self.until(lambda: self.pings > before, "the answer to a ping")

    def head(self, stream):
        answer = self.answers[stream]
        self.until(lambda: answer.status or answer.reset is not None, "an answer's head")
        return answer

    def answer(self, stream):
        """The whole answer."""
        answer = self.answers[stream]
        self.until(lambda: answer.ended or answer.reset is not None, "the whole answer")
        if answer.reset is not None and not answer.ended:
            raise AssertionError(f"stream {stream} was reset with {answer.reset}")
        length = answer.header("content-length")
        if length is not None and answer.body:
            equal(len(answer.body), int(length), "Content-Length")
        return answer

    def fetch(self, *args, **options):
        return self.answer(self.request(*args, **options))

    def expect_goaway(self, code):
        """GOAWAY with this code, and then the end."""
        while self.receive("GOAWAY"):
            pass
        equal(self.goaway and self.goaway[0], code, "the code of GOAWAY")

    def close(self):
        self.wire.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def connect(gateway, tls=False, **options):
    """A connection to one of the gateway's listeners, by ALPN or by prior knowledge."""
    if not tls:
        return Connection(gateway.wire(), **options)
    context = gateway.authority.client_context()
    context.set_alpn_protocols(["h2"])
    wire = gateway.wire(True, context=context)
    equal(wire.tls.selected_alpn_protocol(), "h2", "ALPN")
    return Connection(wire, **options)


class Carrier:
    """
    A stream of a connection, seen as a Wire, for what is written for one: RFC 8441 carries the
    bytes of a WebSocket that HTTP/1.1 carries over TCP.
    """

    def __init__(self, connection, stream):
        self.connection, self.stream = connection, stream
        self.answer = connection.answers[stream]
        self.tls = connection.wire.tls

    def send(self, data):
        try:
            self.connection.send(self.stream, data)
        except (h2.exceptions.ProtocolError, ConnectionError):
            pass                        # see the end: as a Wire does

    def feed(self, data, how):
        """
        Bytewise: a frame of DATA for each, but not so many that it is a flood; cut: frames of DATA
        of all sizes.
        """
        sizes = {"whole": [1 << 14], "bytewise": [1], "cut": [1, 2, 3, 17, 1460, 1 << 14]}[how]
        at = i = 0
        while at < len(data):
            size = sizes[i % len(sizes)] if i < BYTEWISE else 1 << 14
            self.send(data[at:at + size])
            at += size
            i += 1

    def _more(self, n):
        answer = self.answer
        if len(answer.body) >= n:
            return True
        if answer.ended or answer.reset is not None:
            return False
        return self.connection.receive(f"{n} bytes")

    def read(self, n):
        while len(self.answer.body) < n:
            if not self._more(n):
                raise ConnectionError(f"{self.end_name()} after {len(self.answer.body)} of {n}")
        piece = bytes(self.answer.body[:n])
        del self.answer.body[:n]
        return piece

    def read_all(self):
        while self._more(1 << 40):
            pass
        return self.read(len(self.answer.body))

    def end_name(self):
        return "eof" if self.answer.ended else "reset" if self.answer.reset is not None else ""

    def expect_eof(self):
        equal(self.read_all(), b"", "what came before the end")
        equal(self.end_name(), "eof", "the end")

    def expect_gone(self):
        self.read_all()

    def finish(self):
        self.connection.h2.end_stream(self.stream)
        self.connection.flush()

    def close(self):
        self.connection.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
