"""A finite space is drawn from without repetitions, by any sampler."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
import optuna
import pytest
from hydra._internal.config_loader_impl import ConfigLoaderImpl
from hydra._internal.config_search_path_impl import ConfigSearchPathImpl
from hypothesis import given, settings
from hypothesis import strategies as st
from omegaconf import OmegaConf
from optuna.trial import Trial, TrialState

from hydra_plugins.optuna_study.samplers import SAMPLERS
from sweeps.search import distinct
from sweeps.search.distinct import DistinctSampler, most_promising, sampler_of
from sweeps.search.samplers import PerTrialSampler
from sweeps.space import Space, parse_space
from sweeps.study.holding import combination_key
from sweeps.study.notes import note_drawn, note_failure
from sweeps.study.trial import Cause, Job, attributes_of

Row = dict[str, Any]

ENCODERS = (
    "hidden=choice([32],[64],[128],[256],[64,64],[128,64],[256,128])",
    "fc=choice([],[32],[64],[128],[64,32],[128,64])",
)
CONDITIONAL = ("depth=range(1,4)", "width=choice(1,true,'1')", "rate=range(0.0,0.4,0.1)")
NAMES = ("tpe", "random", "qmc", "nsgaii")
NO_CONFIG = OmegaConf.create()


def space_of(*arguments: str, conditions: dict[str, Any] | None = None) -> Space:
    return parse_space(arguments, {}, conditions or {}, None, ConfigLoaderImpl(ConfigSearchPathImpl()))


def study_of(space: Space, name: str = "tpe", seed: int = 0) -> optuna.Study:
    return optuna.create_study(sampler=sampler_of({**SAMPLERS[name], "seed": seed}, space))


def drawn(study: optuna.Study, space: Space) -> tuple[Trial, str]:
    """A trial that runs, and the key of its combination, which it says as a sweep's trials do."""
    trial = study.ask()
    values = space.suggest(trial, NO_CONFIG)
    note_drawn(study._storage, trial._trial_id, combination_key(values))
    return trial, combination_key(values)


def keys_of(study: optuna.Study, space: Space, number: int, workers: int = 1) -> list[str]:
    """What a study draws while so many trials run at a time; the value is better for shorter keys."""
    running: list[Trial] = []
    keys = []
    for _ in range(number):
        if len(running) == workers:
            trial = running.pop(0)
            study.tell(trial, float(len(str(trial.params))))
        trial, key = drawn(study, space)
        running.append(trial)
        keys.append(key)
    return keys


@pytest.mark.parametrize(
    ("name", "seed", "workers"),
    [("tpe", 0, 1), ("tpe", 1, 2), ("tpe", 2, 8), *((name, 0, 2) for name in NAMES[1:])],
)
def test_thirty_of_forty_two_are_distinct(name: str, seed: int, workers: int) -> None:
    space = space_of(*ENCODERS)
    assert space.size == 42
    assert len(set(keys_of(study_of(space, name, seed), space, 30, workers))) == 30


@pytest.mark.parametrize("name", NAMES)
def test_a_space_with_conditions_is_used_up(name: str) -> None:
    space = space_of(*CONDITIONAL, conditions={"width": {"depth": [2, 3]}})
    keys = keys_of(study_of(space, name), space, space.size)
    assert sorted(keys) == sorted(map(combination_key, space.combinations()))


def test_as_long_as_nothing_repeats_the_sampler_draws_what_it_would_have() -> None:
    space = space_of("x=range(0,90000)", "y=choice(a,b)")
    plain = optuna.create_study(sampler=PerTrialSampler(SAMPLERS["tpe"]))
    assert keys_of(study_of(space), space, 15) == keys_of(plain, space, 15)


def test_a_space_with_an_interval_is_left_to_the_sampler() -> None:
    assert isinstance(sampler_of(SAMPLERS["tpe"], space_of("x=interval(0,1)")), PerTrialSampler)
    assert isinstance(sampler_of(SAMPLERS["tpe"], space_of("x=choice(1,2)")), DistinctSampler)


@pytest.mark.parametrize("state", [TrialState.FAIL, TrialState.PRUNED, TrialState.COMPLETE])
def test_what_has_ended_in_any_way_is_not_drawn_again(state: TrialState) -> None:
    space = space_of("x=choice(1,2)")
    study = study_of(space, "random")
    trial, first = drawn(study, space)
    study.tell(trial, 1.0 if state == TrialState.COMPLETE else None, state=state)
    assert drawn(study, space)[1] != first


def test_what_a_trial_gave_way_with_is_drawn_again() -> None:
    space = space_of("x=choice(1,2)")
    study = study_of(space, "random")
    keys = [drawn(study, space)[1]]
    trial, given_up = drawn(study, space)
    note_failure(study._storage, trial._trial_id, Cause.SURPLUS, "another had it")
    study.tell(trial, state=TrialState.FAIL)
    assert drawn(study, space)[1] == given_up not in keys


def test_what_waits_is_not_drawn() -> None:
    space = space_of("x=choice(1,2,3)")
    study = study_of(space, "random")
    study.enqueue_trial({"x": 2})
    study._storage.set_trial_state_values(study.trials[0]._trial_id, TrialState.RUNNING)
    assert {drawn(study, space)[1] for _ in range(2)} == {'{"x": 1}', '{"x": 3}'}


def test_a_part_that_was_enqueued_stays_and_the_rest_is_drawn_unseen() -> None:
    space = space_of("x=choice(1,2)", "y=choice(a,b,c)")
    study = study_of(space, "random")
    for _ in range(3):
        study.enqueue_trial({"x": 2})
    keys = {drawn(study, space)[1] for _ in range(3)}
    assert keys == {combination_key({"x": 2, "y": y}) for y in "abc"}


@pytest.mark.parametrize("state", [TrialState.COMPLETE, TrialState.FAIL])
def test_a_study_of_an_earlier_version_is_known_by_its_parameters(state: TrialState) -> None:
    space = space_of("x=range(0.0,1.0,0.1)")
    study = study_of(space, "random")
    distributions = {"x": space.parameters[0].distribution}
    for number, x in enumerate((0.1, 0.6000000000000001, 0.3, 0.7000000000000001)):
        study.add_trial(
            optuna.create_trial(
                state=state,
                value=1.0 if state == TrialState.COMPLETE else None,
                params={"x": x},
                distributions=distributions,
                user_attrs=attributes_of(job=Job(folder=str(number))),
            )
        )
    keys = {drawn(study, space)[1] for _ in range(space.size - 4)}
    assert len(keys) == space.size - 4
    assert not keys & {combination_key({"x": x}) for x in (0.1, 0.3, 0.6, 0.7)}


@pytest.mark.parametrize(
    "config",
    [
        {"_target_": "optuna.samplers.BruteForceSampler", "seed": 0},
        {"_target_": "optuna.samplers.GridSampler", "search_space": {"x": [1, 2, 3], "y": ["a", "b"]}},
    ],
    ids=["brute force", "grid"],
)
def test_samplers_that_look_at_the_trial_see_it_as_optuna_shows_it(config: dict[str, Any]) -> None:
    space = space_of("x=choice(1,2,3)", "y=choice(a,b)")
    study = optuna.create_study(sampler=sampler_of(config, space))
    assert len(set(keys_of(study, space, 5))) == 5


def test_what_exists_under_conditions_alone_does_not_make_the_search_long() -> None:
    """Ten million combinations of one mode, of which none was drawn, and one of the other, which is seen."""
    names = [f"p{index}" for index in range(7)]
    space = space_of(
        "mode=a,b", *(f"{name}=range(0,10)" for name in names), conditions={n: {"mode": ["b"]} for n in names}
    )
    seen: Row = {"mode": "a"}
    best = most_promising(space, [seen] * 10, {}, lambda row: row != seen, np.random.default_rng(0))
    assert best is not None
    assert best["mode"] == "b"


def test_where_the_best_is_far_any_unseen_one_will_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(distinct, "MOST_STEPS", 3)
    space = space_of("x=1,2,3", "y=range(0,20)", "z=1,2")
    unseen: Row = {"x": 2, "y": 18, "z": 1}
    draws: list[Row] = [{"x": 2, "y": 3, "z": 1}] * 5
    best = most_promising(space, draws, {"x": 2}, lambda row: row == unseen, np.random.default_rng(0))
    assert best == unseen
    assert most_promising(space, draws, {"x": 1}, lambda row: row == unseen, np.random.default_rng(0)) is None


def test_the_best_unseen_one_has_what_was_drawn_most_often() -> None:
    space = space_of("x=choice(1,2,3)", "y=choice(a,b)")
    draws: Sequence[Row] = [{"x": 2, "y": "a"}, {"x": 2, "y": "a"}, {"x": 2, "y": "b"}, {"x": 3, "y": "a"}]
    seen = {combination_key({"x": 2, "y": "a"})}
    order = []
    while (
        best := most_promising(
            space, draws, {}, lambda row: combination_key(row) not in seen, np.random.default_rng(0)
        )
    ) is not None:
        order.append(best)
        seen.add(combination_key(best))
    # x: 1 once, 2 four times, 3 twice of 7; y: a four times, b twice of 6, each with one more.
    assert order[:2] == [{"x": 2, "y": "b"}, {"x": 3, "y": "a"}] or order[:2] == [
        {"x": 3, "y": "a"},
        {"x": 2, "y": "b"},
    ]
    assert len(order) == 5


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_all_of_a_space_are_gone_through_from_the_most_promising_on(data: st.DataObject) -> None:
    sizes = data.draw(st.lists(st.integers(1, 4), min_size=1, max_size=3))
    space = space_of(*(f"p{i}=choice({','.join(map(str, range(size)))})" for i, size in enumerate(sizes)))
    everything = list(space.combinations())
    draws = data.draw(st.lists(st.sampled_from(everything), max_size=6))
    seen: set[str] = set()
    scores = []

    def score(row: Row) -> float:
        product = 1.0
        for own in space.parameters:
            product *= (1 + sum(draw[own.name] == row[own.name] for draw in draws)) / (
                len(draws) + len(own.values or ())
            )
        return product

    ties = np.random.default_rng(0)
    while best := most_promising(space, draws, {}, lambda row: combination_key(row) not in seen, ties):
        scores.append(score(best))
        seen.add(combination_key(best))
    assert len(scores) == len(everything)
    assert all(later <= earlier * (1 + 1e-9) for earlier, later in itertools.pairwise(scores))
