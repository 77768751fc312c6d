"""Trials that end and are entered into a study's tables."""

from __future__ import annotations

import json

import optuna
from optuna.trial import TrialState

from sweeps.results.ledger import Ledger
from sweeps.study import attributes


def entered(study: optuna.Study, ledger: Ledger, number: int, state: TrialState) -> None:
    """Ends a trial, of which a record says a metric if it is COMPLETE."""
    folder = ledger._folder.path / str(number)
    folder.mkdir()
    storage, trial_id = study._storage, study.trials[number]._trial_id
    storage.set_trial_user_attr(trial_id, attributes.JOB, {"folder": str(number), "beat": 0.0})
    metrics = {"metrics": {"val_loss": 1.0}} if state == TrialState.COMPLETE else {}
    (folder / "record.json").write_text(json.dumps({"provenance": {"git_commit": "abc"}} | metrics))
    values = [1.0] if state == TrialState.COMPLETE else None
    storage.set_trial_state_values(trial_id, state, values)
    ledger.enter(study.trials[number])
