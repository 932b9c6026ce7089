"""A reminder run: 10,000 receivables of 2,500 debtors, 20 days overdue, to the last mail accepted by a mail server.

One process loads the facts. Another opens the store in the morning: the window opens, letters are planned, claimed and
granted, and a mail server on this machine, a process of its own, takes one for each debtor.
"""

from datetime import date, timedelta
from pathlib import Path
from time import sleep
from typing import Final

from services.runtime.settings import MailSettings
from tests.bench.business import TERM, Bill, fed, issued, registered
from tests.bench.engine_room import notices, publish, reach, running
from tests.bench.mail_sink import mail_sink
from tests.bench.measuring import Figure, Stopwatch, followed

_DEBTORS: Final = 2_500
_INVOICES_EACH: Final = 4
_TODAY: Final = date(2026, 3, 18)
_DUE: Final = _TODAY - timedelta(days=20)
_STORE: Final = "mail.db"
_AT_ONCE: Final = 2_000


def load(folder: Path, scale: float) -> list[Figure]:
    """Tell all invoices and the bank's word of the morning."""
    invoices = _debtors(scale) * _INVOICES_EACH
    with running(folder / _STORE) as engine:
        with Stopwatch() as watch:
            publish(engine, [registered(_DUE)])
            for first in followed(range(0, invoices, _AT_ONCE), -(-invoices // _AT_ONCE), "Loading"):
                numbers = range(first, min(first + _AT_ONCE, invoices))
                publish(engine, (issued(Bill(number, number // _INVOICES_EACH, _DUE - TERM)) for number in numbers))
                engine.settle()
            publish(engine, [fed(_TODAY)])
            reach(engine, _TODAY, "07:01")
        return [
            Figure("loading the facts, durable", watch.seconds, "s", better="less"),
            watch.each("  an invoice, of the processor", invoices, "invoice"),
        ]


def send(folder: Path, scale: float) -> list[Figure]:
    """From the facts that lie there to the last mail accepted and recorded."""
    debtors = _debtors(scale)
    with mail_sink() as sink:
        mail = MailSettings(mode="live", host="127.0.0.1", port=sink.port, tls="none")
        with Stopwatch() as watch, running(folder / _STORE, mail) as engine:
            reach(engine, _TODAY, "09:00")
            reach(engine, _TODAY, "09:01")
            while notices(engine, "accepted") < debtors:
                sleep(0.01)
                engine.settle()
        mails = sink.stop()
    assert mails == debtors, f"{mails} mails for {debtors} debtors"
    return [
        Figure("reminder run, from facts loaded to last mail", watch.seconds, "s", 10, "less"),
        watch.each("  a mail, of this process's processor", mails, "mail"),
        Figure("mails accepted", mails, "mails"),
    ]


def _debtors(scale: float) -> int:
    return max(1, int(_DEBTORS * scale))
