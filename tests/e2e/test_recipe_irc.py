"""conf/examples/irc.conf: ngircd, which learns by WEBIRC whom each session is from."""
from harness import scratch, ws
from harness.address import HOST, free_port
from harness.cases import case, equal, run
from harness.recipe import recipe
from harness.service import Service

folder, port = scratch.folder(), free_port()
(folder / "ngircd.conf").write_text(f"""
[Global]
Name = irc.example.net
Info = test
Listen = {HOST}
Ports = {port}
[Limits]
MaxConnectionsIP = 0
[Options]
DNS = no
Ident = no
PAM = no
WebircPassword = secret
""")


class Chatter:
    """A client of one line per message."""

    def __init__(self, nick):
        self.nick = nick
        self.socket = ws.connect(gateway, "/irc",
                                 headers=["Sec-WebSocket-Protocol: text.ircv3.net"])
        equal(self.socket.subprotocol, "text.ircv3.net", "subprotocol")
        self.say(f"NICK {nick}")
        self.say(f"USER {nick} 0 * :{nick}")
        self.until(" 001 ")

    def say(self, line):
        self.socket.text(line)

    def until(self, part):
        """Lines up to the first that holds this; pings of the server are answered."""
        while True:
            opcode, line = self.socket.message()
            equal((opcode, line[-1:] in (b"\r", b"\n")), (ws.TEXT, False), "a line without its end")
            line = line.decode()
            if line.startswith("PING "):
                self.say("PONG " + line[5:])
            if part in line:
                return line

    def quit(self):
        self.say("QUIT :bye")
        self.until("ERROR")
        self.socket.expect_failed(1000)


@case("two talk in a channel, and the server knows their address")
def talk():
    jo, al = Chatter("jo"), Chatter("al")
    for one in (jo, al):
        one.say("JOIN #web")
        one.until(" 366 ")
    jo.say("PRIVMSG #web :grüße, al")
    equal(al.until("PRIVMSG #web"), ":jo!framegate@127.0.0.1 PRIVMSG #web :grüße, al", "what al hears")
    al.say("WHOIS jo")
    equal("127.0.0.1" in al.until(" 311 "), True, "jo's address")
    for i in range(3):
        al.say(f"PRIVMSG jo :{i}")
    equal([jo.until("PRIVMSG jo")[-1] for _ in range(3)], ["0", "1", "2"], "private messages")
    jo.quit()
    al.quit()


@case("two lines in one message are refused: nobody can smuggle a command")
def smuggled():
    jo = Chatter("jo2")
    jo.say("JOIN #x\r\nOPER a b")
    got = jo.socket.frame()
    while got.opcode != ws.CLOSE:
        got = jo.socket.frame()
    equal(got.code, 1007, "close code")
    jo.socket.wire.close()


gateway = recipe("irc", server=("localhost:6667", f"{HOST}:{port}"))
with Service("/usr/sbin/ngircd", "-n", "-f", folder / "ngircd.conf", address=(HOST, port),
             log=folder / "ngircd.log"):
    run(gateway)
