from __future__ import annotations

from pathlib import Path

import pytest
from hydra import compose, initialize_config_dir
from omegaconf import OmegaConf

from lstm_vae.config.defaults import CONF_DIR
from lstm_vae.config.run_config import RunConfig
from lstm_vae.config.schemas import register_schemas, run_config_from
from lstm_vae.errors import UserError

OPTIONS = [
    f"{path.parent.name}={path.stem}"
    for path in sorted(CONF_DIR.glob("*/*.yaml"))
    if path.parent.name in ("data", "encoder", "decoder", "training", "experiment")
]


def composed(*overrides: str) -> RunConfig:
    register_schemas()
    with initialize_config_dir(str(CONF_DIR), version_base="1.3"):
        return run_config_from(compose("config", overrides=list(overrides)))


def test_the_default_network_is_the_documented_one() -> None:
    config = composed()
    assert config.encoder.hidden == (128,)
    assert config.encoder.fc == (64,)
    assert config.encoder.latent_dim == 2
    assert config.decoder.filters == (64, 32)
    assert config.training.optimizer == "adam"
    assert config.training.batch_size == 128
    assert config.training.learning_rate == 2e-3  # docs/decisions/0003-default-recipe.md


def test_yaml_and_dataclass_defaults_agree_but_for_the_recipe() -> None:
    yaml, bare = composed().flat(), RunConfig().flat()
    assert {key for key in yaml if yaml[key] != bare[key]} <= {
        "training.clipnorm",
        "training.ema",
        "training.learning_rate",
        "training.schedule",
    }


@pytest.mark.parametrize("option", OPTIONS)
def test_every_option_of_every_group_is_a_valid_run(option: str) -> None:
    composed(option)


def test_there_are_options() -> None:
    assert {"encoder=stacked", "encoder=bidirectional", "data=fashion_mnist", "experiment=report"} <= set(
        OPTIONS
    )
    assert composed("experiment=report").training.epochs == 170


@pytest.mark.parametrize("value", ["64", "[64]", "[256,128]"])
def test_sizes_are_numbers_or_lists(value: str) -> None:
    hidden = composed(f"encoder.hidden={value}").encoder.hidden
    assert list(hidden) == (OmegaConf.create(f"x: {value}").x if "[" in value else [64])


def test_a_key_that_hydra_lets_pass_is_refused() -> None:
    with pytest.raises(UserError, match=r"unknown key encoder\.hiden; did you mean encoder\.hidden"):
        composed("+encoder.hiden=64")


def test_an_unresolvable_value_is_refused() -> None:
    with pytest.raises(UserError, match="nowhere"):
        composed("data.dir=${nowhere}")


def test_the_configuration_folder_is_this_projects() -> None:
    assert (CONF_DIR / "config.yaml").is_file()
    assert Path(CONF_DIR).is_absolute()


def test_plain_is_what_the_peers_do() -> None:
    training = composed("training=plain").training
    assert (training.optimizer, training.learning_rate, training.schedule) == ("adam", 1e-3, "constant")
    assert (training.clipnorm, training.ema, training.batch_size) == (None, 0.0, 128)
