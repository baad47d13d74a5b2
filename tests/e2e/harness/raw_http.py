"""HTTP byte by byte, for requests that no client library would send."""

import socket


class RawConnection:
    """One connection to a port on loopback. What fails ends it: `open` says whether it still stands."""

    def __init__(self, port, timeout=60, tls=None):
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=timeout)
        if tls:
            self._socket = tls.wrap_socket(self._socket, server_hostname="localhost")
        self._received = b""
        self.open = True

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self._socket.close()

    def send(self, content):
        """Whether the other side still takes it."""
        try:
            self._socket.sendall(content)
        except OSError:
            self.open = False
        return self.open

    def end_sending(self):
        self._socket.shutdown(socket.SHUT_WR)

    def read_reply(self):
        """(status, head, body) of the next answer; None where the other side closed without a whole one."""
        while b"\r\n\r\n" not in self._received:
            if not self._read():
                return None
        head, _, rest = self._received.partition(b"\r\n\r\n")
        lengths = [int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
        length = lengths[0] if lengths else 0
        while len(rest) < length:
            if not self._read():
                return None
            rest = self._received[len(head) + 4:]
        self._received = rest[length:]
        return int(head.split(b" ")[1]), head.decode("latin-1"), rest[:length].decode()

    def _read(self):
        try:
            more = self._socket.recv(1 << 16)
        except ConnectionError:
            more = b""
        self._received += more
        self.open = self.open and bool(more)
        return bool(more)


def ask(port, content):
    """The first answer to `content` on a connection of its own; None where there is none."""
    with RawConnection(port) as connection:
        connection.send(content)
        return connection.read_reply()
