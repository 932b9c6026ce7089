"""Apache Kafka's own jars, from Maven Central, fetched once into the checkout's `.servers/` (git ignores it)."""

import fcntl
import os
import shutil
import subprocess
import tempfile
from hashlib import sha256
from pathlib import Path
from typing import Final

POM: Final = Path(__file__).with_name("kafka_pom.xml")
KEPT: Final = Path(__file__).parents[2] / ".servers" / "kafka"


def kafka_jars() -> Path:
    """The folder of the jars that the pom names; a pom that changed has another folder.

    Two processes may ask at once: one fetches, the other waits.
    """
    jars = KEPT / sha256(POM.read_bytes()).hexdigest()[:12]
    KEPT.mkdir(parents=True, exist_ok=True)
    with (KEPT / ".lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if not jars.is_dir():
            _fetch(jars)
    return jars


def _fetch(jars: Path) -> None:
    """All of them or none: a fetch that was stopped leaves nothing that looks complete."""
    unfinished = Path(tempfile.mkdtemp(dir=KEPT))
    try:
        done = subprocess.run(
            ["mvn", "-q", "-B", "-f", POM, "dependency:copy-dependencies", f"-DoutputDirectory={unfinished}"],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"Apache Kafka could not be fetched with mvn:\n{done.stdout[-2_000:]}{done.stderr}")
        os.replace(unfinished, jars)  # noqa: PTH105 (Path.replace is the same, and reads as a change of text)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
