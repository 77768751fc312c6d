"""A run in Weights & Biases, in the group of its study where it is a trial of one.

Offline, into the run's folder, unless `WANDB_MODE` says otherwise; `wandb sync` uploads it later. All else is
W&B's own to say: `WANDB_PROJECT` (else `lstm_vae`), `WANDB_ENTITY`, `WANDB_BASE_URL`, ...
"""

from __future__ import annotations

import dataclasses
import os

import wandb

from lstm_vae.tracking.tracker import Beginning, Ending
from lstm_vae.training.history import EpochRow
from lstm_vae.training.observer import Steps

PROJECT = "lstm_vae"
ID_FILE = "wandb_run.txt"  # in the run's folder: a run that goes on is the same one there


class WeightsAndBiases:
    """The run's fields as its configuration, its history by epoch, its metrics as summary, its pictures."""

    def __init__(self, beginning: Beginning) -> None:
        id_file = beginning.folder / ID_FILE
        self._last = 0
        earlier = id_file.read_text(encoding="utf-8").strip() if id_file.exists() else None
        self._run = wandb.init(
            project=os.environ.get("WANDB_PROJECT", PROJECT),
            mode=os.environ.get("WANDB_MODE", "offline"),  # type: ignore[arg-type]  # it checks the word
            dir=beginning.folder,
            id=earlier,
            resume="allow" if earlier is not None else None,
            name=beginning.name,
            group=beginning.trial.study if beginning.trial is not None else None,
            config=dict(beginning.fields),
            reinit="create_new",  # a worker's process runs many
            # The command line may have a password: a storage's URL.
            settings=wandb.Settings(console="off", silent=True, x_disable_meta=True),
        )
        self.is_new = earlier is None
        id_file.write_text(f"{self._run.id}\n", encoding="utf-8")

    def on_steps(self, steps: Steps) -> None:
        """Nothing: values are by epoch, as in `history.csv`."""

    def on_epoch(self, row: EpochRow, last: bool) -> None:
        """A value a column."""
        values = dataclasses.asdict(row)
        self._last = row.epoch
        self._run.log(values, step=row.epoch)

    def finish(self, ending: Ending) -> None:
        """The metrics, the pictures and how the run ended."""
        self._run.summary.update({f"final/{name}": value for name, value in ending.metrics.items()})
        self._run.summary.update({"state": ending.state, "reason": ending.reason or ""})
        pictures = {f"figures/{path.stem}": wandb.Image(str(path)) for path in ending.pictures}
        if pictures:
            self._run.log(pictures, step=self._last)
        self._run.finish(exit_code=1 if ending.state == "FAIL" else 0)
