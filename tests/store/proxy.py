"""A proxy between us and PostgreSQL that can cut the connection at the worst moment."""

import select
import socket
from contextlib import suppress
from threading import Event, Lock, Thread


class Proxy:
    """Forwards bytes between a TCP port and the server's socket file."""

    def __init__(self, target: str) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._lock, self._pairs = Lock(), list[tuple[socket.socket, socket.socket]]()
        self._cuts = 0
        self._swallows = 0
        self.cut = Event()
        Thread(target=self._accept, daemon=True).start()

    def cut_after_next_commit(self, times: int = 1) -> None:
        """Forward COMMIT, wait until the server has answered, and hang up without passing the answer on."""
        self._cuts = times

    def swallow_next_commit(self) -> None:
        """Hang up instead of forwarding COMMIT."""
        self._swallows = 1

    def close(self) -> None:
        self._listener.close()
        with self._lock:
            for pair in self._pairs:
                for end in pair:
                    # The thread that waits for it closes it; closed here it would wait for a number that is no longer a socket.
                    with suppress(OSError):
                        end.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            server.connect(self._target)
            with self._lock:
                self._pairs.append((client, server))
            Thread(target=self._forward, args=(client, server), daemon=True).start()

    def _forward(self, client: socket.socket, server: socket.socket) -> None:
        try:
            while True:
                ready, _, _ = select.select([client, server], [], [])
                if server in ready:
                    if not (data := server.recv(65536)):
                        break
                    client.sendall(data)
                if client in ready:
                    if not (data := client.recv(65536)):
                        break
                    commits = b"COMMIT" in data
                    if commits and self._swallows:
                        self._swallows -= 1
                        self.cut.set()
                        break
                    server.sendall(data)
                    if commits and self._cuts:
                        self._cuts -= 1
                        server.recv(65536)  # the answer: from here on it is written, and only we know
                        self.cut.set()
                        break
        except OSError:
            pass
        finally:
            client.close()
            server.close()
