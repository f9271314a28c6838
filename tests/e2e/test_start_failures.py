"""Exit status 3: what is configured well but cannot be started; one clear line says why."""
import os
import socket

from harness.address import HOST, free_port
from harness.cases import Skip, case, contains, equal, run
from harness.gateway import Gateway, command

ALL = 'all: { service = "health"; };'


def fails(gateway, part):
    result = command("-c", str(gateway.conf_file))
    equal(result.returncode, 3, "exit status")
    lines = [line for line in result.stderr.splitlines() if part in line]
    equal(len(lines), 1, f"lines with {part} in {result.stderr!r}")


@case("a port that is taken")
def taken():
    gateway = Gateway(routes=ALL)
    with socket.create_server((HOST, gateway.port)):
        fails(gateway, f"{HOST}:{gateway.port}")


@case("an address that is not ours")
def foreign():
    fails(Gateway(routes=ALL, listeners='far: { bind = "192.0.2.1:80"; };'), "192.0.2.1:80")


@case("an unknown user")
def user():
    if os.geteuid() != 0:
        raise Skip("only root can become somebody else")
    gateway = Gateway(routes=ALL, top='user = "nobody-of-that-name";')
    result = command("-c", str(gateway.conf_file))
    contains((1, 3), result.returncode, "exit statuses")
    contains(result.stderr, "nobody-of-that-name", "message")


@case("a log file that cannot be opened")
def log():
    gateway = Gateway(routes=ALL)
    gateway.configure(gateway.conf_file.read_text().replace("/access.log", "/no/where/access.log"))
    fails(gateway, "/no/where/access.log")


@case("a one-liner whose port is taken")
def one_liner():
    port = free_port()
    with socket.create_server((HOST, port)):
        result = command(f"{HOST}:{port}", f"{HOST}:1")
    equal(result.returncode, 3, "exit status")
    contains(result.stderr, f"{HOST}:{port}", "message")


run()
