"""What a report gathers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from sweeps.reports.content import Content, content_of
from sweeps.study.finding import find_study
from tests.sweeps.reports.studies import make_study


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> Content:
    folder = tmp_path_factory.mktemp("content") / "s"
    make_study(folder)
    return content_of(find_study(folder), 3)


def test_the_objective_has_the_name_and_unit_of_the_records(content: Content) -> None:
    assert (content.objective, content.unit, content.minimized) == ("val", "nats/image", True)


def test_every_configuration_has_one_curve(content: Content) -> None:
    curves = {curve.trial: curve for curve in content.curves}
    assert sorted(curves) == [0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11]  # 8 was promoted, and is 11 now
    assert curves[11].resumed_at == 2
    assert curves[11].steps == tuple(range(1, 10))
    assert curves[9].state == "PRUNED"
    assert curves[9].resumed_at is None


def test_progress_is_the_best_so_far_in_the_order_of_time(content: Content) -> None:
    complete = [own for own in content.progress if own.trial < 8]
    assert [own.trial for own in complete] == list(range(8))
    assert [own.seconds for own in complete] == [60.0 * (n + 1) for n in range(8)]
    assert [own.best for own in complete] == sorted((own.value for own in complete), reverse=True)


def test_failures_stand_by_reason_and_without_passwords(content: Content) -> None:
    (failure,) = content.failures
    assert failure.trials == (12,)
    assert "secret" not in failure.reason
    assert "***" in failure.reason


def test_what_stopping_saved_is_told_by_each_trials_own_rate(content: Content) -> None:
    """Two stopped for good after 2 of 9 steps, a minute each: 7 steps of half a minute each."""
    assert content.cost.saved_seconds == pytest.approx(2 * 7 * 30)


def test_with_finals_the_command_the_pictures_and_the_best_curve_are_the_winners(content: Content) -> None:
    finals = replace(content, top=content.top[1:], again=["again"], board=content.board)
    whole = replace(content, finals=finals)
    assert whole.winner is finals
    assert replace(whole, finals=replace(finals, board=content.board.head(0))).winner.again == content.again
    assert content.winner is content


def test_steps_of_a_promoted_trial_count_once(content: Content) -> None:
    assert content.cost.steps == 8 * 9 + 3 * 2 + 7


def test_the_best_come_first_with_the_command_that_repeats_them(content: Content) -> None:
    assert [trial.number for trial in content.top] == [7, 6, 5]
    assert content.again is not None
    (command,) = content.again
    assert command.endswith("y=7")
    assert content.counts.promoted == 1
    assert content.importances.keys() == {"x", "rate"}
    assert content.finals is None


def test_a_study_without_records_calls_its_objective_value(tmp_path: Path) -> None:
    make_study(tmp_path / "s", records=False)
    content = content_of(find_study(tmp_path / "s"), 1)
    assert (content.objective, content.unit) == ("value", "")


def test_a_study_that_maximizes_has_the_highest_first(tmp_path: Path) -> None:
    make_study(tmp_path / "s", direction="maximize")
    content = content_of(find_study(tmp_path / "s"), 1)
    assert not content.minimized
    values = [own.value for own in content.progress]
    assert content.top[0].values[0] == max(values)
    assert [own.best for own in content.progress] == [max(values[: n + 1]) for n in range(len(values))]
