"""The fetch progress of a partition: handled records, records on their way, and offsets without a record."""

from services.runtime.kafka.faust.fetch_progress import FetchProgress


def test_new_progress_has_nothing_to_report() -> None:
    assert FetchProgress(7).end_to_report() is None


def test_an_end_is_reported_only_when_all_that_was_fetched_is_handled() -> None:
    progress = FetchProgress(7)
    progress.fetched, progress.position = 9, 12
    progress.mark_handled(7)
    assert progress.end_to_report() is None

    progress.mark_handled(8)
    assert progress.end_to_report() == 12


def test_an_end_is_reported_once() -> None:
    progress = FetchProgress(7)
    progress.position = 12
    assert progress.end_to_report() == 12

    progress.reported = 12
    assert progress.end_to_report() is None
