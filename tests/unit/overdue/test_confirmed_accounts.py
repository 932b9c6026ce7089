"""What a bank account that nobody else confirmed holds, and which accounts letters print (rules.md G11)."""

import json
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from schemas.decisions import NoticeEnded, Withheld
from schemas.letters import Letter
from services.commands.playback.bootstrap import playing_engine
from services.commands.playback.play_files import Play, merged_pieces
from services.intake.creditor_directory import CreditorDirectory
from services.notifier.letter.render import render
from tests.unit.overdue.story import BANK, CREDITOR, SECOND_BANK, Story, day_of

TREASURER = "//people/treasurer"


def told(story: Story, banks: tuple[str, ...], day: str) -> Story:
    """The creditor is registered anew with these bank accounts."""
    first = next(event for event in story.events if event["type"] == "creditor.registered.v1")
    accounts = [{"iban": bank, "bic": "NDEAFIHH"} for bank in banks]
    return story._add("creditor.registered", day, "05:00", first["data"] | {"accounts": accounts})


def confirmed(story: Story, bank: str, day: str, source: str = TREASURER) -> Story:
    story._add("account.confirmed", day, "05:00", {"creditor": CREDITOR, "iban": bank, "holder": "Acme Rahoitus Oy"})
    story.events[-1]["source"] = source
    return story


def played(story: Story, until: str, folder: Path) -> tuple[list[Letter], dict[str, set[str]]]:
    """The accepted letters, and the reasons of withheld ones by day, of the whole pipeline."""
    story.banks = (BANK, SECOND_BANK)
    events: list[dict[str, Any]] = [*story.events, *story._mornings(day_of(until))]
    file = folder / "story.jsonl"
    file.write_text("".join(f"{json.dumps(event)}\n" for event in events), encoding="utf-8")
    with ExitStack() as stack:
        engine, clock = playing_engine(None, stack)
        messages = list(Play(engine, clock).play(merged_pieces([file], CreditorDirectory()), day_of(until)))
    letters = [each.letter for each in messages if isinstance(each, NoticeEnded) and each.status == "accepted"]
    withheld = [each for each in messages if isinstance(each, Withheld)]
    return letters, {each.date.isoformat(): {reason.code for reason in each.reasons} for each in withheld}


def ibans(letter: Letter) -> list[str]:
    return [account.iban for account in letter.house.accounts]


def test_g11_a_changed_account_holds_every_letter_until_another_source_confirms_it(tmp_path: Path) -> None:
    story = told(Story().invoice("2026-01-23"), (SECOND_BANK,), "2026-01-20")
    letters, withheld = played(confirmed(story, SECOND_BANK, "2026-02-04"), "2026-02-05", tmp_path)

    assert withheld == {"2026-01-28": {"account-unconfirmed"}}
    assert [(letter.date.isoformat(), ibans(letter)) for letter in letters] == [("2026-02-04", [SECOND_BANK])]
    assert "Saaja: Acme Rahoitus Oy\nTilinumero (IBAN): FI13 5000 1520 0000 81" in render(letters[0]).text


def test_g11_who_told_the_account_confirms_nothing(tmp_path: Path) -> None:
    story = told(Story().invoice("2026-01-23"), (SECOND_BANK,), "2026-01-20")
    letters, _ = played(confirmed(story, SECOND_BANK, "2026-01-21", source="//story"), "2026-02-20", tmp_path)

    assert letters == []


def test_g11_an_added_account_is_not_printed_before_it_is_confirmed(tmp_path: Path) -> None:
    story = told(Story().invoice("2026-01-23"), (BANK, SECOND_BANK), "2026-01-20")
    letters, _ = played(confirmed(story, SECOND_BANK, "2026-02-04"), "2026-02-12", tmp_path)

    assert [ibans(letter) for letter in letters] == [[BANK], [BANK, SECOND_BANK]]
    text = render(letters[1]).text
    assert text.index("Saaja: Acme Oy") < text.index("FI21 1234") < text.index("Saaja: Acme Rahoitus Oy")
    assert render(letters[0]).text.count("Saaja: ") == 1


def test_g11_the_former_account_registered_again_ends_the_hold(tmp_path: Path) -> None:
    story = told(Story().invoice("2026-01-23"), (SECOND_BANK,), "2026-01-20")
    letters, withheld = played(told(story, (BANK,), "2026-01-30"), "2026-01-30", tmp_path)

    assert withheld == {"2026-01-28": {"account-unconfirmed"}}
    assert [(letter.date.isoformat(), ibans(letter)) for letter in letters] == [("2026-01-30", [BANK])]
