"""The HTTP server under the exporter, the proxy and the receivers."""

import socket
import sys
import threading
from http.server import ThreadingHTTPServer

from .waiting import wait_for


class LoopbackServer(ThreadingHTTPServer):
    """Serves on loopback from construction until close(), each connection in its own thread."""

    daemon_threads = True

    def __init__(self, handler, port=0):
        self._connected = set()  # addresses of clients
        super().__init__(("127.0.0.1", port), handler)
        self.address = f"127.0.0.1:{self.server_port}"
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    def process_request(self, request, client_address):
        self._connected.add(client_address)
        super().process_request(request, client_address)

    def process_request_thread(self, request, client_address):
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._connected.discard(client_address)

    def wait_idle(self):
        """Until all is handled that was sent before, and every client has gone."""
        with socket.create_connection(self.server_address) as last:
            wait_for(lambda: last.getsockname() in self._connected, 60, "the server to accept")
        wait_for(lambda: not self._connected, 60, "every client to have gone")

    def close(self):
        self.shutdown()
        self.server_close()

    def handle_error(self, request, client_address):
        # Clients that are killed, or that time out as a test wants them to, are no news.
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)
