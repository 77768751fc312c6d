"""A program that trains step by step, keeps its state in its folder, and can go on with another job's."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import hydra
from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig

import sweeps


def cut_off(cfg: DictConfig, step: int) -> None:
    """Sends itself a signal, in the job of one x, once at each of some steps."""
    mark = Path(f"{cfg.events}-{step}")
    if cfg.x == cfg.get("cut_x") and step in cfg.cut_at and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), getattr(signal, cfg.cut_by))


@hydra.main(version_base="1.3", config_path=None, config_name=None)
def main(cfg: DictConfig) -> float:
    """Sums x / step over nine steps: of two jobs, the one with less x is better at every step."""
    folder = Path(HydraConfig.get().runtime.output_dir)
    state = {"step": 0, "total": 0.0}
    stopped = sweeps.continued_from()
    if stopped is not None and cfg.get("once") is not None and not Path(cfg.once).exists():
        Path(cfg.once).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    if stopped is not None and not cfg.get("forgets", False):
        state = json.loads((stopped / "state.json").read_text(encoding="utf-8"))
        (folder / "state.json").write_text(json.dumps(state), encoding="utf-8")
        sweeps.report(state["total"], state["step"], last=True)  # it was written before the step was reported
    for step in range(int(state["step"]) + 1, 10):
        state = {"step": step, "total": state["total"] + (cfg.x + cfg.get("seed", 0)) / step}
        (folder / "state.json").write_text(json.dumps(state), encoding="utf-8")
        with Path(cfg.events).open("a", encoding="utf-8") as file:
            file.write(f"{cfg.x} {step}\n")
        cut_off(cfg, step)
        sweeps.report(state["total"], step)
    return state["total"]


if __name__ == "__main__":
    main()
