"""plain_keras.py as a Hydra program: returns the validation loss, and leaves it in a record.json."""

from __future__ import annotations

import json
from pathlib import Path

import hydra
import plain_keras
from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig, OmegaConf

from lstm_vae.config.sections import DataConfig


@hydra.main(version_base="1.3", config_path=".", config_name="keras_program")
def main(cfg: DictConfig) -> float:
    """One training."""
    config = OmegaConf.to_container(cfg, resolve=True)
    assert isinstance(config, dict)
    encoder, data, training = config["encoder"], config["data"], config["training"]
    outcome = plain_keras.fit(encoder["hidden"], encoder["fc"], DataConfig(**data), **training)
    record = {
        "state": "COMPLETE",
        "objective": {"value": outcome.val_loss},
        "provenance": {"epochs": training["epochs"], "training_seconds": outcome.training_seconds},
        "config": config,
    }
    folder = Path(HydraConfig.get().runtime.output_dir)
    (folder / "record.json").write_text(json.dumps(record), encoding="utf-8")
    return outcome.val_loss


if __name__ == "__main__":
    main()
