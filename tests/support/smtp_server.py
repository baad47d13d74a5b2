"""smtp_server.py [options]: a mail server on a loopback port, which is its first line on stdout.

Then one line of JSON for each message taken: ehlo, from, to, tls, login, peer, data, and all that the
connection has said so far. It ends with its stdin.
"""

import argparse
import asyncio
import concurrent.futures
import json
import logging
import os
import ssl
import sys
import threading
import warnings

from aiosmtpd.smtp import SMTP, AuthResult

parser = argparse.ArgumentParser()
parser.add_argument("--tls", nargs=2, metavar=("CERT", "KEY"), help="offer STARTTLS")
parser.add_argument("--smtps", action="store_true", help="with --tls: TLS from the first byte")
parser.add_argument("--login", metavar="USER:PASSWORD", help="require it")
parser.add_argument("--login-reply", help="instead of the usual reply to a wrong one")
parser.add_argument("--tokens", action="store_true", help="offer to log in by token or by certificate, too")
parser.add_argument("--refuse", nargs=2, metavar=("ADDRESS", "REPLY"), help="of RCPT TO")
parser.add_argument("--end", choices=["reply", "drop", "hang"], default="reply", help="what follows the final dot")
parser.add_argument("--data-reply", help="instead of 250 after the final dot")
parser.add_argument("--hang-on-quit", action="store_true")
options = parser.parse_args()
warnings.simplefilter("ignore")  # a login without TLS is one of the cases
logging.disable()


def authenticate(server, session, envelope, mechanism, data):
    user, password = options.login.split(":")
    session.user = data.login.decode()
    if (data.login, data.password) == (user.encode(), password.encode()):
        return AuthResult(success=True)
    return AuthResult(success=False, handled=False, message=options.login_reply)


# Whoever reads may do so only after the reply, and a pipe holds little.
writer = concurrent.futures.ThreadPoolExecutor(max_workers=1)


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        if options.refuse and address == options.refuse[0]:
            return options.refuse[1]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        message = {
            "ehlo": session.host_name,
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "tls": server.transport.get_extra_info("ssl_object") is not None,
            "login": getattr(session, "user", None),
            "peer": session.peer[1],
            "said": server.said.decode("latin-1"),
            "data": envelope.original_content.decode("latin-1"),
        }
        writer.submit(print, json.dumps(message), flush=True)
        if options.end == "drop":
            server.transport.abort()
        if options.end == "hang":
            await asyncio.sleep(3600)
        return options.data_reply or "250 2.0.0 queued"

    async def handle_QUIT(self, server, session, envelope):
        if options.hang_on_quit:
            await asyncio.sleep(3600)
        return "221 Bye"


class TokenHandler(Handler):
    """aiosmtpd offers the mechanisms that its handler has."""

    async def auth_OAUTHBEARER(self, server, words):
        return AuthResult(success=True)

    auth_XOAUTH2 = auth_EXTERNAL = auth_OAUTHBEARER


class Server(SMTP):
    said = b""

    def data_received(self, data):
        self.said += data
        super().data_received(data)


async def main():
    context = None
    if options.tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*options.tls)
    in_clear = not (options.tls and options.smtps)

    def protocol():
        return Server(
            TokenHandler() if options.tokens else Handler(),
            hostname="mail.example.org",
            tls_context=context if in_clear else None,
            authenticator=authenticate if options.login else None,
            auth_required=bool(options.login),
            auth_require_tls=False,
        )

    loop = asyncio.get_running_loop()
    server = await loop.create_server(protocol, "127.0.0.1", 0, ssl=None if in_clear else context)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def end_with_stdin():
    sys.stdin.read()
    os._exit(0)


threading.Thread(target=end_with_stdin, daemon=True).start()
asyncio.run(main())
