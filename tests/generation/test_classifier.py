"""The classifier: good enough to judge by, the same each time, kept, and made anew where it is damaged."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lstm_vae.config.sections import DataConfig
from lstm_vae.data import Split, Splits, load_splits
from lstm_vae.generation import classifier
from lstm_vae.generation.classifier import Classifier, trained


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(classifier, "cache_folder", lambda name: tmp_path / name)
    return tmp_path / "classifiers"


@pytest.fixture(scope="module")
def few() -> Splits:
    """Five hundred digits."""
    splits = load_splits(DataConfig(name="mnist_5k", limit=500))
    test = Split(splits.test.images[::2], splits.test.labels[::2])
    return Splits("few", splits.train, splits.validation, test)


def test_it_is_kept_and_read_again(
    few: Splits, own_cache: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(classifier, "FEWEST_STEPS", 100)
    first = trained(few)
    assert first.accuracy(few.test.images, few.test.labels) > 0.8
    assert "training a classifier of few" in capsys.readouterr().err
    (kept,) = own_cache.glob("*.h5")
    second = trained(few)
    assert first.identity == second.identity != Classifier(classifier._network()).identity
    assert capsys.readouterr().err == ""
    seen = [own.look(few.test.images) for own in (first, second)]
    np.testing.assert_array_equal(seen[0].probabilities, seen[1].probabilities)
    assert seen[0].features.shape == (250, classifier.FEATURES)
    np.testing.assert_allclose(seen[0].probabilities.sum(axis=1), 1)
    kept.write_bytes(b"damaged")
    monkeypatch.setattr(classifier, "_train", lambda *_: None)
    trained(few)
    assert "is damaged, and made anew" in capsys.readouterr().err
    assert kept.stat().st_size > 10_000


def test_a_cache_that_cannot_be_written_costs_a_line(
    few: Splits, own_cache: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(classifier, "_train", lambda *_: None)
    own_cache.write_text("in the way", encoding="utf-8")
    trained(few)
    assert "not kept" in capsys.readouterr().err


def test_bytes_and_fractions_are_the_same_images(few: Splits) -> None:
    own = Classifier(classifier._network())
    images = few.test.images[:20]
    np.testing.assert_allclose(own.look(images).features, own.look(images / 255).features, rtol=1e-5)


@pytest.mark.slow
def test_on_all_of_the_packaged_digits_it_is_right_nearly_always() -> None:
    splits = load_splits(DataConfig(name="mnist_5k"))
    assert trained(splits).accuracy(splits.test.images, splits.test.labels) > 0.97
