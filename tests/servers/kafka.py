"""Apache Kafka itself: one broker (KRaft, combined mode) on loopback, with ports and a folder of its own.

`python -m tests.servers.kafka` (`make kafka-up`) gives a developer the same until Ctrl-C.
"""

import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Self

from kafka.admin import KafkaAdminClient
from kafka.errors import KafkaError

from tests.servers.kafka_jars import kafka_jars
from tests.servers.marks import require_mark
from tests.servers.ports import free_port, is_open

LOG_LINES: Final = Path(__file__).with_name("kafka_log_client.properties")
_ANSWERS_WITHIN_S: Final = 60
_STOPS_WITHIN_S: Final = 30
_TAIL: Final = 4_000


class Kafka:
    """A broker that outlives neither its folder nor the thread that started it.

    ``properties`` are added to the server's own. ``listeners``, protocol by name, get a port each beside the open one
    (see `address`); ``users``, password by name, may log in by SCRAM. Topics are never made by merely being named.
    """

    def __init__(
        self,
        properties: Mapping[str, str] | None = None,
        listeners: Mapping[str, str] | None = None,
        users: Mapping[str, str] | None = None,
    ) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="kafka-"))
        self._properties = dict(properties or {})
        self._users = dict(users or {})
        self._protocols = {"PLAIN": "PLAINTEXT", **(listeners or {}), "CONTROLLER": "PLAINTEXT"}
        self._ports = {name: free_port() for name in self._protocols}
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def bootstrap(self) -> str:
        """Where it is reached without any security."""
        return self.address("PLAIN")

    def address(self, listener: str) -> str:
        """Where a listener is reached."""
        return f"127.0.0.1:{self._ports[listener]}"

    @property
    def pid(self) -> int:
        """The running broker's process."""
        assert self._process is not None, "the broker is running"
        return self._process.pid

    def start(self) -> None:
        """Start it, with the data it had, and wait until it answers."""
        if not (self.folder / "data").exists():
            self._format()
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                # no broker outlives a killed test
                ["setpriv", "--pdeathsig", "KILL", *self._java("kafka.Kafka"), self._server_properties],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is for whoever started it
            )
        self._wait_until_it_answers()

    def stop(self) -> None:
        """End it in order; its data stay."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it as a power cut would; its data stay."""
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        """Kill it and start it again, on the same ports."""
        self.kill()
        self.start()

    def __enter__(self) -> Self:
        require_mark("kafka")
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        shutil.rmtree(self.folder)

    @property
    def _server_properties(self) -> Path:
        return self.folder / "server.properties"

    def _java(self, program: str) -> list[str]:
        options = ["-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", f"-Dlog4j2.configurationFile={LOG_LINES}"]
        return ["java", *options, "-cp", f"{kafka_jars()}/*", program]

    def _format(self) -> None:
        properties = {
            "process.roles": "broker,controller",
            "node.id": "1",
            "controller.quorum.voters": f"1@{self.address('CONTROLLER')}",
            "controller.listener.names": "CONTROLLER",
            "inter.broker.listener.name": "PLAIN",
            "listeners": ",".join(f"{name}://{self.address(name)}" for name in self._protocols),
            "listener.security.protocol.map": ",".join(f"{name}:{kind}" for name, kind in self._protocols.items()),
            "log.dirs": str(self.folder / "data"),
            "auto.create.topics.enable": "false",
            "offsets.topic.replication.factor": "1",
            "offsets.topic.num.partitions": "4",
            "transaction.state.log.replication.factor": "1",
            "transaction.state.log.min.isr": "1",
            "transaction.state.log.num.partitions": "4",
            "share.coordinator.state.topic.replication.factor": "1",
            "share.coordinator.state.topic.min.isr": "1",
            "group.initial.rebalance.delay.ms": "0",
            "broker.session.timeout.ms": "2000",  # it waits that long after a kill before it may register again
            "broker.heartbeat.interval.ms": "500",
            **self._properties,
        }
        text = "".join(f"{name}={value}\n" for name, value in properties.items())
        self._server_properties.write_text(text, encoding="utf-8")
        cluster = urlsafe_b64encode(uuid.uuid4().bytes).rstrip(b"=").decode()
        program = self._java("kafka.tools.StorageTool")
        storage = [
            *program,
            "format",
            f"--cluster-id={cluster}",
            "-c",
            str(self._server_properties),
            *self._known_users(),
        ]
        done = subprocess.run(storage, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"Kafka's storage could not be made:\n{done.stdout}{done.stderr}")

    def _known_users(self) -> list[str]:
        return [
            word
            for user, password in self._users.items()
            for mechanism in ("SCRAM-SHA-256", "SCRAM-SHA-512")
            for word in ("--add-scram", f"{mechanism}=[name={user},password={password}]")
        ]

    def _wait_until_it_answers(self) -> None:
        assert self._process is not None
        until = time.monotonic() + _ANSWERS_WITHIN_S
        while not self._answers():
            ended = self._process.poll()
            if ended is not None or time.monotonic() > until:
                what = f"ended with {ended}" if ended is not None else f"does not answer within {_ANSWERS_WITHIN_S} s"
                raise RuntimeError(f"Kafka {what}; the end of its log:\n{self.log()[-_TAIL:]}")
            time.sleep(0.1)

    def _answers(self) -> bool:
        if not is_open(self._ports["PLAIN"]):
            return False  # kafka-python leaves a socket behind for every connection that is refused
        try:
            socket.create_connection(("127.0.0.1", self._ports["PLAIN"]), 1).close()
            admin = KafkaAdminClient(bootstrap_servers=self.bootstrap, bootstrap_timeout_ms=1_000)
        except (OSError, KafkaError):
            return False
        admin.close()
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


def main() -> None:
    """One broker for a developer."""
    with Kafka() as broker:
        print(f"Kafka answers on {broker.bootstrap}; Ctrl-C stops it and forgets its data.", flush=True)
        print(f"export ERAPAIVA_KAFKA__BOOTSTRAP={broker.bootstrap} ERAPAIVA_KAFKA__SECURITY=plaintext", flush=True)
        print("export ERAPAIVA_KAFKA__REPLICATION=1", flush=True)
        try:
            signal.pause()
        except KeyboardInterrupt:
            print("\nstopped", flush=True)


if __name__ == "__main__":
    main()
