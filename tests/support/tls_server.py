"""tls_server.py CERT KEY [CLIENT_CA]: an HTTPS server on a loopback port, which is its first line on stdout.

It answers every request with a JSON object: the name asked for in the handshake (sni) and the Host header.
With CLIENT_CA it wants a certificate of the client. It ends with its stdin.
"""

import http.server
import json
import os
import socket
import ssl
import sys
import threading


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = json.dumps({"sni": getattr(self.connection, "sni", None), "host": self.headers["Host"]}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, request, _):
        """A handshake that fails is what some tests are about. The client gets to read the alert: closing with its
        request unread would reset the connection."""
        with socket.socket(fileno=request.detach()) as raw:
            raw.shutdown(socket.SHUT_WR)
            while raw.recv(4096):
                pass


def remember_name(connection, name, _):
    connection.sni = name


def main():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[1], sys.argv[2])
    context.sni_callback = remember_name
    if len(sys.argv) > 3:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(sys.argv[3])
    server = Server(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    print(server.server_address[1], flush=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdin.read()
    os._exit(0)


main()
