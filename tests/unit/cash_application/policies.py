"""Policies that require a confidence, as public events."""

from datetime import datetime

from tests.unit.intake.public_events import MORNING, Event, event


def requiring(confidence: int | None, version: int = 2, at: datetime = MORNING, **changes: object) -> Event:
    """A version of the consumers' shipped policy that requires this confidence before money is placed."""
    data: Event = {
        "policy": "fi-consumer",
        "version": version,
        "country": "FI",
        "kind": "consumer",
        "in_force": "2026-01-01",
        "steps": [
            {
                "name": "nudge",
                "tone": "friendly",
                "action": "letter",
                "after_due_days": 5,
                "response_days": 10,
                "fee": "0.00",
                "interest": False,
            }
        ],
        "channels": ["email"],
        "window": {"from": "09:00", "to": "16:00"},
        "calendar": "FI",
        "minimum": "10.00",
        "residual": {"waive_below": "5.00"},
    }
    if confidence is not None:
        data["match_confidence"] = confidence
    data |= changes
    return event("policy.published", data, id=f"{data['policy']}-{version}", at=at, source="//people")
