"""Ports on loopback that a server may keep through a restart."""

import random
import socket

LOWEST, HIGHEST = 20_000, 32_000
"""Below those that the system gives to clients (32768 and up on Linux), so that nobody takes one in between."""


def free_port() -> int:
    """A port nobody listens on now. Drawn at random, so that processes asking at once get different ones."""
    while True:
        port = random.randint(LOWEST, HIGHEST)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def is_open(port: int) -> bool:
    """Whether somebody listens there."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
