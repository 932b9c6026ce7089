"""The tasks of an account that are open: raised, not done, and of a matter that still stands."""

from collections.abc import Iterable
from datetime import date

from services.overdue.account import Account
from services.overdue.acts import RaiseTask
from services.overdue.task_records import RaisedTask


def open_after(account: Account, standing: Iterable[RaiseTask], today: date) -> list[RaisedTask]:
    """The open tasks among those whose matter stands ``today``; one that was open keeps the day since which it is."""
    since = {task.key: task.since for task in account.open_tasks}
    return [
        RaisedTask(
            task.key,
            task.task,
            task.reason,
            since.get(task.key, today),
            task.invoice,
            task.step,
            task.money,
            task.correction,
        )
        for task in standing
        if task.key in account.tasks and task.key not in account.done_tasks
    ]


def words_of(tasks: Iterable[RaisedTask]) -> str:
    """Open tasks as a person names them: ``phone (1001), find-address``."""
    named = (task.task if task.invoice is None else f"{task.task} ({task.invoice})" for task in tasks)
    return ", ".join(sorted(named)) or "none"
