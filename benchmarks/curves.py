"""Learning curves of a full study, as a small CSV file that `replay.py` replays.

    python benchmarks/curves.py STUDY [STUDY ...] > curves.csv

Each study is a folder in which all combinations ran to their end, with one training seed. A row an epoch:
the configuration, the seed, the epoch, validation BCE + KL after it (nats per image), and the seconds from
the start of the run until then; the seconds of epoch 0 are those before the first one began, and its loss
is empty. The last epoch's are those of the whole run: evaluation and the record belong to what a trial
costs.
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

COLUMNS = ("encoder.hidden", "encoder.fc", "seed", "epoch", "val_loss", "seconds")


@dataclass(frozen=True)
class Curve:
    """How a run went.

    Attributes:
        losses: validation BCE + KL after each epoch, nats per image.
        ends: seconds from the start of the run until each epoch's value is told; the last is the run's end.
        start: seconds before the first epoch began.
    """

    losses: tuple[float, ...]
    ends: tuple[float, ...]
    start: float

    @property
    def last(self) -> float:
        """Its final value, nats per image."""
        return self.losses[-1]

    def seconds(self, epoch: int, begun_at: int) -> float:
        """What an epoch costs a trial that began after another epoch, which has its own start to pay.

        Args:
            epoch: counted from 1.
            begun_at: the last epoch that the trial did not do itself; 0 for none.
        """
        before = self.ends[epoch - 2] if epoch > 1 else self.start
        return self.ends[epoch - 1] - before + (self.start if epoch == begun_at + 1 else 0.0)


K = TypeVar("K")  # of whatever curves are kept by
Key = tuple[str, str]  # the LSTM sizes and the fully connected stack, as overrides write them


def of_order(curves: Mapping[K, Mapping[int, Curve]], order: int) -> dict[K, Curve]:
    """The curves of one training seed, in turn from order to order."""
    seeds = sorted(next(iter(curves.values())))
    return {key: by_seed[seeds[order % len(seeds)]] for key, by_seed in curves.items()}


def read_curves(path: Path) -> dict[Key, dict[int, Curve]]:
    """The curves of each configuration, by seed."""
    rows: dict[tuple[Key, int], list[dict[str, str]]] = {}
    with path.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            rows.setdefault(((row[COLUMNS[0]], row[COLUMNS[1]]), int(row["seed"])), []).append(row)
    curves: dict[Key, dict[int, Curve]] = {}
    for (key, seed), own in rows.items():
        first, *epochs = own
        assert int(first["epoch"]) == 0
        curves.setdefault(key, {})[seed] = Curve(
            tuple(float(row["val_loss"]) for row in epochs),
            tuple(float(row["seconds"]) for row in epochs),
            float(first["seconds"]),
        )
    return curves


def rows_of(run: Path) -> Iterable[Sequence[object]]:
    """The rows of a run's folder; none of one that did not complete."""
    record = json.loads((run / "record.json").read_text(encoding="utf-8"))
    if record["state"] != "COMPLETE":
        return
    config, whole = record["config"], float(record["provenance"]["seconds"])
    hidden = config["encoder"]["hidden"]
    named = (
        _listed([hidden] if isinstance(hidden, int) else hidden),
        _listed(config["encoder"]["fc"]),
        config["training"]["seed"],
    )
    with (run / "history.csv").open(newline="", encoding="utf-8") as file:
        history = list(csv.DictReader(file))
    training = [float(row["seconds"]) for row in history]
    # What a run does beside its training steps is done before them and after, and at each epoch's end.
    start = max(0.0, whole - sum(training)) / 2
    ends = [start + sum(training[: index + 1]) for index in range(len(training))]
    ends[-1] = whole
    yield (*named, 0, "", f"{start:.2f}")
    for row, end in zip(history, ends, strict=True):
        yield (*named, row["epoch"], f"{float(row['val_loss']):.4f}", f"{end:.2f}")


def _listed(values: Sequence[int]) -> str:
    return f"[{','.join(map(str, values))}]"


def main() -> None:
    """Writes the table."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(COLUMNS)
    for study in sys.argv[1:]:
        for record in sorted(Path(study).glob("*/record.json"), key=lambda path: int(path.parent.name)):
            writer.writerows(rows_of(record.parent))


if __name__ == "__main__":
    main()
