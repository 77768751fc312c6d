"""Studies to report on, with what real ones have: stopped and promoted trials, failures, pictures, odd
names."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import optuna
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution
from optuna.study import Study
from optuna.trial import FrozenTrial, TrialState, create_trial

from sweeps.study.lineage import enqueue_resumption
from sweeps.study.notes import note_failure
from sweeps.study.trial import Cause, Job, attributes_of
from tests.sweeps.plans import opened, plan_of

SPACE: dict[str, BaseDistribution] = {
    "x": CategoricalDistribution(("[32]", "[64]", "[64,32]")),
    "rate": FloatDistribution(1e-4, 1e-1, log=True),
}
WORDS = ("x=[32],[64],[64,32]", "momentum=tag(log,interval(1e-4,1e-1))", "hydra.sweeper.n_trials=20")
START = datetime(2026, 1, 1, 12)
PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\x00\x05\x00\x01\xff\x89\x99=\x1d\x00\x00\x00\x00IEND\xaeB`\x82"
)


def trial_of(
    number: int, state: TrialState, curve: list[float], folder: str | None = None, minutes: int = 1
) -> FrozenTrial:
    """A trial of two parameters; its curve's last value is its own."""
    trial = create_trial(
        state=state,
        value=curve[-1] if state == TrialState.COMPLETE else None,
        params={"x": ("[32]", "[64]", "[64,32]")[number % 3], "rate": 10 ** -(1 + number % 4 * 0.9)},
        distributions=SPACE,
        intermediate_values=dict(enumerate(curve, 1)),
        user_attrs=attributes_of(job=Job(folder=folder or str(number), overrides=[f"y={number}"])),
    )
    if state.is_finished():
        trial.datetime_start = START + timedelta(minutes=number)
        trial.datetime_complete = trial.datetime_start + timedelta(minutes=minutes)
    return trial


def make_study(
    folder: Path, name: str = "encoder", direction: str = "minimize", records: bool = True
) -> Study:
    """Eight complete trials, three stopped, one of them promoted, one failed, one running."""
    plan = plan_of(folder, *WORDS, f"hydra.sweeper.study_name={name}", f"hydra.sweeper.direction={direction}")
    study = opened(plan)
    sign = 1 if direction == "minimize" else -1
    for number in range(8):
        curve = [sign * (20 - step * (1 + number / 10)) for step in range(9)]
        study.add_trial(trial_of(number, TrialState.COMPLETE, curve))
        own = folder / str(number)
        (own / "figures").mkdir(parents=True)
        (own / "figures" / "samples.png").write_bytes(PNG)
        if records:
            record = {
                "metrics": {"val": curve[-1], "kl": 0.5},
                "units": {"val": "nats/image"},
                "objective": {"name": "val"},
            }
            (own / "record.json").write_text(json.dumps(record), encoding="utf-8")
    for number in (8, 9, 10):
        study.add_trial(
            trial_of(number, TrialState.PRUNED, [sign * 30.0, sign * 28.0 - sign * (number == 8) * 9])
        )
    enqueue_resumption(study, study.trials[8])
    promoted = study.ask()
    promoted.suggest_categorical("x", ("[32]", "[64]", "[64,32]"))
    promoted.suggest_float("rate", 1e-4, 1e-1, log=True)
    for step in range(3, 10):
        promoted.report(sign * (20.0 - step), step)
    study.tell(promoted, sign * 11.0)
    failed = study.ask()
    storage, trial_id = study._storage, failed._trial_id
    note_failure(storage, trial_id, Cause.RAISED, "no luck with postgresql://me:secret@host/db <script>")
    study.tell(failed, state=TrialState.FAIL)
    study.ask()
    return study


def make_long(folder: Path, n_trials: int) -> Study:
    """A long study: a third complete, the others stopped."""
    plan = plan_of(folder, *WORDS, "hydra.sweeper.study_name=long")
    opened(plan)
    # As many trials at a time as the storage takes; a journal writes them one by one.
    study = optuna.load_study(study_name="long", storage=plan.storage.open())
    study.add_trials(
        [
            trial_of(
                number,
                TrialState.COMPLETE if number % 3 == 0 else TrialState.PRUNED,
                [
                    200 - (number % 97) / 10 - step * (2 if number % 3 == 0 else 1)
                    for step in range(27 if number % 3 == 0 else 5)
                ],
            )
            for number in range(n_trials)
        ]
    )
    return study
