"""What is waited for before anything happens: help, the configuration, the first training step.

    python benchmarks/start_up.py [PEER.py] [--data MNIST] [--rounds 5]

Every command in a fresh process, in turn, `--rounds` times. The first training step is the default network's
on MNIST, one step a call; once with an empty per-user cache, and then with the prepared images in it. PEER.py
takes --encoder lstm --epochs --limit --threads, and prints a JSON line an epoch: with 128 images, one step.
Prints seconds, and their medians as JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parent
COMMANDS = {
    "train --help": ["-m", "lstm_vae.train", "--help"],
    "train --cfg job": ["-m", "lstm_vae.train", "--cfg", "job"],
    "sweeps --help": ["-m", "sweeps", "--help"],
}


def whole(command: list[str]) -> float:
    """Seconds until a command has ended."""
    started = time.perf_counter()
    subprocess.run([sys.executable, *command], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def until_json(command: list[str], folder: str, cache: str) -> float:
    """Seconds until a command prints its first JSON line; it is ended there."""
    environment = {**os.environ, "XDG_CACHE_HOME": cache}
    started = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stderr is not None
    for line in process.stdout:
        if line.startswith("{"):
            seconds = time.perf_counter() - started
            process.kill()
            process.communicate()
            return seconds
    sys.exit(f"{' '.join(command)} printed no JSON line:\n{process.stderr.read()}")


def main() -> None:
    """Runs the benchmark."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("peer", type=Path, nargs="?")
    parser.add_argument("--data", help="folder with MNIST's files (where the program finds them)")
    parser.add_argument("--python", default=sys.executable, help="interpreter of the peer's environment")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    first = [sys.executable, str(HERE / "first_step.py"), "training.steps_per_execution=1"]
    first += ["training.progress=none", f"training.threads={args.threads}"]
    first += [f"data.dir={Path(args.data).resolve()}"] if args.data else []
    rows: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory() as cache:
        for _ in range(args.rounds):
            row = {name: whole(command) for name, command in COMMANDS.items()}
            with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as empty:
                row["first step, empty cache"] = until_json(first, folder, empty)
            for name in ("first step",) if rows else ("", "first step"):  # the very first one prepares
                with tempfile.TemporaryDirectory() as folder:
                    row[name] = until_json(first, folder, cache)
            row.pop("", None)
            if args.peer is not None:
                peer = [args.python, str(args.peer.resolve()), "--encoder", "lstm", "--epochs", "1"]
                peer += ["--limit", "128", "--threads", str(args.threads)]
                with tempfile.TemporaryDirectory() as folder:
                    row["peer"] = until_json(peer, folder, cache)
            rows.append(row)
            print(", ".join(f"{name}: {seconds:.2f} s" for name, seconds in row.items()), flush=True)
    print(json.dumps({name: round(statistics.median(row[name] for row in rows), 2) for name in rows[0]}))


if __name__ == "__main__":
    main()
