"""conf/examples/irc.conf: ngircd, which learns by WEBIRC whom each session is from."""
import socket

from harness import scratch, ws
from harness.address import HOST, free_port
from harness.cases import case, equal, run
from harness.recipe import recipe
from harness.service import Service
from harness.wire import Wire

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
    """A client of one line per message, at an address of its own."""

    def __init__(self, nick, address):
        self.nick = nick
        sock = socket.create_connection((HOST, gateway.port), source_address=(address, 0))
        self.socket = ws.WebSocket(Wire(sock), "/irc", headers=[
            "Sec-WebSocket-Protocol: text.ircv3.net"]).opened()
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


@case("two talk in a channel, and the server knows the address of each")
def talk():
    jo, al = Chatter("jo", "127.90.0.1"), Chatter("al", "127.90.0.2")
    for one in (jo, al):
        one.say("JOIN #web")
        one.until(" 366 ")
    jo.say("PRIVMSG #web :grüße, al")
    equal(al.until("PRIVMSG #web"), ":jo!framegate@127.90.0.1 PRIVMSG #web :grüße, al",
          "what al hears")
    al.say("PRIVMSG #web :grüße, jo €")
    equal(jo.until("PRIVMSG #web"), ":al!framegate@127.90.0.2 PRIVMSG #web :grüße, jo €",
          "what jo hears")
    al.say("WHOIS jo")
    equal(al.until(" 311 "), ":irc.example.net 311 al jo framegate 127.90.0.1 * :jo", "WHOIS")
    for i in range(3):
        al.say(f"PRIVMSG jo :{i}")
    equal([jo.until("PRIVMSG jo")[-1] for _ in range(3)], ["0", "1", "2"], "private messages")
    jo.quit()
    al.quit()


@case("what somebody wrote in Latin-1 reaches the others as UTF-8")
def latin1():
    jo, old = Chatter("jo3", "127.90.0.1"), socket.create_connection((HOST, port))
    old.sendall(b"NICK old\r\nUSER old 0 * :old\r\n")
    with Wire(old) as wire:
        wire.read_until(b" 001 ")
        wire.send(b"PRIVMSG jo3 :gr\xfc\xdfe\r\n")
        equal(jo.until("PRIVMSG jo3").split(" :")[1], "gr\ufffd\ufffde", "what jo hears")
    jo.quit()


@case("two lines in one message are refused: nobody can smuggle a command")
def smuggled():
    jo = Chatter("jo2", "127.90.0.1")
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
