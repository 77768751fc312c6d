"""What a sweep would do is what it does, and saying so writes nothing."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import optuna
import pytest

from sweeps.dry_run import SHOWN, dry_run
from sweeps.errors import SweepError
from sweeps.plan.plan import Plan
from sweeps.search.samplers import PerTrialSampler
from sweeps.terminal.wording import shown_params
from tests.conftest import files_below
from tests.sweeps.parts import journal_study
from tests.sweeps.plans import opened, plan_of

SAMPLER = "hydra/sweeper/optuna_study/sampler"


@pytest.fixture(autouse=True)
def _verbosity() -> Iterator[None]:
    """Optuna's own stays what it was for other tests."""
    before = optuna.logging.get_verbosity()
    yield
    optuna.logging.set_verbosity(before)


def lines_of(capsys: pytest.CaptureFixture[str], plan: Plan) -> list[str]:
    """The lines of a dry run, which says nothing on stderr."""
    dry_run(plan)
    out, err = capsys.readouterr()
    assert err == ""
    return out.splitlines()


def test_a_study_that_searches_something_else_is_refused_as_without_a_dry_run(tmp_path: Path) -> None:
    opened(plan_of(tmp_path / "s", "x=1,2", "hydra.sweeper.study_name=mine"))
    other = plan_of(tmp_path / "s", "x=1,2,3", "hydra.sweeper.study_name=mine")
    with pytest.raises(SweepError, match=r"something else: search_space\.x: 1, 2 -> 1, 2, 3;"):
        dry_run(other)


def test_a_grid_is_told_combination_by_combination_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    plan = plan_of(tmp_path / "s", "x=1,2", "shape=round,wide", "hydra.sweeper.n_trials=3")
    first, *lines = lines_of(capsys, plan)
    assert first == f"study {plan.name} would be made in s"
    assert lines == [
        "  x: 1, 2",
        "  shape: round, wide",
        "  until 3 trials; 1 at a time",
        "4 combinations:",
        *(f"  x={x} shape={shape}" for x in (1, 2) for shape in ("round", "wide")),
    ]
    assert files_below(tmp_path) == set()


@pytest.mark.parametrize(
    ("sizes", "more"), [((4, 5), []), ((3, 7), ["  and 1 more"]), ((3, 9), ["  and 7 more"])]
)
def test_a_large_grid_is_told_in_part_and_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], sizes: tuple[int, int], more: list[str]
) -> None:
    words = [f"{name}={','.join(map(str, range(size)))}" for name, size in zip("xy", sizes, strict=True)]
    lines = lines_of(capsys, plan_of(tmp_path / "s", *words))
    begin = lines.index(f"{math.prod(sizes)} combinations:") + 1
    assert all(line.startswith("  x=") for line in lines[begin : begin + SHOWN])
    assert lines[begin + SHOWN :] == more


@pytest.mark.parametrize("sampler", ["auto", "qmc"])
def test_the_first_draws_are_those_that_the_study_will_have(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], sampler: str
) -> None:
    settings = (f"{SAMPLER}={sampler}", "hydra.sweeper.sampler.seed=3", "hydra.sweeper.n_trials=4")
    plan = plan_of(tmp_path / "s", "x=interval(0,1)", "y=1,2,3", *settings)
    lines = lines_of(capsys, plan)
    draws = []
    for value in range(4):
        study = journal_study(tmp_path, sampler=PerTrialSampler(plan.settings.sampler))
        trial = study.ask()
        draws.append(f"  {shown_params(plan.space.suggest(trial, plan.config))}")
        study.tell(trial, float(value))
    assert lines[-4:] == draws
    assert lines[-5].startswith("sampled by ")


def test_a_study_that_is_there_goes_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan = plan_of(tmp_path / "s", "x=1,2")
    opened(plan)
    assert lines_of(capsys, plan)[0] == f"study {plan.name} goes on in {tmp_path / 's'}"


def test_replicates_and_workers_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = ("hydra.sweeper.replicates=3", "hydra.sweeper.seed_key=y")
    lines = lines_of(capsys, plan_of(tmp_path / "s", "x=1,2", *settings))
    assert "  each combination 3 times, with different seeds" in lines
    two = ("hydra/launcher=joblib", "hydra.launcher.n_jobs=2", "hydra.sweeper.n_workers=2")
    lines = lines_of(capsys, plan_of(tmp_path / "s", "x=1,2", *two))
    assert "  until every combination; 2 at a time" in lines
    assert not any("each combination" in line for line in lines)


def test_what_is_enqueued_comes_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sampled = plan_of(tmp_path / "s", "x=interval(0,1)", "hydra.sweeper.enqueue=[{x:0.5}]")
    lines = lines_of(capsys, sampled)
    assert lines[lines.index(next(line for line in lines if "the first" in line)) + 1] == "  x=0.5"
    grid = plan_of(tmp_path / "g", "x=1,2,3", "hydra.sweeper.enqueue=[{x:3}]")
    assert lines_of(capsys, grid)[-3:] == ["  x=3", "  x=1", "  x=2"]
