"""conf/examples/bbs.conf: a shell on a terminal, as text."""
from harness import scratch, ws
from harness.address import HOST, free_port
from harness.cases import case, equal, run
from harness.recipe import recipe
from harness.service import Service

folder, port = scratch.folder(), free_port()


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


@case("a dialogue, with characters of every size and bytes that are none")
def dialogue():
    t = Terminal()
    t.socket.text("stty -echo; PS1=; echo rea''dy\n")
    t.until("ready\r\n")
    t.socket.text("printf 'grüße €😀\\n'; echo do''ne\n")
    equal(t.until("done"), "grüße €😀\r\n", "text")
    t.seen = ""
    t.socket.text("printf '<\\377\\303>'; echo do''ne2\n")
    equal(t.until("done2").strip("\r\n"), "<\ufffd\ufffd>", "mended text")
    t.socket.text("tty -s && echo ter''minal\n")
    t.until("terminal")
    t.socket.text("exit\n")
    got = t.socket.frame()
    while got.opcode == ws.TEXT:
        got = t.socket.frame()
    equal(got.code in (1000, 1011), True, f"close {got}")
    t.socket.wire.close()


gateway = recipe("bbs", server=("localhost:2323", f"{HOST}:{port}"))
with Service("socat", f"TCP-LISTEN:{port},bind={HOST},fork,reuseaddr",
             "EXEC:/bin/sh,pty,setsid,ctty,stderr", address=(HOST, port),
             log=folder / "socat.log"):
    run(gateway)
