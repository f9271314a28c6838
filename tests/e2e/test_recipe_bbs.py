"""conf/examples/bbs.conf: a shell on a terminal, as text, and a MUD that speaks telnet."""
import os
import shutil

from harness import scratch, ws
from harness.address import HOST, free_port
from harness.cases import case, equal, run
from harness.recipe import recipe
from harness.service import Service

MUX = "/usr/lib/tinymux/game/bin"
IAC, DONT, DO, WONT, WILL, SB, SE = 255, 254, 253, 252, 251, 250, 240
CHARSET, REQUEST, ACCEPTED = 42, 1, 2
bbs_port, mud_port, mux = free_port(), free_port(), scratch.folder() / "game"


class Terminal:
    def __init__(self):
        self.socket, self.seen = ws.connect(gateway, "/bbs"), ""

    def until(self, part):
        while part not in self.seen:
            opcode, text = self.socket.message()
            equal(opcode, ws.TEXT, "opcode")
            self.seen += text.decode()
        before, self.seen = self.seen.split(part, 1)
        return before

    def shell(self):
        self.socket.text("stty -echo; PS1=; echo rea''dy\n")
        self.until("ready\r\n")
        return self

    def leave(self):
        self.socket.text("exit\n")
        got = self.socket.frame()
        while got.opcode == ws.TEXT:
            got = self.socket.frame()
        equal(got.code in (1000, 1011), True, f"close {got}")   # a pty ends with EIO
        self.socket.wire.close()


class Telnet:
    """Refuses each option (RFC 854) but UTF-8 as the character set (RFC 2066)."""

    def __init__(self):
        self.socket, self.raw, self.seen, self.commands = ws.connect(gateway, "/mud"), b"", b"", []

    def _command(self):
        """Takes a whole command off the front; its length, or 0: it is not whole."""
        if len(self.raw) < 3:
            return 0
        if self.raw[1] != SB:
            return 3
        return self.raw.find(bytes([IAC, SE])) + 2 if bytes([IAC, SE]) in self.raw else 0

    def _answer(self, command):
        self.commands.append(command[1])
        verb, option = command[1], command[2]
        if verb == SB and command[2:4] == bytes([CHARSET, REQUEST]):
            equal(b"UTF-8" in command, True, f"UTF-8 in {command}")
            answer = bytes([IAC, SB, CHARSET, ACCEPTED]) + b"UTF-8" + bytes([IAC, SE])
        elif verb == DO:
            answer = bytes([IAC, WILL if option == CHARSET else WONT, option])
        elif verb == WILL:
            answer = bytes([IAC, DO if option == CHARSET else DONT, option])
        else:
            return
        self.socket.binary(answer)

    def _read(self):
        opcode, piece = self.socket.message()
        equal(opcode, ws.BINARY, "opcode")
        self.raw += piece
        while self.raw:
            at = self.raw.find(IAC)
            self.seen += self.raw[:at] if at >= 0 else self.raw
            self.raw = self.raw[at:] if at >= 0 else b""
            size = self._command() if self.raw else 0
            if size == 0:
                break
            command, self.raw = self.raw[:size], self.raw[size:]
            self._answer(command)

    def negotiated(self):
        while SB not in self.commands:
            self._read()
        return self

    def until(self, part):
        while part.encode() not in self.seen:
            self._read()
        before, self.seen = self.seen.split(part.encode(), 1)
        return before.decode()

    def say(self, line):
        self.socket.binary(f"{line}\r\n".encode())


@case("a dialogue, with characters of every size and bytes that are none")
def dialogue():
    t = Terminal().shell()
    t.socket.text("printf 'grüße €😀\\n'; echo do''ne\n")
    equal(t.until("done"), "grüße €😀\r\n", "text")
    t.seen = ""
    t.socket.text("printf '<\\377\\303>'; echo do''ne2\n")
    equal(t.until("done2").strip("\r\n"), "<\ufffd\ufffd>", "mended text")
    t.socket.text("tty -s && echo ter''minal\n")
    t.until("terminal")
    t.leave()


@case("a character whose bytes the service writes one by one comes as one")
def cut():
    t = Terminal().shell()
    t.socket.text("for part in 1 '\\360' '\\237\\230' '\\200' 2; do "
                  "printf \"$part\"; read -r go; done; echo do''ne\n")
    t.until("1")
    for _ in range(5):
        t.socket.text("\n")
    equal(t.until("done").strip("\r\n"), "😀2", "text")
    t.leave()


@case("a MUD that negotiates by telnet: UTF-8 both ways, and two players who hear each other")
def mud():
    jo, al = Telnet(), Telnet()
    for player, login in ((jo, "create Jo geheim"), (al, "create Al geheim")):
        player.negotiated().say(login)
        player.until("Limbo\r\n")
    jo.say("say grüße, Al")
    jo.until("You say, “grüße, Al”")
    al.until("Jo says, “grüße, Al”")
    for player in (jo, al):
        player.say("QUIT")
        got = player.socket.frame()
        while got.opcode == ws.BINARY:
            got = player.socket.frame()
        equal((got.opcode, got.code), (ws.CLOSE, 1000), "close")
        player.socket.wire.close()


def furnish():
    """A game of its own, with the database that the package brings."""
    shutil.copytree("/usr/share/tinymux/game", mux)
    (mux / "bin").symlink_to(MUX)
    conf = mux / "netmux.conf"
    conf.write_text(conf.read_text().replace("port 2860", f"ip_address {HOST}\nport {mud_port}"))


furnish()
gateway = recipe("bbs", bbs=("localhost:2323", f"{HOST}:{bbs_port}"),
                 mud=("localhost:2860", f"{HOST}:{mud_port}"))
with Service("socat", f"TCP-LISTEN:{bbs_port},bind={HOST},fork,reuseaddr",
             "EXEC:/bin/sh,pty,setsid,ctty,stderr", address=(HOST, bbs_port),
             log=mux / "socat.log"), \
     Service("./bin/netmux", "-c", "netmux.conf", "-e", ".", address=(HOST, mud_port),
             log=mux / "netmux.log", cwd=mux, env=dict(os.environ, LD_LIBRARY_PATH="./bin")):
    run(gateway)
