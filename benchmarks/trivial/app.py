"""A job that does next to nothing: what it takes is what the sweeper takes."""

from __future__ import annotations

import hydra
from omegaconf import DictConfig

import sweeps


@hydra.main(version_base="1.3", config_path=".", config_name="app")
def main(cfg: DictConfig) -> float:
    """A bowl; reports its value `reports` times."""
    value = float((cfg.x - 0.3) ** 2 + cfg.y)
    for step in range(1, cfg.reports + 1):
        sweeps.report(value + 1 / step, step)
    return value


if __name__ == "__main__":
    main()
