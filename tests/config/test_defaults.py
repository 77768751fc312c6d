"""Defaults are what the YAML files say."""

from __future__ import annotations

from dataclasses import fields

import pytest
import yaml

from lstm_vae.config import rules
from lstm_vae.config.defaults import CONF_DIR, Defaults
from lstm_vae.config.sections import TrainingConfig


def test_a_section_has_what_its_file_says() -> None:
    said = yaml.safe_load((CONF_DIR / "training" / "default.yaml").read_text(encoding="utf-8"))
    training = TrainingConfig()
    assert {name: getattr(training, name) for name in said} == said
    assert {own.name for own in fields(TrainingConfig)} == said.keys()


def test_a_field_has_one_default_and_only_one() -> None:
    field = Defaults("training/default.yaml")
    with pytest.raises(AssertionError, match="epochs: must have one default"):
        field("epochs", rules.Whole(1), 3)
    with pytest.raises(AssertionError, match="nowhere: must have one default"):
        field("nowhere", rules.Whole(1))
