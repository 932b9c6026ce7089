"""What a letter says, in order, as sentences and facts: the same for its text and its HTML.

Source of what must be said: LSP 5 a § as the standard for own letters.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from schemas.channels import channel_named
from schemas.letters import Letter
from schemas.references import printed_reference
from services.law.countries import DEFAULT_COUNTRY, countries
from services.law.figures import law_of
from services.notifier.letter import plan
from services.notifier.letter.formats import grouped_iban
from services.notifier.letter.next_steps import NextSteps
from services.notifier.letter.plain import plain, shortened
from services.notifier.letter.sums import InvoiceSums, LabelledRow, invoice_words, statements
from services.notifier.letter.words import LetterWords, words_for

SUBJECT_LENGTH: Final = 60
_INVOICE_ROOM: Final = 24
_FEW: Final = 3
_WEB_ADDRESS: Final = re.compile(r"https://[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+(/[A-Za-z0-9._~/-]*)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class LetterSection:
    """A heading with paragraphs, rows and list items under it, each of which may be missing."""

    heading: str
    paragraphs: tuple[str, ...] = ()
    rows: tuple[LabelledRow, ...] = ()
    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sums:
    """What the sum is made of; ``grand`` is there when it has more than one part."""

    heading: str
    what: str
    amount: str
    statements: tuple[InvoiceSums, ...]
    grand: LabelledRow | None
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Content:
    """A whole letter, ready to be laid out."""

    language: str
    subject: str
    creditor: str
    recipient: tuple[str, ...]
    heading: str
    greeting: str
    opening: tuple[str, ...]
    pay: LetterSection | None
    sums: Sums | None
    sections: tuple[LetterSection, ...]
    footer: tuple[str, ...]


def compose(letter: Letter) -> Content:
    """What ``letter`` says in its own language.

    Raises:
        SumsDisagreeError: its figures do not add up.
    """
    return _Composer(letter, words_for(letter.language, letter.kind)).content()


class _Composer:
    """One letter and the words for it."""

    def __init__(self, letter: Letter, words: LetterWords) -> None:
        self.letter = letter
        self.words = words
        self.creditor = plain(letter.house.name)
        self.country = letter.house.address.country or DEFAULT_COUNTRY
        self.law = law_of(self.country if self.country in countries() else DEFAULT_COUNTRY, letter.date)
        self.total = self.money(letter.total)
        self.deadline = words.formats.full_day(letter.response_by)
        self.reminds = letter.purpose == "reminder"
        self.asks = letter.purpose != "apology"

    def content(self) -> Content:
        letter, words = self.letter, self.words
        return Content(
            language=letter.language,
            subject=self.subject(),
            creditor=self.creditor,
            recipient=self.recipient() if channel_named(letter.channel).address == "postal" else (),
            heading=self.heading(),
            greeting=words.say("greeting.text", name=plain(letter.recipient.name)),
            opening=tuple(self.opening()),
            pay=self.pay() if self.asks else None,
            sums=self.sums() if self.reminds else None,
            sections=tuple(self.sections()),
            footer=tuple(self.footer()),
        )

    def money(self, minor: int) -> str:
        return self.words.formats.money(minor, self.letter.currency)

    def say(self, key: str, /, **facts: str) -> str:
        return self.words.say(key, **facts)

    # --- heading and subject ---------------------------------------------------------------------

    def subject(self) -> str:
        """Creditor and invoice, fit for a screen that others see: no sum, no stage."""
        about = self.about_first()
        if not about:
            return shortened(self.creditor, SUBJECT_LENGTH)
        room = SUBJECT_LENGTH - len(self.say("subject.letter", creditor="", about=about))
        return self.say("subject.letter", creditor=shortened(self.creditor, room), about=about)

    def about_first(self) -> str:
        lines = self.letter.lines
        if not lines:
            return ""
        first = shortened(invoice_words(lines[0], self.words), _INVOICE_ROOM)
        if len(lines) == 1:
            return self.say("about.one", invoice=first)
        return self.say("about.others", invoice=first, count=str(len(lines) - 1))

    def heading(self) -> str:
        about = self.about()
        return self.say("title.heading", title=self.title(), about=about) if about else self.title()

    def about(self) -> str:
        lines = self.letter.lines
        if not lines:
            return ""
        if len(lines) == 1:
            return self.say("about.one", invoice=invoice_words(lines[0], self.words))
        invoices = [invoice_words(line, self.words, "about.part_listed") for line in lines]
        if len(invoices) <= _FEW:
            return self.say("about.few", invoices=self.words.listed(invoices))
        return self.say("about.many", count=str(len(invoices)))

    def title(self) -> str:
        """The policy's own title of the step, else ours for the shipped name of the furthest, else the tone's (S4)."""
        letter = self.letter
        if not self.reminds:
            return self.say(f"title.{letter.purpose}")
        if letter.step_title and (own := plain(letter.step_title)):
            return own
        shipped = f"title.step.{letter.title_step or letter.step}"
        return self.say(shipped if shipped in self.words else f"title.{letter.tone}")

    def recipient(self) -> tuple[str, ...]:
        who = self.letter.recipient
        if who.address is None:
            return (plain(who.name),)
        town = f"{plain(who.address.postcode)} {plain(who.address.city)}"
        lines = (plain(who.name), plain(who.address.street), town, plain(who.address.country or ""))
        return tuple(line for line in lines if line)

    # --- opening ---------------------------------------------------------------------------------

    def opening(self) -> Iterator[str]:
        """The first words: thanks if it is paid, the sum, the day, and an offer of help."""
        match self.letter.purpose, self.letter.tone:
            case "apology", _:
                yield from self.apology()
            case "instalment", _:
                yield self.say("instalment.paid")
                yield " ".join((*plan.missed(self.letter, self.words), self.ask("instalment")))
                yield f"{self.say('instalment.help')} {self.say('instalment.keeps')}"
                yield from self.counted_to()
            case _, "friendly":
                yield self.say("friendly.paid")
                yield self.ask("friendly")
                yield self.help("friendly")
            case _, tone:
                state = self.words.say_of(f"{tone}.open", len(self.letter.lines))
                yield f"{state} {self.ask(tone)}"
                yield self.say(f"{tone}.paid")
                yield self.help(tone)

    def ask(self, voice: str) -> str:
        return self.say(f"{voice}.ask", total=self.total, deadline=self.deadline)

    def help(self, voice: str) -> str:
        help_offered = self.say(f"{voice}.help")
        received = sum(line.received for line in self.letter.lines)
        if not received:
            return help_offered
        return f"{self.say('thanks.received', amount=self.money(received))} {help_offered}"

    def apology(self) -> Iterator[str]:
        """A payment crossed our letter: what is taken back, and that there is nothing to do (rules.md M1)."""
        letter = self.letter
        yield self.say("apology.crossed")
        amounts = {
            "fee": sum(line.fee_new for line in letter.lines),
            "interest": sum(line.interest_new for line in letter.lines),
            "compensation": sum(line.compensation_new for line in letter.lines),
        }
        items = [self.say(f"cost.{name}", amount=self.money(minor)) for name, minor in amounts.items() if minor]
        if items:
            yield self.say("apology.taken_back", items=self.words.listed(items))
        yield self.say("apology.nothing")

    # --- how to pay, and what for ----------------------------------------------------------------

    def pay(self) -> LetterSection:
        rows = [
            LabelledRow(self.say("pay.amount"), self.total),
            LabelledRow(self.say("pay.deadline"), self.deadline),
        ]
        named: str | None = None
        for account in self.letter.house.accounts:
            holder = plain(account.holder) or self.creditor
            if holder != named:  # the holder of several accounts is named once
                rows.append(LabelledRow(self.say("pay.receiver"), holder))
                named = holder
            rows.append(LabelledRow(self.say("pay.iban"), grouped_iban(account.iban)))
            rows.append(LabelledRow(self.say("pay.bic"), account.bic))
        reference = printed_reference(self.letter.reference, self.law.references)
        rows.append(LabelledRow(self.say("pay.reference"), reference))
        return LetterSection(self.say("pay.heading"), (self.say("pay.hint"),), tuple(rows))

    def sums(self) -> Sums:
        parts = statements(self.letter, self.words)
        return Sums(
            heading=self.say("sums.heading"),
            what=self.say("sums.what"),
            amount=self.say("sums.amount"),
            statements=parts,
            grand=LabelledRow(self.say("sums.grand"), self.total) if len(parts) > 1 else None,
            notes=tuple(self.notes()),
        )

    def notes(self) -> Iterator[str]:
        """What explains the sum: what is not in it, and up to when it is counted."""
        letter, formats = self.letter, self.words.formats
        if letter.fee_forgiven:
            yield self.say("notes.forgiven_fee")
        if letter.fee_barred_by_suspension:
            yield self.say("notes.free_of_charge")
        if any(line.disputed for line in letter.lines):
            yield self.say("notes.disputed")
        waived = sum(line.waived for line in letter.lines)
        if waived:
            yield self.say("notes.waived", amount=self.money(waived))
        if letter.interest_through is not None:
            yield self.say("notes.interest_through", date=formats.day(letter.interest_through))
        yield from self.counted_to()

    def counted_to(self) -> Iterator[str]:
        through = self.letter.payments_through
        if through is not None:
            yield self.say("notes.payments_through", date=self.words.formats.day(through))

    # --- what comes next, and what helps ---------------------------------------------------------

    def sections(self) -> Iterator[LetterSection]:
        letter = self.letter
        consumer = letter.kind == "consumer"
        if self.reminds:
            following = NextSteps(letter, self.words, self.law).sentences()
            yield LetterSection(self.say("next.heading"), tuple(following))
            yield self.ways()
        if letter.plan is not None:
            yield LetterSection(self.say("plan.heading"), rows=tuple(plan.rows(letter, letter.plan, self.words)))
            changes = (self.say(f"plan.{key}", deadline=self.deadline) for key in ("change", "dispute"))
            yield LetterSection(self.say("ways.heading"), items=tuple(changes))
        yield self.contact()
        rights = f"rights.{self.country}.suspension"
        barred = letter.tone == "friendly" or letter.fee_barred_by_suspension
        if self.reminds and consumer and not barred and rights in self.words:
            yield LetterSection(self.say(f"rights.{self.country}.heading"), (self.say(rights),))
        if self.asks and consumer and f"advice.{self.country}.intro" in self.words:
            yield self.advice()

    def ways(self) -> LetterSection:
        """What stops it: paying, more time or parts, a dispute."""
        pay = self.words.say_of("ways.pay", len(self.letter.lines))
        dispute = self.say("ways.dispute", deadline=self.deadline)
        return LetterSection(self.say("ways.heading"), items=(pay, self.say("ways.time"), dispute))

    def contact(self) -> LetterSection:
        contact = self.letter.house.contact
        phone, url = plain(contact.phone), plain(contact.url)
        rows = (
            LabelledRow(self.say("contact.phone"), phone, (plain(contact.hours),), _telephone(phone)),
            LabelledRow(self.say("contact.email"), contact.email, (), f"mailto:{quote(contact.email, safe='@')}"),
            LabelledRow(self.say("contact.web"), url, (), url if _WEB_ADDRESS.fullmatch(url) else None),
        )
        reply = (self.say("contact.reply"),) if channel_named(self.letter.channel).address == "email" else ()
        return LetterSection(self.say("contact.heading"), reply, rows)

    def advice(self) -> LetterSection:
        """Free help with money worries, by name and number."""
        of = f"advice.{self.country}"
        rows = tuple(
            LabelledRow(self.say(f"{of}.{who}"), phone, (), _telephone(phone))
            for who in ("authority", "foundation")
            for phone in (self.say(f"{of}.{who}_phone"),)
        )
        return LetterSection(self.say(f"{of}.heading"), (self.say(f"{of}.intro"),), rows)

    def footer(self) -> Iterator[str]:
        letter, house = self.letter, self.letter.house
        address = f"{plain(house.address.street)}, {plain(house.address.postcode)} {plain(house.address.city)}"
        yield self.say("footer.why" if self.asks else "footer.why_paid", creditor=self.creditor)
        yield f"{self.creditor}, {address}"
        yield self.say("footer.business_id", id=plain(house.business_id))
        yield self.say("footer.dated", date=self.words.formats.day(letter.date))
        yield self.say("footer.letter_id", notice=plain(letter.notice))


def _telephone(phone: str) -> str | None:
    """The link that dials ``phone``, if it is a plain number."""
    dialled = re.sub(r"[ ()-]", "", phone)
    return f"tel:{dialled}" if re.fullmatch(r"\+?[0-9]{5,15}", dialled, re.ASCII) else None
