"""All settings, from the environment: ERAPAIVA_<SECTION>__<NAME>. Secrets come from files (ERAPAIVA_…_FILE).

`load` returns valid settings or raises `WrongSettings` with one line for each wrong one; `effective` lists what is in
force, secrets masked. A variable with our prefix but without a section is not ours and left alone.
"""

from __future__ import annotations

import difflib
import ipaddress
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any, Final, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from services.runtime.door_settings import DoorSettings
from services.runtime.refusal import Refusal

PREFIX: Final = "ERAPAIVA_"
_BETWEEN: Final = "__"
_FROM_FILE: Final = "_FILE"
_MASK: Final = "********"
_SECRET: Final = re.compile(r"passw|pwd *=|[^\s,:@/]+:[^\s,@]+@|://", re.IGNORECASE)
"""What a password or a user's name beside one looks like, in a setting that is shown."""
_LAST_PORT: Final = 65_535


class WrongSettings(Refusal):
    """Settings that cannot be used; `lines` has one for each, naming it."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


class _Section(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="ignore"
    )  # unknown names are found by `_unknown_variables`, with advice


class StoreSettings(_Section):
    """Where everything is kept."""

    path: Path = Field(Path("var/erapaiva.db"), description="the database file")
    partitions: int = Field(4, ge=1, le=256, description="partitions of each topic, fixed when the store is made")


class PostgresSettings(_Section):
    """The database, where one machine is not enough."""

    dsn: str | None = Field(
        None,
        min_length=1,
        description="how to reach it (libpq: host=... dbname=... user=...); none: store.path is used",
    )
    password: SecretStr | None = Field(None, description="the database user's password, from a file")

    @field_validator("dsn")
    @classmethod
    def _without_secret(cls, given: str | None) -> str | None:
        if given is not None and ("password" in given or "://" in given):
            raise ValueError("should be host=... dbname=... user=...; a password goes into a file")
        return given


class KafkaSettings(_Section):
    """The broker, where one machine is not enough."""

    bootstrap: str | None = Field(
        None, min_length=1, description="host:port of brokers, separated by commas; none: the embedded engine"
    )
    prefix: str = Field(
        "",
        pattern=r"^[A-Za-z0-9._-]{0,100}$",
        description="begins the name of every topic and consumer group, so that several sets share a cluster",
    )
    private_network: bool = Field(
        False, description="whether the brokers' network is ours alone, so that plaintext may do"
    )
    security: Literal["plaintext", "ssl", "sasl_ssl"] = Field(
        "sasl_ssl", description="plaintext only for brokers on loopback or in a private network"
    )
    mechanism: Literal["SCRAM-SHA-256", "SCRAM-SHA-512", "PLAIN"] = Field(
        "SCRAM-SHA-512", description="how the user is told to the broker, with sasl_ssl"
    )
    username: str | None = Field(None, min_length=1, description="the broker's user, with sasl_ssl")
    password: SecretStr | None = Field(None, description="that user's password, from a file")
    ca: Path | None = Field(None, description="the certificates that are trusted, a PEM file; none: the system's")
    certificate: Path | None = Field(None, description="our own certificate, a PEM file, where the broker asks for one")
    key: Path | None = Field(None, description="its private key, a PEM file")
    instance: str | None = Field(
        None,
        pattern=r"^[A-Za-z0-9._-]{1,100}$",
        description="names this process among those of its worker; keeps its partitions over a restart",
    )
    session_s: int = Field(
        10, ge=6, le=300, description="how long a process may be silent before others get its partitions"
    )
    replication: int = Field(3, ge=1, le=9, description="copies of each topic, when topics are created")

    @field_validator("security")
    @classmethod
    def _no_clear_text(cls, given: str, others: ValidationInfo) -> str:
        brokers = others.data.get("bootstrap")
        if given != "plaintext" or brokers is None or others.data.get("private_network"):
            return given
        if not all(is_loopback(broker.strip().rpartition(":")[0].strip("[]")) for broker in brokers.split(",")):
            raise ValueError(
                "events would cross the network in clear; use sasl_ssl, or say ERAPAIVA_KAFKA__PRIVATE_NETWORK=true"
            )
        return given


class InboxSettings(_Section):
    """Event files dropped into a folder."""

    path: Path = Field(Path("inbox"), description="the folder that is watched for event files")
    poll_ms: int = Field(500, ge=50, le=10_000, description="how often it is looked at, in milliseconds")


class NoticeSettings(_Section):
    """The notice protocol (design §7)."""

    clock_skew_s: int = Field(5, ge=0, le=300, description="the largest difference between clocks, in seconds")
    good_for_s: int = Field(600, ge=60, le=3_600, description="how long a granted letter may go, in seconds")


class MailSettings(_Section):
    """How letters leave."""

    outbox: Path = Field(Path("var/outbox"), description="the folder where letters are written in trial mode")
    allow: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="addresses, separated by commas, that get real mail in trial mode"
    )
    host: str | None = Field(None, min_length=1, max_length=253, description="the SMTP server")
    port: int = Field(587, ge=1, le=_LAST_PORT, description="the SMTP server's port")
    tls: Literal["starttls", "implicit", "none"] = Field("starttls", description="none only for a server on loopback")
    username: str | None = Field(None, min_length=1, description="the SMTP user; none: no login")
    password: SecretStr | None = Field(None, description="the SMTP user's password, from a file")
    connections: int = Field(4, ge=1, le=64, description="connections to the SMTP server at once")
    per_minute: int = Field(60_000, ge=1, le=1_000_000, description="letters claimed in a minute at most")
    timeout_s: int = Field(60, ge=5, le=600, description="seconds to wait for an SMTP answer before the final dot")
    final_timeout_s: int = Field(600, ge=60, le=3_600, description="the same after the final dot (RFC 5321: 600)")
    mode: Literal["trial", "live"] = Field("trial", description="trial writes letters to the outbox, live sends them")

    @field_validator("allow", mode="before")
    @classmethod
    def _split(cls, given: object) -> object:
        return tuple(part.strip() for part in given.split(",") if part.strip()) if isinstance(given, str) else given

    @field_validator("allow")
    @classmethod
    def _addresses(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        if any(address.count("@") != 1 or address.strip("@") != address for address in given):
            raise ValueError("should be e-mail addresses separated by commas")
        return given

    @field_validator("tls")
    @classmethod
    def _no_clear_text(cls, given: str, others: ValidationInfo) -> str:
        host = others.data.get("host")
        if given == "none" and host is not None and not is_loopback(host):
            raise ValueError("letters would cross the network in clear; use starttls or implicit")
        return given

    @field_validator("password")
    @classmethod
    def _with_user(cls, given: SecretStr | None, others: ValidationInfo) -> SecretStr | None:
        if given is not None and others.data.get("username") is None:
            raise ValueError("there is a password but no user; set ERAPAIVA_MAIL__USERNAME")
        return given

    @field_validator("mode")
    @classmethod
    def _with_server(cls, given: str, others: ValidationInfo) -> str:
        if given == "live" and others.data.get("host") is None:
            raise ValueError("live needs a server; set ERAPAIVA_MAIL__HOST")
        return given


class MetricsSettings(_Section):
    """Metrics and health."""

    enabled: bool = Field(True, description="whether /metrics, /livez and /readyz are served")
    bind: str = Field("127.0.0.1:9464", description="host:port they are served on")

    @field_validator("bind")
    @classmethod
    def _host_and_port(cls, given: str) -> str:
        host, _, port = given.rpartition(":")
        if not host or not port.isdecimal() or int(port) > _LAST_PORT:
            raise ValueError("should be host:port, such as 127.0.0.1:9464")
        return given


class LogSettings(_Section):
    """Logs."""

    level: Literal["debug", "info", "warning", "error"] = Field("info", description="the least urgent line written")


class Settings(BaseSettings):
    """All settings."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter=_BETWEEN, env_ignore_empty=True, frozen=True, extra="ignore"
    )

    store: StoreSettings = StoreSettings()
    postgres: PostgresSettings = PostgresSettings()
    kafka: KafkaSettings = KafkaSettings()
    inbox: InboxSettings = InboxSettings()
    doors: DoorSettings = DoorSettings()
    notices: NoticeSettings = NoticeSettings()
    mail: MailSettings = MailSettings()
    metrics: MetricsSettings = MetricsSettings()
    logs: LogSettings = LogSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 (we read no .env)
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 (a secret's file may have any name)
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What the command line gives wins over the environment; secrets are read from the files it names."""
        return init_settings, _SecretFiles(settings_cls), env_settings


class _SecretFiles(PydanticBaseSettingsSource):
    """Reads each ERAPAIVA_…_FILE of a secret."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """The secrets of one section."""
        unreadable = {variable for variable, _ in _unreadable_secrets()}  # each has its line already
        found = {}
        for name, secret in _fields(field):
            variable = _given_as(field_name, name, secret)
            path = os.environ.get(variable)
            if _is_secret(secret) and path and variable not in unreadable:
                found[name] = Path(path).read_text(encoding="utf-8").rstrip("\r\n")
        return found, field_name, True

    def __call__(self) -> dict[str, Any]:
        """The secrets of all sections."""
        values = {name: self.get_field_value(field, name)[0] for name, field in self.settings_cls.model_fields.items()}
        return {name: secrets for name, secrets in values.items() if secrets}


def load(**given: dict[str, object]) -> Settings:
    """Read and check the settings. `given`: what a command line gave, by section; it wins over the environment.

    Raises WrongSettings.
    """
    build: Callable[..., Settings] = Settings
    lines = [*_unknown_variables(), *(line for _, line in _unreadable_secrets())]
    if any(PREFIX + section.upper() in map(str.upper, os.environ) for section in Settings.model_fields):
        raise WrongSettings(lines)  # a whole section in one variable would hide its parts
    try:
        settings = build(**given)
    except ValidationError as fault:
        lines += [_line(error) for error in fault.errors(include_url=False)]
    if lines:
        raise WrongSettings(lines)
    return settings


def effective(settings: Settings) -> list[tuple[str, str, str]]:
    """(variable, value, meaning) of every setting, in their order; a secret shows only that it is there."""
    rows = []
    for section, name, field in _all_fields():
        value = getattr(getattr(settings, section), name)
        rows.append((_given_as(section, name, field), _shown(value), field.description or ""))
    return rows


def is_loopback(host: str) -> bool:
    """Whether a host is this machine itself, as far as its name or number says."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _shown(value: object) -> str:
    match value:
        case None:
            return ""
        case SecretStr():
            return _MASK
        case bool():
            return str(value).lower()
        case tuple():
            return ",".join(_without_secret(str(each)) for each in value)
        case _:
            return _without_secret(str(value))


def _without_secret(shown: str) -> str:
    """A value as it may be shown: masked where a password stands in it, though it belongs into a file."""
    return _MASK if _SECRET.search(shown) else shown


def _line(error: ErrorDetails) -> str:
    section, *rest = (str(part) for part in error["loc"][:2])
    what = error["msg"].removeprefix("Value error, ")
    if not rest:
        return f"{PREFIX}{section.upper()}: {what}"
    field = dict(_fields(Settings.model_fields[section]))[rest[0]]
    shown = _MASK if _is_secret(field) else _without_secret(repr(error["input"]))
    return f"{_given_as(section, rest[0], field)}: {what} (given: {shown}; meaning: {field.description})"


def _unknown_variables() -> Iterator[str]:
    """A line for each variable of ours that names no setting, or gives one in a way it cannot be given."""
    known = {_given_as(section, name, field) for section, name, field in _all_fields()}
    secrets = {_variable(section, name) for section, name, field in _all_fields() if _is_secret(field)}
    sections = {PREFIX + section.upper() for section in Settings.model_fields}
    for variable in sorted(os.environ):
        name = variable.upper()
        if name in secrets:
            yield f"{variable}: a secret is not given here; write it to a file and name that in {name}{_FROM_FILE}"
        elif name in sections:
            yield f"{variable}: a section is given by its parts, such as {_like(name, known)[0]}"
        elif name.startswith(PREFIX) and _BETWEEN in name and name not in known:
            yield f"{variable}: there is no such setting; is it {' or '.join(_like(name, known))}?"


def _unreadable_secrets() -> Iterator[tuple[str, str]]:
    """The variable of each secret whose file cannot be read, and the line that says so."""
    for section, name, field in _all_fields():
        variable = _given_as(section, name, field)
        path = os.environ.get(variable)
        if _is_secret(field) and path:
            try:
                Path(path).read_text(encoding="utf-8")
            except (OSError, UnicodeError) as fault:
                reason = getattr(fault, "strerror", None) or "not UTF-8 text"
                named = path if "/" in path else "the file"  # somebody may have given the secret itself
                yield variable, f"{variable}: {named} cannot be read ({reason}); name a text file that can"


def _like(name: str, known: set[str]) -> list[str]:
    return difflib.get_close_matches(name, sorted(known), n=2, cutoff=0.0)


def _all_fields() -> Iterator[tuple[str, str, FieldInfo]]:
    for section, of_section in Settings.model_fields.items():
        for name, field in _fields(of_section):
            yield section, name, field


def _fields(section: FieldInfo) -> list[tuple[str, FieldInfo]]:
    model = section.annotation
    assert isinstance(model, type), "a setting stands in a section"
    assert issubclass(model, BaseModel), "a setting stands in a section"
    return list(model.model_fields.items())


def _is_secret(field: FieldInfo) -> bool:
    return field.annotation is not None and SecretStr in (field.annotation, *get_args(field.annotation))


def _variable(section: str, name: str) -> str:
    return f"{PREFIX}{section}{_BETWEEN}{name}".upper()


def _given_as(section: str, name: str, field: FieldInfo) -> str:
    """The variable that gives a setting: for a secret the one that names its file."""
    return _variable(section, name) + (_FROM_FILE if _is_secret(field) else "")
