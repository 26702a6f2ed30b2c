"""Many readers of turns' streams in a process of their own: stream_readers.py HOST READERS SLOW PATH ..

Prints `open` when every stream has begun. On a line of standard input it prints, as JSON, how many streams are open, the fewest events
that a reader got, and by how many events a reader is behind another one of the same turn. Slow readers read nothing.
"""

import json
import selectors
import socket
import sys

HOST, READERS, SLOW, PATHS = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:]


class Reader:
    def __init__(self, number):
        host, port = HOST.rsplit(":", 1)
        self.is_slow = number < SLOW
        self.events, self.is_open, self.tail = 0, True, b""
        self.socket = socket.socket()
        if self.is_slow:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.socket.connect((host, int(port)))
        path = PATHS[number % len(PATHS)]
        self.socket.sendall(f"GET {path} HTTP/1.1\r\nhost: {HOST}\r\naccept: text/event-stream\r\n\r\n".encode())
        first = self.socket.recv(1024)
        assert first.startswith(b"HTTP/1.1 200"), first
        self.socket.setblocking(False)

    def read(self):
        try:
            data = self.socket.recv(1 << 16)
        except BlockingIOError:
            return
        self.is_open = bool(data)
        # A mark that is cut between two reads counts once.
        self.events += (self.tail + data).count(b"\nevent: ")
        self.tail = data[-7:]


def main():
    readers = [Reader(number) for number in range(READERS)]
    selector = selectors.DefaultSelector()
    for reader in readers:
        if not reader.is_slow:
            selector.register(reader.socket, selectors.EVENT_READ, reader)
    selector.register(sys.stdin, selectors.EVENT_READ)
    print("open", flush=True)
    while True:
        for key, _ in selector.select():
            if key.fileobj is sys.stdin:
                if not sys.stdin.readline():
                    return
                turns = [[reader.events for reader in readers[turn :: len(PATHS)] if not reader.is_slow] for turn in range(len(PATHS))]
                behind = max(max(events) - min(events) for events in turns)
                is_open = sum(reader.is_open for reader in readers)
                print(json.dumps({"open": is_open, "fewest": min(map(min, turns)), "behind": behind}), flush=True)
                continue
            key.data.read()
            if not key.data.is_open:
                selector.unregister(key.fileobj)


main()
