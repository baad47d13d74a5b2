"""A real SMTP server with STARTTLS and login."""

import asyncio
import email
import email.policy
import logging
import os
import ssl
import subprocess
import threading

from aiosmtpd.smtp import SMTP, AuthResult


def make_certificate(directory):
    """A self-made certificate for localhost: (certificate file, key file)."""
    certificate, key = os.path.join(directory, "cert.pem"), os.path.join(directory, "key.pem")
    made = subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout", key, "-out", certificate,
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
        capture_output=True, text=True)
    if made.returncode != 0:
        raise AssertionError("openssl: " + made.stderr)
    return certificate, key


# aiosmtpd logs a warning about its own use of an attribute that it deprecated.
logging.getLogger("mail.log").setLevel(logging.ERROR)


class Mail:
    """One message as the server accepted it."""

    def __init__(self, envelope):
        self.sender = envelope.mail_from
        self.recipients = envelope.rcpt_tos
        self.raw = envelope.original_content
        self.message = email.message_from_bytes(self.raw, policy=email.policy.default)

    def text(self, kind="plain"):
        return self.message.get_body((kind,)).get_content()


class SmtpServer:
    """On localhost, on a free port. `refuse` maps a recipient to the reply that refuses it, `login_reply` is that to a
    wrong login. Without a certificate it offers neither STARTTLS nor a login."""

    def __init__(self, certificate=None, key=None, user="tocsin", password="smtp-secret", implicit_tls=False):
        self.mails = []
        self.refuse = {}
        self.login_reply = None
        self._login = (user.encode(), password.encode())
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        if certificate:
            context.load_cert_chain(certificate, key)
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        in_clear = {"tls_context": context, "require_starttls": True} if certificate else {}
        tls = {"auth_require_tls": False} if implicit_tls else in_clear
        start = self._loop.create_server(
            lambda: SMTP(self, auth_required=bool(certificate), authenticator=self._authenticate, loop=self._loop,
                         hostname="localhost", **tls),
            "127.0.0.1", 0, ssl=context if implicit_tls else None)
        self._server = asyncio.run_coroutine_threadsafe(start, self._loop).result(10)
        self.port = self._server.sockets[0].getsockname()[1]

    def close(self):
        self._loop.call_soon_threadsafe(self._server.close)
        self._loop.call_soon_threadsafe(self._loop.stop)

    def _authenticate(self, _server, _session, _envelope, _mechanism, data):
        right = (data.login, data.password) == self._login
        return AuthResult(success=right, handled=False, message=None if right else self.login_reply)

    async def handle_RCPT(self, _server, _session, envelope, address, _options):
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server, _session, envelope):
        self.mails.append(Mail(envelope))
        return "250 OK"
