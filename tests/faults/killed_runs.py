"""Single runs that are killed at random moments: resumed, they come to the same to the last bit."""

from __future__ import annotations

import random
import shutil
import time
from pathlib import Path
from typing import Any

from tests.conftest import SMALL
from tests.faults.processes import ended, start

RUN = ("-m", "lstm_vae.train", *SMALL, "figures.enabled=false", "training.deterministic=true")


def metrics_of(folder: Path) -> Any:
    """What a run has come to, to the last bit."""
    from lstm_vae.run import record
    from lstm_vae.training import history

    account = record.read(folder / "record.json")
    rows = history.read(folder / "history.csv")
    return (
        account.state,
        account.metrics,
        [(row.epoch, row.loss, row.bce, row.kl, row.val_loss) for row in rows],
    )


def kill_runs(times: int, chance: random.Random, work: Path) -> list[str]:
    """Kills single runs and goes on with them; they must come to the same to the last bit."""
    root = work / "undisturbed"
    root.mkdir()
    command = [*RUN, "hydra.run.dir=run"]
    assert ended(start(command, root)) == 0, (root / "log").read_text()
    begun = time.monotonic()
    shutil.rmtree(root / "run")
    assert ended(start(command, root)) == 0
    whole = time.monotonic() - begun
    known = metrics_of(root / "run")
    wrong = []
    for number in range(times):
        root = work / f"run-{number}"
        root.mkdir()
        process = start(command, root)
        time.sleep(whole * chance.uniform(0.3, 1.02))
        process.kill()
        process.wait()
        run = root / "run"
        done = (run / "record.json").exists() and metrics_of_state(run) == "COMPLETE"
        going_on = (
            [*RUN, "training.resume=run"] if (run / "config.yaml").exists() else [*RUN, "hydra.run.dir=again"]
        )
        code = 0 if done else ended(start(going_on, root))
        own = run if (run / "record.json").exists() else root / "again"
        if code != 0 or metrics_of(own) != known:
            wrong.append(f"run {number}: exit code {code}: {(root / 'log').read_text()[-600:]} ({root})")
            print(wrong[-1], flush=True)
        else:
            shutil.rmtree(root)
    print(f"{times} kills of single runs, {len(wrong)} wrong", flush=True)
    return wrong


def metrics_of_state(run: Path) -> str:
    """The state that a run's record names."""
    from lstm_vae.run import record

    return record.read(run / "record.json").state
