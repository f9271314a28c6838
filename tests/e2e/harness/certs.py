"""Certificates made by openssl at run time: an authority and what it signs."""
import re
import ssl
import subprocess

from harness import scratch


def _openssl(*args):
    subprocess.run(["openssl", *map(str, args)], check=True, capture_output=True)


class Authority:
    """Signs certificates; each file holds the key and the certificate."""

    def __init__(self, name="ca"):
        self.name = name
        self.folder = scratch.folder()
        self._ca = self.folder / f"{name}.crt"
        self.key = self.folder / f"{name}.key"

    @property
    def ca(self):
        """The path of its own certificate, made when somebody asks first."""
        if not self._ca.exists():
            _openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                     "-nodes", "-days", "2", "-subj", f"/CN=framegate e2e {self.name}",
                     "-keyout", self.key, "-out", self._ca)
        return self._ca

    def server(self, *names):
        """A certificate for these names or addresses; its path."""
        kinds = (("IP" if re.fullmatch(r"[\d.]+|.*:.*", name) else "DNS", name) for name in names)
        return self._issue(names[0], "subjectAltName=" + ",".join(map(":".join, kinds)))

    def client(self, name, subject=None):
        """One with the subject /CN=name, or this one."""
        return self._issue(name, "extendedKeyUsage=clientAuth", subject)

    def _issue(self, name, extension, subject=None):
        stem = self.folder / f"{self.name}-{name.replace('*', 'any')}"
        pem, key, crt = (stem.with_suffix(f"{stem.suffix}.{end}") for end in ("pem", "key", "crt"))
        _openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                 "-days", "2", "-subj", subject or f"/CN={name}", "-addext", extension,
                 "-addext", "basicConstraints=critical,CA:FALSE",
                 "-CA", self.ca, "-CAkey", self.key, "-keyout", key, "-out", crt)
        pem.write_bytes(key.read_bytes() + crt.read_bytes())
        return pem

    def client_context(self, certificate=None):
        """A client that trusts this authority and nobody else."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(self.ca)
        if certificate:
            context.load_cert_chain(certificate)
        return context

    def server_context(self, certificate, clients=None):
        """A server; with `clients`, one that demands certificates of that authority."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        if clients:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(clients.ca)
        return context
