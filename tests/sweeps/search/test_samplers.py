"""Samplers and pruners: made from every option, reproducible by trial number."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import optuna
import pytest
from hydra.utils import get_class
from optuna.pruners import BasePruner
from optuna.samplers import BaseSampler, QMCSampler, RandomSampler
from optuna.trial import TrialState

from hydra_plugins.optuna_study.pruners import PRUNERS
from hydra_plugins.optuna_study.samplers import SAMPLERS
from sweeps.errors import SweepError
from sweeps.search.promotion import enqueue_promotion
from sweeps.search.samplers import PerTrialSampler, derived_seed, make_pruner, make_sampler
from sweeps.study.lineage import enqueue_resumption
from sweeps.study.trial import TrialView
from tests.sweeps.parts import journal_study, settings_of

PACKAGES = {"cmaes": "cmaes", "gp": "torch"}
INSTALLED = [
    name for name in SAMPLERS if name not in PACKAGES or importlib.util.find_spec(PACKAGES[name]) is not None
]
ADDED = {"threshold": {"upper": 1.0}}  # which says nothing by itself
pytestmark = pytest.mark.filterwarnings("ignore::optuna.exceptions.ExperimentalWarning")
Row = dict[str, Any]


def drawn(study: optuna.Study) -> Row:
    """The parameters of the study's next trial, which then ends."""
    trial = study.ask()
    x, y = trial.suggest_float("x", 0, 1), trial.suggest_int("y", 1, 1000)
    trial.suggest_categorical("shape", ("round", "wide"))
    study.tell(trial, (x - 0.3) ** 2 + y / 1000)
    return trial.params


def reported(study: optuna.Study) -> optuna.trial.FrozenTrial:
    """A trial that runs, and has told a value."""
    trial = study.ask()
    trial.report(1.0, 1)
    return study.get_trials()[trial.number]


def rows(config: dict[str, Any], number: int) -> list[Row]:
    study = optuna.create_study(sampler=PerTrialSampler(config))
    return [drawn(study) for _ in range(number)]


@pytest.mark.parametrize("name", INSTALLED)
def test_the_same_seed_and_number_draw_the_same(name: str) -> None:
    config = {**SAMPLERS[name], "seed": 3} if name != "grid" else SAMPLERS[name]
    assert rows(config, 14) == rows(config, 14)


@pytest.mark.parametrize("name", INSTALLED)
def test_different_numbers_and_seeds_draw_differently(name: str) -> None:
    config = SAMPLERS[name]
    first = rows(config, 14)
    assert len({row["x"] for row in first}) >= 13  # a grid point of QMC may be met by chance
    if name != "grid":
        assert rows({**config, "seed": 1}, 1) != first[:1]


def test_the_next_part_of_a_study_draws_what_one_go_would_have(tmp_path: Path) -> None:
    config = {**SAMPLERS["tpe"], "n_startup_trials": 3}
    parts: list[Row] = []
    for _ in range(8):
        parts.append(drawn(journal_study(tmp_path, sampler=PerTrialSampler(config))))
    assert parts == rows(config, 8)


def test_workers_that_ask_at_once_draw_differently(tmp_path: Path) -> None:
    trials = [journal_study(tmp_path, sampler=PerTrialSampler(SAMPLERS["tpe"])).ask() for _ in range(4)]
    assert len({trial.suggest_float("x", 0, 1) for trial in trials}) == 4


@pytest.mark.parametrize("scramble", [False, True])
@pytest.mark.parametrize("kind", ["sobol", "halton"])
def test_the_points_of_qmc_are_those_of_one_sequence(kind: str, scramble: bool) -> None:
    config = {**SAMPLERS["qmc"], "qmc_type": kind, "scramble": scramble, "seed": 5}
    one = QMCSampler(qmc_type=kind, scramble=scramble, seed=5, independent_sampler=RandomSampler(seed=1),
                     warn_independent_sampling=False)  # fmt: skip
    study = optuna.create_study(sampler=one)
    expected = [drawn(study) for _ in range(9)]

    def points(found: Sequence[Row]) -> list[tuple[float, int]]:
        return [(row["x"], row["y"]) for row in found[1:]]

    assert points(rows(config, 9)) == points(expected)


def test_the_brackets_of_hyperband_do_not_draw_the_same() -> None:
    """It shows a sampler only the trials of one bracket; the seed is of the trial's place in the study."""
    pruner = make_pruner({**PRUNERS["hyperband"], "max_resource": 27})
    study = optuna.create_study(sampler=PerTrialSampler(SAMPLERS["random"]), pruner=pruner, study_name="s")
    assert not pruner.prune(study, reported(study))  # from then on it has brackets
    assert len({drawn(study)["x"] for _ in range(40)}) == 40


def test_without_a_seed_nothing_is_repeated() -> None:
    assert derived_seed(None, 3) is None
    config = {**SAMPLERS["random"], "seed": None}
    assert rows(config, 2) != rows(config, 2)


def test_seeds_of_trials_are_all_different() -> None:
    assert len({derived_seed(seed, number) for seed in range(20) for number in range(50)}) == 1000


@pytest.mark.parametrize("name", [name for name in INSTALLED if name not in ("auto", "grid")])
def test_every_sampler_can_be_made_from_its_option(name: str) -> None:
    chosen = settings_of(f"hydra/sweeper/optuna_study/sampler={name}").sampler
    assert chosen == SAMPLERS[name]
    assert type(make_sampler(chosen, 4)) is get_class(chosen["_target_"])
    assert isinstance(make_sampler(chosen, 4), BaseSampler)


@pytest.mark.parametrize("name", PRUNERS)
def test_every_pruner_can_be_made_from_its_option(name: str) -> None:
    chosen = settings_of(f"hydra/sweeper/optuna_study/pruner={name}").pruner
    assert chosen == PRUNERS[name]
    made = make_pruner({**chosen, **ADDED.get(name, {})})
    assert isinstance(made, BasePruner)
    assert isinstance(made, get_class(chosen["_target_"]))


@pytest.mark.parametrize("name", sorted(set(PACKAGES) - set(INSTALLED)))
def test_a_sampler_whose_package_is_missing_says_what_to_install(name: str) -> None:
    with pytest.raises(SweepError, match=f"needs the package {PACKAGES[name]}: pip install {PACKAGES[name]}"):
        make_sampler(SAMPLERS[name], 0)


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"_target_": "optuna.samplers.NoSampler"}, "_target_=optuna.samplers.NoSampler: no such class"),
        ({"_target_": "optuna.samplers.TPESampler", "n_startup_trails": 1}, "n_startup_trails"),
        ({"_target_": "optuna.pruners.NopPruner"}, "is no BaseSampler"),
        ({"_target_": "builtins.dict"}, "is no BaseSampler"),
        ({"_target_": "optuna.samplers.QMCSampler", "seed": None, "scramble": True}, "seed=null"),
    ],
)
def test_what_is_no_sampler_is_refused(config: dict[str, Any], said: str) -> None:
    with pytest.raises(SweepError, match="^hydra.sweeper.sampler") as refused:
        make_sampler(config, 0)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_pruner_that_lacks_its_limits_is_refused() -> None:
    with pytest.raises(SweepError, match=r"^hydra.sweeper.pruner: .*(lower|upper)"):
        make_pruner(PRUNERS["threshold"])


def test_no_pruner_takes_whatever_another_was_told() -> None:
    made = make_pruner({"_target_": "optuna.pruners.NopPruner", "n_startup_trials": 2})
    assert type(made).__name__ == "NopPruner"
    with pytest.raises(SweepError, match=r"hydra\.sweeper\.pruner: TypeError"):
        make_pruner({"_target_": "optuna.pruners.MedianPruner", "min_resource": 3})


def test_trials_that_go_on_take_no_draw() -> None:
    study = optuna.create_study(sampler=PerTrialSampler(SAMPLERS["random"]))
    found = []
    for _ in range(3):
        found.append(drawn(study))
        stopped = study.ask()
        stopped.report(1.0, 1)
        stopped.suggest_float("x", 0, 1)
        study.tell(stopped, state=TrialState.PRUNED)
        enqueue_resumption(study, study.trials[-1])
        study.tell(study.ask(), 1.0)
    assert found == rows(SAMPLERS["random"], 6)[::2]


@pytest.mark.parametrize("pruner", ["hyperband", "successive_halving"])
@pytest.mark.parametrize("name", INSTALLED)
def test_every_sampler_goes_with_stopped_trials_that_go_on(name: str, pruner: str) -> None:
    arguments = {"hyperband": {"max_resource": 9}, "successive_halving": {"min_resource": 1}}[pruner]
    config = {**SAMPLERS[name], **({"n_startup_trials": 2} if "n_startup_trials" in SAMPLERS[name] else {})}

    def curves() -> list[tuple[Row, dict[int, float]]]:
        made = make_pruner({**PRUNERS[pruner], "reduction_factor": 2, **arguments})
        study = optuna.create_study(sampler=PerTrialSampler(config), pruner=made, study_name="s")
        for x in (0.0, 0.1, 0.9, 0.95):  # of which the second is stopped, and then among the best half
            study.enqueue_trial({"x": x})
        for _ in range(14):
            enqueue_promotion(study)
            trial = study.ask()
            x = trial.suggest_float("x", 0, 1)
            for step in range((trial._cached_frozen_trial.last_step or 0) + 1, 10):
                trial.report(x + 1 / step, step)
                if trial.should_prune():
                    study.tell(trial, state=TrialState.PRUNED)
                    break
            else:
                study.tell(trial, x)
        assert any(TrialView(trial).resumes for trial in study.trials) or pruner == "hyperband"
        return [(trial.params, trial.intermediate_values) for trial in study.trials]

    assert curves() == curves()
