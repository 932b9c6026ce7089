"""Is the process alive, is it ready: answered over HTTP beside the metrics.

`/metrics` for Prometheus; `/livez` fails when the run loop has not come round for a while, so that a supervisor starts
the process anew; `/readyz` fails until the engine has caught up once. Served by threads of its own, read-only, on the
address of ERAPAIVA_METRICS__BIND.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from socketserver import TCPServer, ThreadingMixIn
from typing import Final, Self
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server
from wsgiref.types import StartResponse, WSGIEnvironment

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder

from services.runtime.refusal import Refusal

PATIENCE_S: Final = 60
"""Seconds without a beat after which the process counts as hanging; a transaction takes well under one."""

_REQUEST_TIMEOUT_S: Final = 10


class Health:
    """The state of the run loop: written by the loop, read by the server's threads."""

    def __init__(self, now_s: Callable[[], float] = time.monotonic) -> None:
        self._now_s = now_s
        self._last_beat = now_s()
        self.ready = False
        """Whether the engine has caught up with its log since the start."""

    def beat(self) -> None:
        """The loop came round, or the engine committed."""
        self._last_beat = self._now_s()

    @property
    def alive(self) -> bool:
        """Whether there was a beat lately."""
        return self._now_s() - self._last_beat <= PATIENCE_S


class HealthServer:
    """Serves the three pages until closed."""

    def __init__(self, bind: str, registry: CollectorRegistry, health: Health) -> None:
        """Listen on `bind` (host:port; port 0 takes a free one). Raises Refusal when the address is taken or wrong."""
        host, _, port = bind.rpartition(":")
        try:
            self._server = make_server(host, int(port), _pages(registry, health), _Server, _QuietHandler)
        except (OSError, ValueError, OverflowError) as fault:
            raise Refusal(f"ERAPAIVA_METRICS__BIND: cannot listen on {bind} ({fault}); name another") from fault
        self.port: int = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, name="health", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True

    def server_bind(self) -> None:
        """Bind without the base class's look-up of this host's name, which may wait for a name server."""
        TCPServer.server_bind(self)  # which lets a restarted process have the address again at once
        self.server_name, self.server_port = "localhost", self.socket.getsockname()[1]
        self.setup_environ()


class _QuietHandler(WSGIRequestHandler):
    timeout = _REQUEST_TIMEOUT_S

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the overridden parameter
        """Say nothing: a request line is somebody else's text."""


def _pages(registry: CollectorRegistry, health: Health) -> Callable[[WSGIEnvironment, StartResponse], Iterable[bytes]]:
    def page(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        path, method = environ.get("PATH_INFO", ""), environ.get("REQUEST_METHOD", "")
        content_type = "text/plain; charset=utf-8"
        if method not in {"GET", "HEAD"}:
            status, body = "405 Method Not Allowed", b"only GET\n"
        elif path == "/metrics":
            encode, content_type = choose_encoder(environ.get("HTTP_ACCEPT", ""))
            status, body = "200 OK", encode(registry)
        elif path == "/livez":
            status, body = _answer(health.alive, "the run loop does not come round")
        elif path == "/readyz":
            status, body = _answer(health.alive and health.ready, "not caught up yet")
        else:
            status, body = "404 Not Found", b"there are /metrics, /livez and /readyz\n"
        headers = [("Content-Type", content_type), ("Content-Length", str(len(body))), ("Cache-Control", "no-store")]
        start(status, [*headers, ("X-Content-Type-Options", "nosniff")])
        return [b"" if method == "HEAD" else body]

    return page


def _answer(good: bool, why_not: str) -> tuple[str, bytes]:
    return ("200 OK", b"ok\n") if good else ("503 Service Unavailable", f"{why_not}\n".encode())
