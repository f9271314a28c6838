# slow
"""
Numbered messages both ways through each transport of SockJS while connections are cut at random:
session after session, each as long as it lives. What the protocol promises, and no more: nothing
twice, nothing out of order; a receiver that is lost ends its session with 1002; nothing is missing
in a session that lives but what was in an answer that was given whole and lost on its way, and
a POST without an answer, which arrived whole or not at all. FRAMEGATE_E2E_MESSAGES says how many;
nightly it is 100000.
"""
import json
import os
import random
import re
import threading
import urllib.parse

from harness import http1, ws
from harness.backends import Backend
from harness.cases import add, equal, run
from harness.gateway import Gateway
from harness.sockjs import CUT, FORM, PRELUDE, Session
from harness.wait import until

MESSAGES = int(os.environ.get("FRAMEGATE_E2E_MESSAGES", "3000"))
EACH = 200              # messages of a session, about, each way
CUT_RECEIVER = 0.04     # of answers
CUT_SENDER = 0.03       # of POSTs
CUT_SOCKET = 0.5        # of WebSockets
LOST = 4096 + 2048      # bytes, in an answer that was given whole: buffer and response_limit
BUSY = 2010
INTERRUPTED = json.loads(CUT[1:])
HTML = re.compile(rb'<script>\np\((".*?")\);\n</script>\r\n')

# how an answer is asked for, and its frames: of these some are JSON within a string
TRANSPORTS = {
    "xhr": ("POST", "", re.compile(rb"([^\n]+)\n"), False),
    "xhr_streaming": ("POST", "", re.compile(rb"([^\n]+)\n"), False),
    "eventsource": ("GET", "", re.compile(rb"data: ([^\r]*)\r\n\r\n"), False),
    "htmlfile": ("GET", "?c=x", HTML, True),
    "jsonp": ("GET", "?c=x", re.compile(rb'/\*\*/x\((".*?")\);\r\n'), True),
}


def line(i):
    """What the backend says."""
    return f"b{i} {'x' * (i * 37 % 180)}"


class Service:
    """Reads lines of each session, the first of which says its number and how many lines it gets;
    after "bye" it says "all there" and leaves. Keeps what it read."""

    def __init__(self):
        self.read, self.ended = {}, set()

    def __call__(self, wire):
        sock = wire.sock
        sock.setblocking(True)
        with sock.makefile("rb") as lines:
            name, _, count = lines.readline().decode().rstrip("\n").partition(" ")
            if not count:
                return                  # cut before it could say anything
            read = self.read.setdefault(name, [])
            text = "".join(f"{line(i)}\n" for i in range(1, int(count) + 1)).encode()
            writer = threading.Thread(target=self.write, args=(sock, text))
            writer.start()
            try:
                self.collect(lines, read, sock, writer)
            except OSError:
                pass
            writer.join()
        self.ended.add(name)

    @staticmethod
    def write(sock, text):
        try:
            sock.sendall(text)
        except OSError:
            pass                        # the session was cut

    @staticmethod
    def collect(lines, read, sock, writer):
        for text in lines:
            read.append(text.decode().rstrip("\n"))
            if read[-1] == "bye":
                writer.join()
                sock.sendall(b"all there\n")
                return


class Played:
    """One session, from its client's side, and what must have come of it."""

    def __init__(self, rng):
        self.name, self.count = f"s{next(names)}", rng.randrange(1, 2 * EACH)
        self.rng, self.got, self.end = rng, [], None
        self.groups = []                # (messages, "taken" | "perhaps" | "never")

    def take(self, frame):
        """A whole frame that came."""
        if frame[:1] == b"a":
            for text in json.loads(frame[1:]):
                self.take_message(text)
        elif frame[:1] == b"c":
            self.end = json.loads(frame[1:])
        elif frame.strip(b"h") != b"":
            equal(frame, b"o", "a frame")
            equal(self.got, [], "messages before the session is open")

    def take_message(self, text):
        number = self.count + 1 if text == "all there" else int(text[1:].split(" ")[0])
        if number <= self.count:
            equal(text, line(number), "a message")
        self.check_order(number)
        self.got.append(number)

    def check_order(self, number):
        equal(number, len(self.got) + 1, "the next message")

    def messages(self):
        """All that its client says, in groups."""
        yield [f"{self.name} {self.count}"]
        at = 1
        while at <= self.count:
            n = self.rng.randrange(1, 8)
            yield [f"c{i}" for i in range(at, min(at + n, self.count + 1))]
            at += n
        yield ["bye"]

    def check(self, lived):
        """What the backend read."""
        name, started = self.name, self.groups and self.groups[0][1] == "taken"
        if started or lived:
            until(lambda: name in service.ended, f"session {name} to end at the backend")
        read = service.read.get(name, [])
        left = list(read)
        for group, fate in self.groups[1:]:
            if fate == "taken":
                continue
            found = [i for i, text in enumerate(left) if text == group[0]]
            equal(len(found) <= (fate == "perhaps"), True, f"{group} came {len(found)} times")
            for i in found:
                equal(left[i:i + len(group)], group, "all of a POST, or nothing")
                del left[i:i + len(group)]
        self.check_taken(left)
        if lived:
            equal(read[-1], "bye", "the last line")
            self.check_order(self.count + 2)

    def check_taken(self, left):
        taken = [text for group, fate in self.groups[1:] if fate == "taken" for text in group]
        equal(left, taken, f"what the backend read of what was taken, {len(left)}:{len(taken)}")


class Polled(Played):
    """By a transport that receives and one that sends."""

    def __init__(self, rng, transport):
        super().__init__(rng)
        self.transport = transport
        self.method, self.query, self.form, self.quoted = TRANSPORTS[transport]
        self.session = Session(gateway, "/lines")
        self.cuts = self.lost = 0
        self.open = threading.Event()
        # Answers that may have been given to who had left: another worker may do so later, too.
        self.unread = 0
        self.failed = []

    def check_order(self, number):
        last = self.got[-1] if self.got else 0
        if self.unread and number > last + 1:
            missed = range(last + 1, min(number, self.count + 1))
            equal(sum(len(line(i)) + 3 for i in missed) <= LOST, True,
                  f"whether what was lost from {last} to {number} was in one answer")
            self.lost += 1
            self.unread -= 1
        else:
            equal(number, last + 1, "the next message")

    # receiving

    def frames(self, text, begun):
        """Takes whole frames; returns how far they reach."""
        if not begun and self.transport == "xhr_streaming":
            if len(text) < len(PRELUDE):
                return 0
            equal(text[:len(PRELUDE)], PRELUDE, "prelude")
            begun = len(PRELUDE)
        at = begun
        while found := self.form.search(text, at):
            frame = found[1]
            self.take(json.loads(frame).encode() if self.quoted else frame)
            at = found.end()
        return at

    def receive(self, wire, cut):
        """One answer, or as much of it as is left by a cut, which is an abort or a reset."""
        wire.send(self.session.request(self.transport, self.method, self.query))
        if cut and self.rng.random() < 0.3:
            return False
        head = http1.read_head(wire)
        equal(head.status, 200, "status of a receiver")
        text, at = b"", 0
        length = head.header("Content-Length")
        while True:
            if cut and self.rng.random() < 0.3:
                return False
            piece = wire.read(int(length)) if length else self.chunk(wire)
            text += piece
            at = self.frames(text, at)
            if got := self.end or at and self.got or at:
                self.open.set()
            if length or not piece:
                equal(bool(got), True, f"frames in {text[-100:]}")
                return True

    @staticmethod
    def chunk(wire):
        size = int(wire.read_until(b"\r\n"), 16)
        return wire.read(size + 2)[:-2]

    def receive_all(self):
        """Until the session has ended: by its backend, or for a receiver that was lost."""
        wire, was_cut = gateway.wire(), False
        while self.end is None or was_cut and self.end[0] == BUSY:
            if self.end:                # the gateway has yet to see that the other one left
                self.end = None
            cut = self.open.is_set() and not was_cut and self.rng.random() < CUT_RECEIVER
            if self.receive(wire, cut):
                was_cut = was_cut and self.end is not None and self.end[0] == BUSY
                continue
            self.rng.choice((wire.close, wire.reset))()
            self.cuts += 1
            self.unread += 1
            was_cut = True
            wire = gateway.wire()
        wire.close()

    # sending

    def post(self, group):
        body = json.dumps(group).encode()
        if self.transport == "jsonp":
            return self.session.request("jsonp_send", headers=[FORM],
                                        body=b"d=" + urllib.parse.quote(body).encode())
        return self.session.request("xhr_send", body=body)

    def send_all(self):
        """A message that is not answered is not sent again, as no client of SockJS does."""
        rng, wire = random.Random(self.count), gateway.wire()
        for group in self.messages():
            sure = not self.groups or group == ["bye"]
            data = self.post(group)
            if not sure and rng.random() < CUT_SENDER:
                whole = rng.random() < 0.5
                wire.send(data if whole else data[:rng.randrange(len(data))])
                rng.choice((wire.close, wire.reset))()
                self.groups.append((group, "perhaps" if whole else "never"))
                wire = gateway.wire()
                continue
            wire.send(data)
            status = http1.read_response(wire).status
            self.groups.append((group, "never" if status == 404 else "taken"))
            if status == 404:
                break                   # the session has ended
            equal(status, 200 if self.transport == "jsonp" else 204, "status of a POST")
        wire.close()

    def send(self):
        try:
            self.open.wait(30)
            self.send_all()
        except Exception as error:
            self.failed.append(error)

    def play(self):
        sender = threading.Thread(target=self.send)
        sender.start()
        self.receive_all()
        sender.join()
        if self.failed:
            raise self.failed[0]
        interrupted = self.end == INTERRUPTED
        if not interrupted:
            equal(self.end[0], 1000, "close code of a session whose backend left")
        again, self.end = self.end, None
        with gateway.wire() as wire:
            self.receive(wire, False)
        equal(self.end, again, "an end that is told again")
        self.check(lived=not interrupted)
        equal(interrupted and not self.cuts, False, "an end for nothing")
        return interrupted


class Socketed(Played):
    """By a WebSocket, framed or raw."""
    lost = 0

    def __init__(self, rng, raw):
        super().__init__(rng)
        self.raw, self.session, self.closed = raw, Session(gateway, "/lines"), False

    def receive(self, socket):
        """Of the code of a Close a framed one has told before."""
        frame = socket.frame()
        if frame.opcode == ws.CLOSE:
            self.end = self.end or [frame.code, frame.reason]
            self.closed = True
            return
        equal((frame.opcode, frame.fin), (ws.TEXT, 1), "opcode, last of its message")
        if self.raw:
            self.take_message(frame.payload.decode())
        else:
            self.take(frame.payload)

    def play(self):
        place = "/lines/websocket" if self.raw else self.session.place("websocket")
        cut_at = self.rng.randrange(1, self.count + 2) if self.rng.random() < CUT_SOCKET else None
        with ws.connect(gateway, place) as socket:
            for step, group in enumerate(self.messages()):
                if step == cut_at:
                    return self.cut(socket)
                self.send(socket, group)
                while not self.closed and socket.wire.readable() and self.rng.random() < 0.8:
                    self.receive(socket)
            while not self.closed:
                self.receive(socket)
        equal(self.end[0], 1000, "close code of a session whose backend left")
        self.check(lived=True)
        return False

    def send(self, socket, group):
        for text in group if self.raw else [json.dumps(group)]:
            socket.text(text)
        self.groups.append((group, "taken"))

    def cut(self, socket):
        self.rng.choice((socket.wire.close, socket.wire.reset))()
        self.check_cut()
        return True

    def check_cut(self):
        """What was under way when it was cut may be lost; what comes before it, not."""
        sent = [text for group, _ in self.groups[1:] for text in group]
        def ended():
            return self.name in service.ended
        if not self.groups[1:] and self.name not in service.read:
            return
        until(ended, f"session {self.name} to end at the backend")
        read = service.read[self.name]
        equal(read, sent[:len(read)], "what the backend read")


def ledger(make, *args):
    rng = random.Random(11)
    done = cut = lost = sessions = 0
    while done < MESSAGES or not cut or cut == sessions:
        played = make(rng, *args)
        cut += played.play()
        sessions += 1
        done += len(played.got)
        lost += played.lost
    print(f"# {done} messages in {sessions} sessions; {cut} were cut, {lost} answers lost whole")


names = iter(range(1 << 30))
service = Service()
backend = Backend().serve(service)
gateway = Gateway(
    top="workers = 4;", backends=f'lines: {{ servers = [ "{backend.url}" ]; }};',
    routes='''lines: { path = "/lines"; backend = "lines"; framing = "line"; buffer = "4K";
        transports = [ "sockjs" ]; sockjs: { response_limit = "2K"; disconnect = "60s"; }; };''')
for transport in TRANSPORTS:
    add(transport, ledger, Polled, transport)
add("websocket", ledger, Socketed, False)
add("websocket, raw", ledger, Socketed, True)
with backend:
    run(gateway)
