"""A small program that is not a VAE: what the sweeper's tests sweep."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import hydra
from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig

import sweeps


def event(cfg: DictConfig, what: str) -> None:
    """A line in a file that all jobs share, in the order in which things happen."""
    if cfg.events is not None:
        with Path(cfg.events).open("a", encoding="utf-8") as file:
            file.write(f"{what} {HydraConfig.get().job.num} {cfg.x}\n")


@hydra.main(version_base="1.3", config_path="conf", config_name="config")
def main(cfg: DictConfig) -> object:
    """A bowl around x = 0.3, y = 2, deeper for the shape `wide`; reports its way there."""
    event(cfg, "start")
    once = Path(cfg.once) if cfg.once is not None else None
    troubled = cfg.trouble_at in (None, cfg.x) and cfg.trouble_y in (None, cfg.y)
    if troubled and (once is None or not once.exists()):
        while cfg.trouble_when is not None and not Path(cfg.trouble_when).exists():
            time.sleep(0.02)
        if once is not None:
            once.touch()
        if cfg.trouble == "raise":
            raise RuntimeError(f"no luck with\nx={cfg.x}")
        if cfg.trouble == "memory":
            raise MemoryError
        if cfg.trouble == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if cfg.trouble == "undefined":
            return float("nan")
        if cfg.trouble == "text":
            return "much"
        if cfg.trouble == "print":
            print(f"printed by x={cfg.x}", flush=True)
            os.write(2, b"written to a terminal\n")
        if cfg.trouble == "exit":
            raise SystemExit(7)
        if cfg.trouble in ("swallow", "finish"):
            try:
                event(cfg, "wait")
                time.sleep(60)
            except BaseException:
                if cfg.trouble == "swallow":
                    raise RuntimeError("another exception") from None
    value = 0.0
    for step in range(1, cfg.steps + 1):
        value = (cfg.x - 0.3) ** 2 + (cfg.y - 2) ** 2 + cfg.shape.depth + cfg.momentum + 1 / step
        sweeps.progress(step, cfg.steps)
        sweeps.report(value, step)
        time.sleep(cfg.seconds if cfg.slow_at is None or cfg.slow_at == cfg.x else 0.0)
    wait_for = Path(cfg.wait_for) if cfg.wait_for is not None and cfg.slow_at == cfg.x else None
    while wait_for is not None and len(wait_for.read_text(encoding="utf-8").splitlines()) < cfg.wait_lines:
        time.sleep(0.02)
    event(cfg, "end")
    return (value, cfg.y) if cfg.several else value


if __name__ == "__main__":
    main()
