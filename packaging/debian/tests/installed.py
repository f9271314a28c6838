"""The installed service, as the harness of the end-to-end tests sees a gateway."""
import contextlib
import pathlib
import ssl
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests/e2e"))

from harness import h2, ws  # noqa: E402
from harness.cases import equal  # noqa: E402
from harness.wait import until  # noqa: E402
from harness.wire import Wire  # noqa: E402

CONF = pathlib.Path("/etc/framegate")
UNIT = "framegate.service"


def out(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def systemctl(*arguments):
    subprocess.run(["systemctl", *arguments], check=True)


def shown(key, unit=UNIT):
    return out("systemctl", "show", "--value", f"--property={key}", unit).strip()


def journal():
    return out("journalctl", "--unit", UNIT, "--output=cat")


class Authority:
    """The certificate is self-signed: there is nobody to ask."""

    @staticmethod
    def client_context():
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return context


class Installed:
    authority = Authority

    def wire(self, tls=True, context=None):
        return Wire.connect(("127.0.0.1", 8443), context=context or Authority.client_context())


gateway = Installed()


def socket(path="/echo", http2=False):
    return ws.connect(gateway, path, tls=True, http2=http2)


def echoes(s, *texts):
    """Each text comes back, in order."""
    for text in texts:
        s.text(text)
    for text in texts:
        s.expect_message(ws.TEXT, text.encode())


@contextlib.contextmanager
def configured(text, name="test"):
    """With a file more in conf.d; taken away again afterwards."""
    file = CONF / "conf.d" / f"{name}.conf"
    file.write_text(text)
    try:
        yield file
    finally:
        file.unlink()


def reload():
    systemctl("reload", UNIT)


def main_pid():
    return int(shown("MainPID"))
