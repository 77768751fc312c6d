"""The plan of a study's finals: the best combinations, fresh seeds, a study of their own."""

from __future__ import annotations

import pickle
from pathlib import Path

import optuna
import pytest
import yaml
from optuna.study import Study
from optuna.trial import TrialState

from sweeps.errors import SweepError
from sweeps.plan.finals import best_combinations, finals_of
from sweeps.plan.plan import Plan
from sweeps.study.lineage import enqueue_resumption
from tests.sweeps.parts import space_of
from tests.sweeps.plans import opened, plan_of

WORDS = (
    "x=1,2,3,4",
    "hydra.sweeper.seed_key=y",
    "hydra.sweeper.finalists=2",
    "hydra.sweeper.final_replicates=3",
)


def search(plan: Plan, values: dict[int, float | None]) -> Study:
    """The search's study, its trials told; None fails one."""
    study = opened(plan)
    for x, value in values.items():
        study.enqueue_trial({"x": x})
        trial = study.ask()
        trial.suggest_categorical("x", (1, 2, 3, 4))
        study.tell(trial, value, state=None if value is not None else TrialState.FAIL)
    return study


def test_the_best_run_with_seeds_that_the_search_has_not_used(tmp_path: Path) -> None:
    plan = plan_of(tmp_path / "s", *WORDS, "hydra.sweeper.study_name=mine", "hydra.sweeper.replicates=2")
    finals = finals_of(plan, search(plan, {1: 3.0, 2: 1.0, 3: None, 4: 2.0}))
    assert finals is not None
    assert finals.warm == [{"x": 2}, {"x": 4}]
    assert (finals.first_replicate, finals.settings.replicates, finals.races) == (2, 3, True)
    assert (finals.name, finals.folder.path) == ("mine-finals", tmp_path / "s" / "finals")
    assert finals.config.hydra.sweep.dir == str(tmp_path / "s" / "finals")
    assert plan.config.hydra.sweep.dir == str(tmp_path / "s")  # the search's stays
    assert finals.settings.finalists is None  # finals have none
    assert (finals.settings.promotes, finals.settings.halving) == (False, False)
    assert pickle.loads(pickle.dumps(finals)).warm == finals.warm


def test_budget_of_the_search_is_none_of_the_finals(tmp_path: Path) -> None:
    plan = plan_of(
        tmp_path / "s",
        *WORDS,
        "hydra.sweeper.n_trials=1",
        "hydra.sweeper.target=5",
        "hydra.sweeper.timeout=1",
    )
    finals = finals_of(plan, search(plan, {1: 3.0, 2: 1.0}))
    assert finals is not None
    budget = finals.budget
    assert (budget.n_trials, budget.timeout, budget.target, budget.grid) == (None, None, None, True)


def test_the_finals_say_what_they_are(tmp_path: Path) -> None:
    plan = plan_of(tmp_path / "s", *WORDS)
    finals = finals_of(plan, search(plan, {1: 3.0}))
    assert finals is not None
    opened(finals)
    spec = yaml.safe_load(finals.folder.spec.read_text(encoding="utf-8"))
    assert spec["objective"]["replicates"] == 3
    assert spec["objective"]["first_replicate"] == 1
    assert spec["storage"] == "study.journal"


def test_without_a_complete_trial_there_are_no_finals(tmp_path: Path) -> None:
    plan = plan_of(tmp_path / "s", *WORDS)
    assert finals_of(plan, search(plan, {1: None})) is None


@pytest.mark.parametrize(
    ("storage", "expected"),
    [
        (None, "{folder}/finals/study.journal"),
        ("sqlite:///{folder}/study.db", "sqlite:///{folder}/finals/study.db"),
        ("{other}/all.journal", "{other}/all.journal"),
    ],
)
def test_where_the_finals_are_kept(tmp_path: Path, storage: str | None, expected: str) -> None:
    folder, names = tmp_path / "s", {"folder": tmp_path / "s", "other": tmp_path}
    folder.mkdir()
    words = [f"hydra.sweeper.storage='{storage.format(**names)}'"] if storage is not None else []
    plan = plan_of(folder, *WORDS, *words)
    finals = finals_of(plan, search(plan, {1: 3.0}))
    assert finals is not None
    assert finals.storage.url == expected.format(**names)
    opened(finals)


def test_none_is_a_finalist_twice_and_a_promoted_one_counts_once() -> None:
    space = space_of("x=interval(0,1)")
    study = optuna.create_study()
    for x, value in ((0.5, 1.0), (0.5, 0.9), (0.25, 2.0)):
        study.enqueue_trial({"x": x})
        trial = study.ask()
        trial.suggest_float("x", 0, 1)
        study.tell(trial, value)
    study.enqueue_trial({"x": 0.75})
    stopped = study.ask()
    stopped.suggest_float("x", 0, 1)
    stopped.report(5.0, 1)
    study.tell(stopped, state=TrialState.PRUNED)
    enqueue_resumption(study, study.trials[-1])
    assert best_combinations(study, space, 3) == [{"x": 0.5}, {"x": 0.25}]
    further = study.ask()
    further.suggest_float("x", 0, 1)
    study.tell(further, 0.1)
    assert best_combinations(study, space, 2) == [{"x": 0.75}, {"x": 0.5}]


def test_the_largest_are_best_where_the_study_maximizes() -> None:
    study = optuna.create_study(direction="maximize")
    for x, value in ((1, 1.0), (2, 3.0)):
        study.enqueue_trial({"x": x})
        trial = study.ask()
        trial.suggest_categorical("x", (1, 2))
        study.tell(trial, value)
    assert best_combinations(study, space_of("x=1,2"), 1) == [{"x": 2}]


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("hydra.sweeper.finalists=2",), "hydra.sweeper.finalists=2: needs hydra.sweeper.seed_key"),
        (
            ("hydra.sweeper.finalists=2", "hydra.sweeper.seed_key=x"),
            "hydra.sweeper.finalists=2: x must not be",
        ),
        (("hydra.sweeper.finalists=0",), "hydra.sweeper.finalists=0: must be"),
        (("hydra.sweeper.final_replicates=1",), "hydra.sweeper.final_replicates=1: must be"),
        (
            (
                "hydra.sweeper.finalists=2",
                "hydra.sweeper.seed_key=y",
                "hydra.sweeper.direction=[minimize,minimize]",
            ),
            "hydra.sweeper.finalists=2: must be null with several directions",
        ),
    ],
)
def test_what_finals_cannot_be_made_of_is_refused(
    tmp_path: Path, words: tuple[str, ...], complaint: str
) -> None:
    with pytest.raises(SweepError, match=complaint.replace(".", r"\.")):
        plan_of(tmp_path / "s", "x=1,2", *words)
