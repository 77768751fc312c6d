"""What may happen to a study, drawn at random."""

from __future__ import annotations

import optuna
from hypothesis import strategies as st
from optuna.trial import FrozenTrial, TrialState

from sweeps.study import attributes
from sweeps.study.lineage import enqueue_repeat, enqueue_resumption
from sweeps.study.trial import Cause

# What may happen to a study: the kind, which of the trials that it may happen to, and a value or a cause.
KINDS = ["new", "new", "enqueue", "start", "start", "complete", "prune", "fail", "retry", "go on", "beat"]
CAUSES = [Cause.RAISED, Cause.LOST, Cause.INTERRUPTED, Cause.SURPLUS]
EVENTS = st.lists(
    st.tuples(st.sampled_from(KINDS), st.integers(0, 30), st.integers(0, 3), st.booleans()),
    min_size=10,
    max_size=60,
)


def happen(study: optuna.Study, kind: str, which: int, what: int, looked: bool) -> None:
    """Lets something happen to a study as workers do it."""
    trials = study.get_trials(deepcopy=False)
    storage = study._storage

    def chosen(*states: TrialState) -> FrozenTrial | None:
        found = [trial for trial in trials if trial.state in states]
        return found[which % len(found)] if found else None

    running, waiting = chosen(TrialState.RUNNING), chosen(TrialState.WAITING)
    failed, stopped = chosen(TrialState.FAIL), chosen(TrialState.PRUNED)
    if kind == "new":
        storage.create_new_trial(study._study_id)
    elif kind == "enqueue":
        study.enqueue_trial({"x": what}, user_attrs={attributes.COMBINATION: str(what)} if what else {})
    elif kind == "start" and waiting is not None:
        storage.set_trial_state_values(waiting._trial_id, TrialState.RUNNING)
    elif kind == "beat" and running is not None:
        storage.set_trial_user_attr(running._trial_id, attributes.BEAT, what)
    elif kind == "complete" and running is not None:
        storage.set_trial_state_values(running._trial_id, TrialState.COMPLETE, [float(what)])
    elif kind == "prune" and running is not None:
        storage.set_trial_intermediate_value(running._trial_id, 1, float(what))
        storage.set_trial_state_values(running._trial_id, TrialState.PRUNED, [float(what)])
    elif kind == "fail" and running is not None:
        storage.set_trial_user_attr(running._trial_id, attributes.CAUSE, CAUSES[what])
        storage.set_trial_state_values(running._trial_id, TrialState.FAIL)
    elif kind == "retry" and failed is not None:
        enqueue_repeat(study, failed, {"x": 1}, goes_on=what % 2 == 1)
    elif kind == "go on" and stopped is not None:
        enqueue_resumption(study, stopped)
