"""A mail server that takes everything, in a process of its own and with little work a letter: ``python -m tests.sink
PORT FILE`` writes a line for each letter, its recipient, before the letter is accepted."""

import asyncio
import os
import sys

END = b"\r\n.\r\n"


class Conversation(asyncio.Protocol):
    def __init__(self, file: int) -> None:
        self.file = file
        self.received = b""
        self.recipient = b""
        self.is_letter = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        self.received += data
        while True:
            part, end, rest = self.received.partition(END if self.is_letter else b"\r\n")
            if not end:
                return
            self.received = rest
            self.transport.write(self._letter() if self.is_letter else self._word(part))

    def _letter(self) -> bytes:
        self.is_letter = False
        os.write(self.file, self.recipient + b"\n")
        return b"250 OK\r\n"

    def _word(self, line: bytes) -> bytes:
        match line[:4].upper():
            case b"RCPT":
                self.recipient = line.partition(b"<")[2].partition(b">")[0]
            case b"DATA":
                self.is_letter = True
                return b"354 Go on\r\n"
            case b"QUIT":
                self.transport.close()
                return b"221 Bye\r\n"
        return b"250 OK\r\n"


async def serve(port: int, file: int) -> None:
    server = await asyncio.get_running_loop().create_server(lambda: Conversation(file), "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), os.open(sys.argv[2], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)))
