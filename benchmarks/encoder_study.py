"""The named study `+sweep=encoder` against a batch sweeper: trials an hour, and time until a good network.

    python benchmarks/encoder_study.py [--data MNIST] [--limit 2000] [--batch-size 128] [--epochs 9]
        [--trials 12] [--seeds 0 1 2] [--workers 2] [--variants batch ours pruned keras] [--drawn once]
        [--json FILE] [--override training.ema=0.9 ...]
        [--ours-override training.precision=mixed_bfloat16 ...]

For each seed, in turn and each by one command, with the same search space, number of trials, workers (joblib)
and training seed:

- `batch`: this project's training under a batch sweeper that works as Hydra's official one does
  (batch_sweeper/: asks for as many trials as there are workers, waits for all, tells all; no pruning);
- `ours`: under this project's sweeper, without a pruner: every trial trains as many epochs;
- `pruned`: the study as it stands in conf/sweep/encoder.yaml, with successive halving;
- `keras`, where --variants names it: the batch sweeper over a plain Keras program
  (batch_sweeper/plain_keras.py): `fit`, Adam at 1e-3, and the threads that Keras takes where nobody sets any:
  all cores in each process.

With `--drawn once` all try the same configurations in the same order: different ones, drawn evenly by the
seed. With `--drawn tpe` each draws its own by TPE with the seed; then which sweeper happens on a good network
early decides as much as how fast it is, unless trials and seeds are many.

--override changes the training of all but `keras`, --ours-override that of `ours` and `pruned` only: what a
user of this project would do and the peer's does not. All but `keras` train on one thread a worker, with the
recipe of the default run, without figures and the importance-weighted bound. Where samplers draw, networks
differ, and large ones take longer: so beside trials an hour stands the training's arithmetic done in a second
(arithmetic.py).

A trial's result is there when its record.json is. Times count from the start of the command. The target is
one nat above the best result of the sweepers compared, at that seed (the peer and those of ours that ran);
beside it, one nat above each one's own best. Ratios are those of the peer to ours for times and epochs, of
ours to the peer for rates: above 1, ours is the quicker. Where only one reaches the target, it is infinite
or 0.
With --json, figures are written after each study, and the same command goes on where it was.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from arithmetic import flop_per_image
from encoder_space import drawn, search_space

HERE = Path(__file__).resolve().parent
BATCH = HERE / "batch_sweeper"
VARIANTS = ("batch", "ours", "pruned", "keras")


class Trial(NamedTuple):
    """One trial of a study.

    Attributes:
        finished: seconds from the start of the command until its record was complete.
        state: as Optuna names it.
        value: validation BCE + KL, nats per image; None where it did not complete.
        epochs: that it trained.
        training_seconds: in all its epochs.
        hidden: sizes of the LSTM layers.
        fc: sizes of the fully connected layers.
    """

    finished: float
    state: str
    value: float | None
    epochs: int
    training_seconds: float
    hidden: list[int]
    fc: list[int]


def read_trials(folder: Path, start_time: float) -> list[Trial]:
    """The trials of a study's folder, in the order in which they finished."""
    trials = []
    for path in folder.glob("*/record.json"):
        record = json.loads(path.read_text(encoding="utf-8"))
        provenance, encoder = record["provenance"], record["config"]["encoder"]
        trials.append(
            Trial(
                path.stat().st_mtime - start_time,
                record["state"],
                record["objective"]["value"],
                provenance.get("epochs", 0),
                provenance.get("training_seconds", 0.0),
                [encoder["hidden"]] if isinstance(encoder["hidden"], int) else list(encoder["hidden"]),
                list(encoder["fc"]),
            )
        )
    return sorted(trials)


def best(trials: Sequence[Trial]) -> float:
    """The lowest value; infinite where no trial completed."""
    return min((t.value for t in trials if t.value is not None), default=math.inf)


def time_to(trials: Sequence[Trial], target: float) -> float:
    """Seconds until the first trial finished whose value is at most the target; infinite if none did."""
    return min((t.finished for t in trials if t.value is not None and t.value <= target), default=math.inf)


def ratio(numerator: float, denominator: float) -> float | None:
    """Of two times or rates; None where it says nothing, both being infinite."""
    if math.isinf(numerator) and math.isinf(denominator):
        return None
    return numerator / denominator


def command(variant: str, args: argparse.Namespace, seed: int, folder: Path) -> list[str]:
    """What runs a study into the folder."""
    program = [str(BATCH / "keras_program.py")] if variant == "keras" else ["-m", "lstm_vae.train"]
    words = [
        *("hydra/launcher=joblib", f"hydra.launcher.n_jobs={args.workers}", f"hydra.sweep.dir={folder}"),
        *(f"hydra.sweeper.n_trials={args.trials}", f"training.epochs={args.epochs}", f"training.seed={seed}"),
        *(f"data.limit={args.limit}", f"training.batch_size={args.batch_size}"),
        *([f"data.dir={Path(args.data).resolve()}"] if args.data else ["data.name=mnist_5k"]),
    ]
    if variant != "keras":
        words += ["training.threads=1", "evaluation.nll_samples=0", "figures.enabled=false", *args.override]
    if variant in ("batch", "keras"):
        words += [
            "hydra/sweeper=batch_optuna",
            *(f"{name}={value}" for name, value in search_space().items()),
        ]
        words += [f"hydra.sweeper.n_jobs={args.workers}", f"hydra.sweeper.seed={seed}"]
    else:
        words += ["+sweep=encoder", f"hydra.sweeper.n_workers={args.workers}"]
        words += [f"hydra.sweeper.sampler.seed={seed}", "hydra.sweeper.threads_per_worker=1"]
        words += args.ours_override
    if args.drawn == "once":
        words.append(f"hydra.sweeper.enqueue={drawn(args.trials, seed)}")
    if variant == "ours":
        words.append("hydra/sweeper/optuna_study/pruner=none")
    return [sys.executable, *program, "--multirun", *words]


def run_study(variant: str, args: argparse.Namespace, seed: int) -> dict[str, Any]:
    """Runs a study; returns its figures."""
    environment = dict(os.environ)
    if variant in ("batch", "keras"):
        environment["PYTHONPATH"] = os.pathsep.join([str(BATCH), environment.get("PYTHONPATH", "")])
    with tempfile.TemporaryDirectory() as root:
        folder = Path(root) / "study"
        start_time = time.time()
        process = subprocess.run(
            command(variant, args, seed, folder), cwd=root, env=environment, capture_output=True, text=True
        )
        seconds = time.time() - start_time
        if process.returncode:
            sys.exit(f"{variant}, seed {seed} failed:\n{process.stdout[-2000:]}\n{process.stderr[-2000:]}")
        trials = read_trials(folder, start_time)
    return study_figures(trials, seconds, args.limit, args.workers)


def study_figures(trials: list[Trial], seconds: float, images: int, workers: int) -> dict[str, Any]:
    """What one study gave; all numbers finite."""
    flop = sum(flop_per_image(t.hidden, t.fc) * t.epochs for t in trials) * images
    value = best(trials)
    return {
        "seconds": round(seconds, 1),
        "trials": len(trials),
        "completed": sum(t.state == "COMPLETE" for t in trials),
        "epochs": sum(t.epochs for t in trials),
        "trials_per_hour": round(3600 * len(trials) / seconds, 2),
        "training_gflop_per_s": round(flop / seconds / 1e9, 2),
        "training_share_of_workers": round(sum(t.training_seconds for t in trials) / seconds / workers, 3),
        "best": None if math.isinf(value) else round(value, 3),
        "each": [t._asdict() for t in trials],
    }


def compare(studies: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The studies of one seed: by peer and ours, times to the target and ratios."""
    trials = {variant: [Trial(**each) for each in study["each"]] for variant, study in studies.items()}
    comparisons = {}
    for peer in [name for name in ("batch", "keras") if name in studies]:
        others = [name for name in ("ours", "pruned") if name in studies]
        target = 1 + min(best(trials[name]) for name in (peer, *others))
        for ours in others:
            first, second = studies[peer], studies[ours]
            times_to_target = [time_to(trials[name], target) for name in (peer, ours)]
            own = [time_to(trials[name], 1 + best(trials[name])) for name in (peer, ours)]
            comparisons[f"{peer}, {ours}"] = {
                "target": target,
                "seconds to the target": times_to_target,
                "seconds to within a nat of the own best": own,
                "ratios": {
                    "time to the target": ratio(*times_to_target),
                    "time to within a nat of the own best": ratio(*own),
                    "time in all": ratio(first["seconds"], second["seconds"]),
                    "trials an hour": ratio(second["trials_per_hour"], first["trials_per_hour"]),
                    "arithmetic a second": ratio(
                        second["training_gflop_per_s"], first["training_gflop_per_s"]
                    ),
                    "epochs": ratio(first["epochs"], second["epochs"]),
                },
            }
    return comparisons


def median_ratios(comparisons: Sequence[dict[str, dict[str, Any]]]) -> dict[str, dict[str, float]]:
    """Of all seeds; a seed at which neither reached the target says nothing of the time to it."""
    medians: dict[str, dict[str, float]] = {}
    for pair in comparisons[0]:
        medians[pair] = {}
        for name in comparisons[0][pair]["ratios"]:
            values = [one[pair]["ratios"][name] for one in comparisons]
            if numbers := [value for value in values if value is not None]:
                medians[pair][name] = statistics.median(numbers)
    return medians


def plain(figures: Any) -> Any:
    """For JSON, which has no infinity: numbers rounded, infinite ones as the text "inf"."""
    if isinstance(figures, dict):
        return {key: plain(value) for key, value in figures.items()}
    if isinstance(figures, list):
        return [plain(value) for value in figures]
    if isinstance(figures, float):
        return "inf" if math.isinf(figures) else round(figures, 3)
    return figures


def main() -> None:
    """Runs the studies and prints."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", help="folder with MNIST's files (the packaged 5,000 digits)")
    parser.add_argument("--limit", type=int, default=2000, help="training images (2000)")
    parser.add_argument("--batch-size", type=int, default=128, help="images a step (128)")
    parser.add_argument("--epochs", type=int, default=9, help="of each trial (9)")
    parser.add_argument("--trials", type=int, default=12, help="of each study (12)")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--workers", type=int, default=2, help="trials at a time (2)")
    parser.add_argument("--override", nargs="+", default=[], help="further ones for this project's training")
    parser.add_argument("--ours-override", nargs="+", default=[], help="further ones for `ours` and `pruned`")
    parser.add_argument("--variants", nargs="+", default=VARIANTS[:3], choices=VARIANTS, help="what to run")
    parser.add_argument("--drawn", default="once", choices=("once", "tpe"), help="who draws (once)")
    parser.add_argument("--json", type=Path, help="file for all figures, written after each study")
    args = parser.parse_args()
    names = (
        "data",
        "limit",
        "batch_size",
        "epochs",
        "trials",
        "workers",
        "drawn",
        "override",
        "ours_override",
    )
    settings = {name: getattr(args, name) for name in names}
    report: dict[str, Any] = {"settings": settings, "studies": {}}
    if args.json and args.json.exists():
        earlier = json.loads(args.json.read_text(encoding="utf-8"))
        if earlier["settings"] != settings:
            sys.exit(f"{args.json} has figures of other settings: {earlier['settings']}")
        report["studies"] = earlier["studies"]
    comparisons = []
    for number, seed in enumerate(args.seeds):
        studies = report["studies"].setdefault(str(seed), {})
        for variant in args.variants if number % 2 == 0 else args.variants[::-1]:
            if variant not in studies:
                studies[variant] = run_study(variant, args, seed)
                save(args.json, report)
            figures = {name: value for name, value in studies[variant].items() if name != "each"}
            print(f"seed {seed}, {variant}: {figures}", flush=True)
        comparisons.append(compare({variant: studies[variant] for variant in args.variants}))
        report["seeds"] = dict(zip(map(str, args.seeds), comparisons, strict=False))
        report["medians of the ratios"] = median_ratios(comparisons)
        save(args.json, report)
        print(f"seed {seed}: {json.dumps(plain(comparisons[-1]), indent=2)}", flush=True)
    print(f"medians of the ratios: {json.dumps(plain(median_ratios(comparisons)), indent=2)}")


def save(path: Path | None, report: dict[str, Any]) -> None:
    """Writes the figures."""
    if path:
        path.write_text(json.dumps(plain(report), indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
