"""What an encoder may be called, and that each of the package's is found under its name."""

from __future__ import annotations

import pytest

from lstm_vae.config import encoder_kinds
from lstm_vae.model.builder import encoder_class
from lstm_vae.model.encoder import Encoder


def test_lstm_is_one() -> None:
    assert "lstm" in encoder_kinds.known_kinds()
    assert encoder_kinds.allowed().startswith("lstm")


@pytest.mark.parametrize("kind", encoder_kinds.known_kinds())
def test_each_is_a_class_in_the_file_of_its_name(kind: str) -> None:
    found = encoder_class(kind)
    assert issubclass(found, Encoder)
    assert found.__module__ == f"{encoder_kinds.PACKAGE}.{kind}"


@pytest.mark.parametrize(("kind", "elsewhere"), [("lstm", False), ("my.GRU", True)])
def test_a_dot_leads_elsewhere(kind: str, elsewhere: bool) -> None:
    assert encoder_kinds.is_elsewhere(kind) == elsewhere
