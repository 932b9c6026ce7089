"""A policy: a creditor's dunning process as data (rules.md "A policy").

Only the form is checked here; ``services.law`` checks whether a policy is lawful.
"""

from typing import Annotated, ClassVar, Final, Literal, Self

from pydantic import ConfigDict, Field, model_validator
from pydantic.config import JsonDict
from pydantic_core import PydanticCustomError

from schemas.channels import ChannelName
from schemas.data import SettingsData
from schemas.fields import (
    ClockTime,
    Country,
    Day,
    Days,
    DomesticAmount,
    Flag,
    Identifier,
    Kind,
    Line,
    Part,
    Raw,
    StrictPart,
    Tone,
    public_context,
)

LEAST_CONFIDENCE: Final = 50
"""Percent. A score below this never places money: it would be as likely wrong as right (docs/matching.md)."""
SURE: Final = 100
"""Percent. The confidence that a policy without ``match_confidence`` requires: only certain evidence places money."""

_LETTER_FIELDS: Final = ("tone", "response_days", "fee", "interest")


def _needs(step: str, fields: str, being: str) -> PydanticCustomError:
    words = 'step "{step}" is {being} and needs {fields}; add it'
    return PydanticCustomError("needs_field", words, {"step": step, "being": being, "fields": fields})


def _require_letter_fields(schema: JsonDict) -> None:
    """Put the rule of the validator below into the JSON Schema."""
    schema["if"] = {"properties": {"action": {"const": "letter"}}}
    schema["then"] = {"required": list(_LETTER_FIELDS)}
    properties = schema["properties"]
    assert isinstance(properties, dict)
    fee = properties["fee"]
    assert isinstance(fee, dict)
    fee.pop("default")


class Step(StrictPart):
    """One step of a policy. ``fee`` is in the country's currency; days are calendar days (rules.md S2, S5)."""

    model_config = ConfigDict(json_schema_extra=_require_letter_fields)

    name: Line
    action: Literal["letter", "call", "hand-over"]
    tone: Tone | None = None
    after_due_days: Days | None = None
    after_previous_days: Days | None = None
    response_days: Days | None = None
    fee: DomesticAmount = 0
    interest: Flag = False
    fixed_compensation: Literal["claim"] | None = None
    approval: Flag = False

    @model_validator(mode="after")
    def _letters_have_their_fields(self) -> Self:
        if self.action == "letter":
            given = self.model_fields_set
            missing = [name for name in _LETTER_FIELDS if name not in given]
            missing += [name for name in ("tone", "response_days") if getattr(self, name) is None]
            if missing:
                names = ", ".join(dict.fromkeys(missing))
                raise _needs(self.name, names, "a letter")
        return self


class TakenStep(Part):
    """A step that an invoice took before Eräpäivä; ``fee`` is in the country's currency (rules.md S3)."""

    step: Line
    sent: Day
    response_by: Day
    fee: DomesticAmount


class Window(StrictPart):
    """Local times between which letters may leave: ``from`` included, ``to`` not."""

    from_: ClockTime = Field(alias="from")
    to: ClockTime

    @model_validator(mode="after")
    def _opens_before_it_closes(self) -> Self:
        if self.from_ >= self.to:
            raise ValueError("opens after it closes; let from be earlier than to")
        return self


class Contacts(StrictPart):
    """No more than ``max`` accepted letters within ``days`` days (rules.md G7)."""

    max: Annotated[int, Field(strict=True, ge=1, le=1000)]
    days: Annotated[int, Field(strict=True, ge=1, le=3650)]


class Residual(StrictPart):
    """A rest below ``waive_below``, in the country's currency, is waived (rules.md M6)."""

    waive_below: DomesticAmount


class Policy(SettingsData):
    """The whole policy. ``minimum`` is in the country's currency (rules.md G6).

    ``match_confidence`` is the confidence in percent with which a score may place a payment; absent is ``SURE``.
    """

    event_type: ClassVar[str] = "policy.published.v1"

    policy: Identifier
    version: Annotated[int, Field(strict=True, ge=1, le=10**9)]
    country: Country
    kind: Kind
    in_force: Day
    steps: Annotated[tuple[Step, ...], Field(min_length=1, max_length=100)]
    channels: Annotated[tuple[ChannelName, ...], Field(min_length=1)]
    window: Window
    calendar: Country
    feed_max_age: Annotated[int, Field(strict=True, ge=1, le=60)] | None = None
    allocation: Literal["principal-first", "interest-first"] = "principal-first"
    minimum: DomesticAmount
    contacts: Contacts | None = None
    mercy_months: Annotated[int, Field(strict=True, ge=1, le=600)] | None = None
    apology: Flag = False
    residual: Residual
    match_confidence: Annotated[int, Field(strict=True, ge=LEAST_CONFIDENCE, le=SURE)] | None = None

    @model_validator(mode="after")
    def _channels_are_named_once(self) -> Self:
        if len(set(self.channels)) != len(self.channels):
            raise ValueError("channels names one of them twice; name each once")
        return self

    @model_validator(mode="after")
    def _every_step_can_be_reached(self) -> Self:
        names = [step.name for step in self.steps]
        for place, step in enumerate(self.steps):
            if names.index(step.name) != place:
                raise ValueError(f'step "{step.name}" is there twice; give each its own name')
            if place == 0 and step.after_due_days is None:
                raise _needs(step.name, "after_due_days", "the first step")
            if place == 0 and step.after_previous_days is not None:
                raise ValueError(
                    f'step "{step.name}" can never be reached: it is the first, leave out after_previous_days'
                )
            if step.after_due_days is None and step.after_previous_days is None:
                raise _needs(step.name, "after_previous_days or after_due_days", "a later step")
            if place > 0 and self.steps[place - 1].action == "hand-over":
                raise ValueError(f'step "{step.name}" can never be reached: it comes after a hand-over')
        return self


def parse_policy(raw: Raw) -> Policy:
    """A policy from its public form (money as decimal strings); raises ValidationError."""
    return Policy.model_validate(raw, context=public_context())
