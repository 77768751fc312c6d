"""The fields of a run and their limits."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm_vae.config.run_config import KEYS, SECTIONS
from lstm_vae.config.sections import DecoderConfig, EncoderConfig
from lstm_vae.errors import UserError

ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=3),
    st.lists(st.integers(-1, 9), max_size=3),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)
# What stands at a limit, and what is beyond it.
LIMITS: list[tuple[str, list[Any], list[Any]]] = [
    ("data.limit", [1, None], [0]),
    ("data.split_seed", [0, 2**31 - 1], [-1, 2**31, None]),
    ("data.binarize", ["none", "static", "dynamic"], ["None", None]),
    ("encoder.hidden", [1, [1]], [0, [], [0]]),
    ("encoder.fc", [1, []], [0, [0]]),
    ("encoder.dropout", [0, 0.99], [-0.01, 1]),
    ("decoder.filters", [[1]], [1, []]),
    ("training.learning_rate", [1e-30], [0]),
    ("training.final_learning_rate", [0, 1], [1.01]),
    ("training.lr_warmup_epochs", [0, 0.5], [-0.5, None]),
    ("training.weight_decay", [0, None], [-1]),
    ("training.clipnorm", [1e-9, None], [0]),
    ("training.ema", [0, 0.999], [1]),
    ("training.early_stopping", [1, None], [0]),
    ("training.threads", [1, 1024, None], [0, 1025]),
    ("training.seed", [0, 2**31 - 1], [-1, 2**31]),
    ("evaluation.nll_samples", [0, 100_000], [-1, 100_001, None]),
    ("evaluation.nll_images", [1, None], [0]),
    ("figures.scales", [[], [0.5]], [[0], 1.0]),
]


def made(key: str, value: Any) -> Any:
    """The section of a field, with a value for it."""
    section, name = key.split(".")
    return SECTIONS[section](**{name: value})


@pytest.mark.parametrize(("key", "allowed", "refused"), LIMITS, ids=[key for key, _, _ in LIMITS])
def test_a_field_takes_what_is_at_its_limits_and_nothing_beyond(
    key: str, allowed: list[Any], refused: list[Any]
) -> None:
    for value in allowed:
        made(key, value)
    for value in refused:
        with pytest.raises(UserError, match=rf"^{key}=.*: must be "):
            made(key, value)


@given(key=st.sampled_from(KEYS), value=ANYTHING)
def test_a_value_is_taken_once_and_for_all_or_refused_with_its_fields_name(key: str, value: Any) -> None:
    try:
        section = made(key, value)
    except UserError as error:
        assert str(error).startswith(f"{key}=")
        assert "\n" not in str(error)
    else:
        assert made(key, getattr(section, key.split(".")[1])) == section


@pytest.mark.parametrize("key", KEYS)
def test_no_field_takes_everything(key: str) -> None:
    with pytest.raises(UserError, match=rf"^{key}=<object object.*>: must be "):
        made(key, object())


@pytest.mark.parametrize("name", SECTIONS)
def test_every_field_is_explained(name: str) -> None:
    explained = re.findall(r"^ {8}(\w+): ", SECTIONS[name].__doc__ or "", re.MULTILINE)
    assert explained == [item.name for item in dataclasses.fields(SECTIONS[name])]


def test_a_number_stands_for_one_layer_but_not_for_one_convolution() -> None:
    assert EncoderConfig(hidden=7, fc=3) == EncoderConfig(hidden=(7,), fc=(3,))  # type: ignore[arg-type]
    with pytest.raises(UserError, match=r"^decoder\.filters=7: must be a list"):
        DecoderConfig(filters=7)  # type: ignore[arg-type]


def test_two_encoders_do_not_share_their_options() -> None:
    EncoderConfig().options["a"] = 1
    given_options = {"a": 1}
    section = EncoderConfig(options=given_options)
    given_options["a"] = 2
    assert section.options == {"a": 1}
    assert EncoderConfig().options == {}
