from __future__ import annotations

from typing import Any

import pytest

from onnxformers.hub import LoadOptions
from onnxformers.hub.progress import Reporter


@pytest.fixture
def told() -> list[dict[str, Any]]:
    return []


def reporter(told: list[dict[str, Any]]) -> Reporter:
    return Reporter(LoadOptions(progress_callback=told.append), "org/name", "a.json")


def test_statuses_come_once_and_in_order(told: list[dict[str, Any]]) -> None:
    report = reporter(told)
    report.download()
    report.initiate()
    report.download()
    report.done()
    assert [event["status"] for event in told] == ["initiate", "download", "done"]


@pytest.mark.parametrize(
    ("loaded", "total", "expected"),
    [
        (5, 10, (5, 10, 50.0)),
        (10, 10, (10, 10, 100.0)),
        (7, None, (7, 7, 100.0)),
        (12, 10, (12, 12, 100.0)),
        (0, 0, (0, 0, 100.0)),
    ],
)
def test_progress(
    told: list[dict[str, Any]], loaded: int, total: int | None, expected: tuple[int, int, float]
) -> None:
    reporter(told).progress(loaded, total)
    (event,) = told
    assert (event["loaded"], event["total"], event["progress"]) == expected


def test_without_a_callback_nothing_happens() -> None:
    report = Reporter(LoadOptions(), "org/name", "a.json")
    report.done()
    report.progress(1, 2)
    assert not report.listened_to


def test_what_the_callback_raises_is_kept_and_passed_on() -> None:
    def fail(event: dict[str, Any]) -> None:
        raise KeyboardInterrupt

    report = Reporter(LoadOptions(progress_callback=fail), "org/name", "a.json")
    with pytest.raises(KeyboardInterrupt):
        report.done()
    assert isinstance(report.failure, KeyboardInterrupt)
