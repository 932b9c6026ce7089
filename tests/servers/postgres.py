"""PostgreSQL itself, from Debian's package, on loopback and a socket, with a port and a folder of its own."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Final, Self

import psycopg

from tests.servers.marks import require_mark
from tests.servers.ports import free_port

USER: Final = "erapaiva"
"""Owns the databases, and is nobody special besides."""
PASSWORD: Final = "no-secret"
"""Of every user, where it comes over the network; over the socket nobody is asked for one."""

_OWNER: Final = "postgres"
"""Of the server: as whom it runs, and who may do everything in it."""

_BINARIES: Final = Path("/usr/lib/postgresql")
_ANSWERS_WITHIN_S: Final = 60
_STOPS_WITHIN_S: Final = 30
_TAIL: Final = 4_000

# Nothing of a test is to survive a power cut; a killed process loses nothing by it.
_HASTY: Final = {"fsync": "off", "full_page_writes": "off"}
_SETTINGS: Final = {"lc_messages": "C", "max_connections": "60", "shared_buffers": "64MB", "timezone": "UTC"}


class Postgres:
    """A server that outlives neither its folder nor the thread that started it.

    ``durable``: each commit waits for the disk, as in earnest. It runs as the user `postgres` where the tests run as
    root, which it refuses to be.
    """

    def __init__(self, *, durable: bool = False) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="pg-"))
        self.port = free_port()
        self._settings = _SETTINGS if durable else _SETTINGS | _HASTY
        self._process: subprocess.Popen[bytes] | None = None
        self._databases = 0
        # Whoever is killed cannot tidy up: the end of its pipe tells this one to.
        self._broom = subprocess.Popen(
            ["sh", "-c", 'cat > /dev/null; sleep 2; rm -rf "$1"', "broom", str(self.folder)],
            stdin=subprocess.PIPE,
            start_new_session=True,
        )

    def dsn(self, database: str) -> str:
        """How a database is reached over the socket."""
        return f"host={self.folder} port={self.port} user={USER} dbname={database}"

    def network_dsn(self, database: str) -> str:
        """How it is reached over the network, which takes the password."""
        return f"host=127.0.0.1 port={self.port} user={USER} dbname={database}"

    def fresh_database(self) -> str:
        """The name of a new, empty database, which sorts as Finns do where nobody says otherwise."""
        self._databases += 1
        name = f"test_{self._databases}"
        self.run(f"CREATE DATABASE {name} OWNER {USER} LOCALE_PROVIDER icu ICU_LOCALE 'fi' TEMPLATE template0")
        return name

    def copy_of(self, database: str) -> str:
        """The name of a new database that holds the same; nobody may be connected to the old one."""
        self._databases += 1
        name = f"test_{self._databases}"
        self.run(f"CREATE DATABASE {name} OWNER {USER} TEMPLATE {database}")
        return name

    def run(self, statement: str, database: str = "postgres") -> None:
        """Statements as the server's owner."""
        with psycopg.connect(self._owners_dsn(database), autocommit=True) as connection:
            connection.execute(statement.encode())

    def _owners_dsn(self, database: str) -> str:
        return f"host={self.folder} port={self.port} user={_OWNER} dbname={database}"

    def start(self) -> None:
        """Start it, with the data it had, and wait until it answers."""
        new = not (self.folder / "data").exists()
        if new:
            self._make_cluster()
        settings = {**self._settings, "port": str(self.port), "unix_socket_directories": str(self.folder)}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        command = [_binary("postgres"), "-D", str(self.folder / "data"), *options]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                # no server outlives a killed test
                ["setpriv", *_owner_options(), "--pdeathsig", "QUIT", *command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                start_new_session=True,  # Ctrl-C is for whoever started it
            )
        self._wait_until_it_answers()
        if new:
            self.run(f"CREATE ROLE {USER} LOGIN PASSWORD '{PASSWORD}'")

    def stop(self) -> None:
        """End it in order, without waiting for its clients; its data stay."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """End it as a crash would; its data stay."""
        self._end(signal.SIGQUIT)

    def restart(self) -> None:
        """Kill it and start it again, on the same port."""
        self.kill()
        self.start()

    def __enter__(self) -> Self:
        require_mark("postgres")
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        shutil.rmtree(self.folder)
        self._broom.kill()
        self._broom.communicate()

    def _make_cluster(self) -> None:
        if os.geteuid() == 0:
            owner = pwd.getpwnam(_OWNER)
            os.chown(self.folder, owner.pw_uid, owner.pw_gid)
        made = subprocess.run(
            ["setpriv", *_owner_options(), _binary("initdb"), "-D", str(self.folder / "data"), "-U", _OWNER,
             "--no-sync", "--encoding=UTF8", "--locale=C", "--auth-local=trust", "--auth-host=scram-sha-256"],
            capture_output=True, text=True, cwd=self.folder, check=False,
        )  # fmt: skip
        if made.returncode:
            raise RuntimeError(f"PostgreSQL's data could not be made:\n{made.stdout}{made.stderr}")

    def _wait_until_it_answers(self) -> None:
        assert self._process is not None
        until = time.monotonic() + _ANSWERS_WITHIN_S
        while not self._answers():
            ended = self._process.poll()
            if ended is not None or time.monotonic() > until:
                what = f"ended with {ended}" if ended is not None else f"does not answer within {_ANSWERS_WITHIN_S} s"
                raise RuntimeError(f"PostgreSQL {what}; the end of its log:\n{self.log()[-_TAIL:]}")
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            psycopg.connect(self._owners_dsn("postgres")).close()
        except psycopg.OperationalError:
            return False
        return True

    def log(self) -> str:
        """What it has said so far."""
        return (self.folder / "log").read_text(encoding="utf-8", errors="replace")

    def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        self._process.send_signal(how)
        try:
            self._process.wait(_STOPS_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None


def _owner_options() -> list[str]:
    return [f"--reuid={_OWNER}", f"--regid={_OWNER}", "--init-groups"] if os.geteuid() == 0 else []


def _binary(name: str) -> str:
    """The newest one; Debian keeps each version's in a folder of its own, and none on the path."""
    found = sorted(_BINARIES.glob(f"*/bin/{name}"), key=lambda path: float(path.parts[-3]))
    if not found:
        raise RuntimeError(
            f"the tests start PostgreSQL, and {_BINARIES}/*/bin/{name} is missing: apt install postgresql"
        )
    return str(found[-1])
