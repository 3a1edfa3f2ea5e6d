"""A small load generator: some connections kept open, each asking again as soon as it has its answer."""

import selectors
import socket
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle

CONNECTIONS = 8


@dataclass
class Round:
    """Latencies in s of the answers of one round, and what the body of the last one weighed in bytes."""

    seconds: float
    latencies: list[float] = field(default_factory=list)
    size: int = 0

    @property
    def rate(self) -> float:
        """Requests a second."""
        return len(self.latencies) / self.seconds


class Connection:
    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.started = 0.0
        self.received = b""

    def send(self, request: bytes) -> None:
        self.started = time.perf_counter()
        self.received = b""
        self.socket.sendall(request)

    def receive(self) -> bytes | None:
        """The body, once the whole answer has come. Raises RuntimeError where it is no success of a known length."""
        self.received += self.socket.recv(1 << 18)
        head, end, body = self.received.partition(b"\r\n\r\n")
        if not end:
            return None
        lower = head.lower()
        length = lower.find(b"content-length:")
        if head[9:12] not in (b"200", b"302") or length < 0:
            raise RuntimeError(f"answered {head!r}")
        expected = int(lower[length + 15 :].split(b"\r\n", 1)[0])
        return body if len(body) == expected else None


def drive(port: int, asked: Sequence[str] | Iterator[bytes], *, seconds: float) -> Round:
    """Ask for these paths in turn, or send these requests, over eight connections."""
    requests = _requests(port, asked) if isinstance(asked, Sequence) else asked
    selector = selectors.DefaultSelector()
    measured = Round(seconds)
    for _ in range(CONNECTIONS):
        connection = Connection(port)
        selector.register(connection.socket, selectors.EVENT_READ, connection)
        connection.send(next(requests))
    end = time.perf_counter() + seconds
    while selector.get_map():
        for key, _events in selector.select():
            connection = key.data
            body = connection.receive()
            if body is None:
                continue
            if (now := time.perf_counter()) < end:
                measured.latencies.append(now - connection.started)
                measured.size = len(body)
                connection.send(next(requests))
            else:
                selector.unregister(connection.socket)
                connection.socket.close()
    return measured


def ask(port: int, path: str) -> bytes:
    """One request on a connection of its own; returns the body."""
    connection = Connection(port)
    connection.send(next(_requests(port, [path])))
    while (body := connection.receive()) is None:
        pass
    connection.socket.close()
    return body


def _requests(port: int, paths: Sequence[str]) -> Iterator[bytes]:
    headers = f"Host: 127.0.0.1:{port}\r\nX-Forwarded-Proto: https\r\nAccept-Encoding: gzip, deflate, br\r\n\r\n"
    return cycle(f"GET {path} HTTP/1.1\r\n{headers}".encode() for path in paths)
