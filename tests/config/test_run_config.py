from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest
from hydra import compose, initialize_config_dir
from hypothesis import given
from hypothesis import strategies as st

from lstm_vae.config.defaults import CONF_DIR
from lstm_vae.config.run_config import EXECUTION_FIELDS, KEYS, RunConfig, unknown_key
from lstm_vae.config.schemas import register_schemas, run_config_from
from lstm_vae.config.sections import EncoderConfig
from lstm_vae.errors import UserError


@given(
    hidden=st.lists(st.integers(1, 512), min_size=1, max_size=4),
    fc=st.lists(st.integers(1, 512), max_size=4),
    filters=st.lists(st.integers(1, 128), min_size=1, max_size=4),
    latent_dim=st.integers(1, 64),
    rate=st.floats(1e-9, 10),
)
def test_plain_values_and_back_change_nothing(
    hidden: list[int], fc: list[int], filters: list[int], latent_dim: int, rate: float
) -> None:
    config = RunConfig.from_mapping(
        {
            "encoder": {"hidden": hidden, "fc": fc, "latent_dim": latent_dim},
            "decoder": {"filters": filters},
            "training": {"learning_rate": rate},
        }
    )
    through_json = json.loads(json.dumps(config.to_mapping()))
    assert RunConfig.from_mapping(through_json) == config
    assert RunConfig.from_mapping(through_json).hash() == config.hash()


def test_a_number_and_a_list_of_one_are_the_same_configuration() -> None:
    one = RunConfig.from_mapping({"encoder": {"hidden": 64}})
    other = RunConfig.from_mapping({"encoder": {"hidden": [64]}})
    assert one == other
    assert one.encoder.hidden == (64,)


def test_it_is_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        RunConfig().encoder.latent_dim = 3  # type: ignore[misc]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"encoder": {"hiden": 64}}, "unknown key encoder.hiden; did you mean encoder.hidden"),
        ({"encoders": {}}, "unknown key encoders; did you mean encoder"),
        ({"training": {"lr": 1}}, "unknown key training.lr"),
        ({"encoder": 3}, "encoder=3"),
        ({"encoder": {"latent_dim": 0}}, "encoder.latent_dim=0: must be a whole number of at least 1"),
        ({"encoder": {"options": {"a": 1}}}, "encoder.options"),
        ({"training": {"epochs": 2, "lr_warmup_epochs": 3}}, "training.lr_warmup_epochs=3"),
        ({"training": {"seed": 2**31}}, "training.seed=2147483648: must be .* at most 2147483647"),
        ({"training": {"optimizer": "lion"}}, "must be one of adam, adamw, nadam, rmsprop, sgd"),
    ],
)
def test_what_it_refuses(values: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError, match=message):
        RunConfig.from_mapping(values)


@pytest.mark.parametrize(
    "rate", [0, -1, float("nan"), float("inf"), 1e39, 10**400, "fast", True, None, [1e-3]]
)
def test_a_learning_rate_that_no_training_can_have(rate: Any) -> None:
    with pytest.raises(
        UserError, match=r"^training.learning_rate=.*: must be a number above 0 and at most 3.4e"
    ):
        RunConfig.from_mapping({"training": {"learning_rate": rate}})


def test_the_hash_knows_what_is_computed_and_not_where() -> None:
    config = RunConfig()
    assert config.replace(encoder__hidden=64).hash() != config.hash()
    assert config.replace(training__seed=1).hash() != config.hash()
    elsewhere = config.replace(data__dir="somewhere", training__threads=3, training__progress="none")
    assert elsewhere.hash() == config.hash()


def test_execution_fields_are_fields() -> None:
    assert set(EXECUTION_FIELDS) <= set(KEYS)


def test_keys_cover_every_field_of_every_section() -> None:
    assert set(KEYS) == set(RunConfig().flat())
    assert f"encoder.{dataclasses.fields(EncoderConfig)[0].name}" in KEYS


def test_a_leaf_alone_finds_its_section() -> None:
    assert "training.learning_rate" in str(unknown_key("learning_rate"))


def test_the_default_run_is_what_the_yaml_files_say() -> None:
    """One recipe, whoever makes the configuration: Python's classes have no defaults of their own."""
    register_schemas()
    with initialize_config_dir(str(CONF_DIR), version_base="1.3"):
        assert run_config_from(compose("config")) == RunConfig()
