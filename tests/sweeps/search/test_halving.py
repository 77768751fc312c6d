"""Who goes on, against the algorithm written down anew; brackets and rungs of those who did."""

from __future__ import annotations

from typing import Any

import optuna
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from optuna.trial import FrozenTrial, TrialState

from sweeps.search.halving import HyperbandPruner, LatestStudy, SuccessiveHalvingPruner, view_of
from sweeps.search.promotion import enqueue_promotion, promotable
from sweeps.search.queue import enqueue_retries
from sweeps.study import attributes
from sweeps.study.account import account_of
from sweeps.study.attributes import RUNG
from sweeps.study.lineage import enqueue_resumption, latest
from sweeps.study.trial import Cause, TrialView

pytestmark = pytest.mark.filterwarnings("ignore::optuna.exceptions.ExperimentalWarning")


def run(study: optuna.Study, curve: list[float]) -> FrozenTrial:
    """Runs the next trial along a curve, from where it is, until it ends or is stopped."""
    trial = study.ask()
    done = trial._cached_frozen_trial.last_step or 0
    for step in range(done + 1, len(curve) + 1):
        trial.report(curve[step - 1], step)
        if trial.should_prune():
            study.tell(trial, state=TrialState.PRUNED)
            break
    else:
        study.tell(trial, curve[-1])
    return study.get_trials()[trial.number]


def halving(eta: int = 2, direction: Any = "minimize") -> optuna.Study:
    pruner = SuccessiveHalvingPruner(min_resource=1, reduction_factor=eta)
    return optuna.create_study(pruner=pruner, direction=direction)


@pytest.mark.parametrize(("direction", "sign"), [("minimize", 1), ("maximize", -1)])
def test_among_the_best_after_all(direction: str, sign: int) -> None:
    study = halving(direction=direction)
    for number in range(1, 4):
        run(study, [sign * float(number)] * 4)
        assert promotable(study) is None
    run(study, [sign * 4.0] * 4)
    found = promotable(study)
    assert found is not None
    assert found.number == 1


def test_the_furthest_comes_first() -> None:
    study = halving()
    of = {number: [number + 1.0] * 9 for number in range(10)}
    for curve in of.values():
        run(study, curve)
    order = []
    while (promoted := enqueue_promotion(study)) is not None:
        order.append(promoted)
        assert enqueue_promotion(study) is None  # one at a time
        held = TrialView(study.get_trials()[-1]).resumes
        assert held is not None
        run(study, of[held.first])
    # When the 4th has come to the second rung, the 2nd of it (trial 10, of trial 1) precedes trial 4.
    assert order == [1, 2, 3, 10, 4]


def test_a_rung_counts_a_configuration_once_when_a_trial_reaches_it() -> None:
    study = halving()
    for value in (1.0, 2.0, 3.0, 4.0):
        run(study, [value] * 4)
    assert enqueue_promotion(study) == 1
    run(study, [2.0] * 4)
    run(study, [5.0] * 4)
    # The third of six, and so of the better half; were the promoted one counted twice, the fourth of seven.
    assert run(study, [2.5] * 4).last_step == 2


def test_who_was_stopped_for_an_undefined_value_or_by_itself_stays() -> None:
    study = halving()
    run(study, [1.0] * 4)
    run(study, [float("nan")] * 4)
    own = study.ask()
    own.report(3.0, 1)  # no rung is asked for
    study.tell(own, state=TrialState.PRUNED)
    for _ in range(4):
        run(study, [9.0] * 4)
    found = promotable(study)
    assert found is None or found.number > 2


def test_no_other_pruner_promotes() -> None:
    study = optuna.create_study(pruner=optuna.pruners.MedianPruner())
    assert promotable(study) is None
    assert view_of(study) is study


def test_it_is_enqueued_once_also_when_it_failed_for_good() -> None:
    study = halving()
    for number in range(1, 5):
        run(study, [float(number)] * 4)
    assert enqueue_promotion(study) == 1
    assert enqueue_promotion(study) is None
    trial = study.ask()
    assert enqueue_promotion(study) is None
    trial.set_user_attr(attributes.CAUSE, Cause.RAISED)
    study.tell(trial, state=TrialState.FAIL)
    assert enqueue_promotion(study) is None


def test_one_that_another_process_had_taken_may_be_enqueued_again() -> None:
    study = halving()
    for number in range(1, 5):
        run(study, [float(number)] * 4)
    enqueue_promotion(study)
    trial = study.ask()
    trial.set_user_attr(attributes.CAUSE, Cause.SURPLUS)
    study.tell(trial, state=TrialState.FAIL)
    assert enqueue_promotion(study) == 1


CURVES = st.lists(st.lists(st.integers(0, 20), min_size=9, max_size=9), min_size=1, max_size=24)


@settings(max_examples=60, deadline=None)
@given(CURVES, st.sampled_from([2, 3]))
def test_it_is_the_algorithm(curves: list[list[int]], eta: int) -> None:
    """One worker asks; before each new configuration whoever is promotable goes on, the furthest first."""
    study = halving(eta)
    of: dict[int, list[float]] = {}
    for curve in curves:
        while (expected := by_hand(study, eta)) is not None:
            assert enqueue_promotion(study) == expected
            first = TrialView(study.get_trials()[-1]).resumes
            assert first is not None
            trial = run(study, of[first.first])
            assert trial.intermediate_values == dict(
                enumerate(of[first.first][: len(trial.intermediate_values)], start=1)
            )
        assert enqueue_promotion(study) is None
        of[len(study.trials)] = [float(value) for value in curve]
        run(study, of[len(study.trials)])
    assert len(latest(study.get_trials())) == len(curves)


def by_hand(study: optuna.Study, eta: int) -> int | None:
    """`get_job` of the paper, of the standing trials' values at steps 1, eta, eta^2, ..."""
    steps = [step for step in (1, eta, eta**2, eta**3) if step <= 9]
    trials = latest(study.get_trials())
    for step in reversed(steps):
        rung = [trial for trial in trials if step in trial.intermediate_values]
        ranked = sorted(rung, key=lambda trial: trial.intermediate_values[step])
        for trial in ranked[: len(rung) // eta]:
            if trial.state == TrialState.PRUNED and trial.last_step == step:
                return trial.number
        # Equal values are equally good.
        last = ranked[len(rung) // eta - 1].intermediate_values[step] if len(rung) >= eta else None
        for trial in ranked:
            same = trial.intermediate_values[step] == last
            if same and trial.state == TrialState.PRUNED and trial.last_step == step:
                return trial.number
    return None


def test_brackets_are_those_of_the_first_trial_and_rungs_count_a_configuration_once() -> None:
    pruner = HyperbandPruner(min_resource=1, max_resource=9, reduction_factor=2)
    study = optuna.create_study(study_name="s", pruner=pruner)
    for number in range(30):
        run(study, [float(number)] * 9)
        while enqueue_promotion(study) is not None:
            run(study, [float(TrialView(study.get_trials()[-1]).resumes.first)] * 9)  # type: ignore[union-attr]
    trials = study.get_trials()
    moved = [trial for trial in trials if TrialView(trial).resumes is not None]
    plain = optuna.pruners.HyperbandPruner(min_resource=1, max_resource=9, reduction_factor=2)
    plain._try_initialization(study)
    homes = {trial.number: plain._get_bracket_id(study, trial) for trial in trials}
    assert any(homes[trial.number] != homes[TrialView(trial).resumes.first] for trial in moved)  # type: ignore[union-attr]
    for trial in moved:
        held = TrialView(trial).resumes
        assert held is not None
        assert pruner._get_bracket_id(study, trial) == homes[held.first]
    for bracket in range(4):
        seen = pruner._create_bracket_study(study, bracket).get_trials()
        values = [trial.system_attrs[f"{RUNG}0"] for trial in seen if f"{RUNG}0" in trial.system_attrs]
        assert len(values) == len(set(values))  # every configuration has a value of its own
        assert [trial.number for trial in seen] == [
            trial.number
            for trial in latest(trials)
            if homes[held.first if (held := TrialView(trial).resumes) else trial.number] == bracket
        ]


def test_what_a_stopped_sweep_had_begun_is_done_before_anybody_goes_on() -> None:
    study = halving()
    for number in (1, 2, 3):
        run(study, [float(number)] * 4)
    begun = study.ask()
    begun.report(4.0, 1)
    begun.set_user_attr(attributes.CAUSE, Cause.INTERRUPTED)
    study.tell(begun, state=TrialState.FAIL)
    enqueue_retries(study, 0)
    run_again = study.get_trials()[-1].number
    assert enqueue_promotion(study) is None
    assert [trial.number for trial in account_of(study).begun()] == [run_again]
    run(study, [4.0] * 4)
    assert enqueue_promotion(study) == 1


def test_a_sampler_sees_each_configuration_once() -> None:
    study = halving()
    for number in range(1, 5):
        run(study, [float(number)] * 4)
    enqueue_resumption(study, study.get_trials()[1])
    seen = view_of(study)
    assert isinstance(seen, LatestStudy)
    assert [trial.number for trial in seen.get_trials()] == [0, 2, 3, 4]
    assert [trial.number for trial in seen.get_trials(states=(TrialState.PRUNED,))] == [2, 3]
    assert [trial.number for trial in study.get_trials()] == [0, 1, 2, 3, 4]


def test_a_pruner_of_two_studies_takes_none_for_the_other() -> None:
    low, high = halving(), halving(direction="maximize")
    high.pruner = low.pruner
    for number in range(1, 5):
        run(low, [float(number)] * 4)
        run(high, [-float(number)] * 4)
    for _ in range(2):
        found = [promotable(low), promotable(high)]
        assert [trial.number for trial in found if trial is not None] == [1, 1]
    other = halving()
    other.pruner = low.pruner
    assert promotable(other) is None


@pytest.mark.parametrize("kind", [SuccessiveHalvingPruner, HyperbandPruner])
def test_its_rungs_are_kept_from_one_look_to_the_next(
    kind: type[SuccessiveHalvingPruner | HyperbandPruner],
) -> None:
    pruner = kind(min_resource=1, reduction_factor=2)
    study = optuna.create_study(study_name="s", pruner=pruner)
    for number in range(8):
        run(study, [float(number)] * 4)
    promotable(study)
    assert pruner.cache is not None
    rungs = pruner.cache[1]
    run(study, [0.0] * 4)
    promotable(study)
    assert pruner.cache[1] is rungs


def test_a_view_gives_copies_unless_told_otherwise() -> None:
    study = halving()
    run(study, [1.0] * 4)
    (own,) = study.get_trials(deepcopy=False)
    view = LatestStudy(study)
    assert view.get_trials(deepcopy=False)[0] is own
    assert view.get_trials()[0] is not own
    assert view._get_trials()[0] is not own
    assert view.get_trials(states=(TrialState.PRUNED,)) == []
