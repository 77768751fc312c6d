from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from lstm_vae.config.run_config import RunConfig
from lstm_vae.errors import UserError
from lstm_vae.model import LSTMEncoder, build_vae
from lstm_vae.model.builder import encoder_class


def test_the_default_network() -> None:
    vae = build_vae(RunConfig())
    assert isinstance(vae.encoder, LSTMEncoder)
    assert vae.count_params() == 88_900 + 65_089


def test_initial_weights_come_from_the_seed(small: RunConfig) -> None:
    one, same = build_vae(small).get_weights(), build_vae(small).get_weights()
    other = build_vae(small.replace(training__seed=1)).get_weights()
    assert all(np.array_equal(a, b) for a, b in zip(one, same, strict=True))
    assert not all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def test_the_forget_gate_starts_open(small: RunConfig) -> None:
    bias = build_vae(small).encoder.layers_before_heads[0].cell.bias.numpy()
    assert bias[16:32].tolist() == [1.0] * 16


@pytest.mark.parametrize(
    "kind",
    [
        "gru",
        "no_such_module.Encoder",
        "json.JSONEncoder",
        "lstm_vae.model.Nothing",
        ".my.GRU",
        "lstm_vae.model.Encoder",
    ],
)
def test_a_kind_that_is_no_encoder_is_refused(kind: str) -> None:
    with pytest.raises(UserError, match=f"encoder.kind={kind}: must be lstm or the dotted path"):
        encoder_class(kind)


def test_a_kind_from_elsewhere_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small: RunConfig
) -> None:
    (tmp_path / "encoder_from_elsewhere.py").write_text(
        "import keras\n"
        "from lstm_vae.model import Encoder\n"
        "@keras.saving.register_keras_serializable('elsewhere')\n"
        "class SimpleEncoder(Encoder):\n"
        "    def recurrent_layer(self, units, return_sequences):\n"
        "        return keras.layers.SimpleRNN(units, return_sequences=return_sequences, **self.options)\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    config = small.replace(
        encoder__kind="encoder_from_elsewhere.SimpleEncoder", encoder__options={"use_bias": False}
    )
    vae = build_vae(config)
    assert vae.encoder.layers_before_heads[0].count_params() == 16 * (28 + 16)
    with pytest.raises(UserError, match=r"SimpleEncoder: cannot be made with encoder.options=.*use_bais.*\("):
        build_vae(config.replace(encoder__options={"use_bais": False}))
    del sys.modules["encoder_from_elsewhere"]
