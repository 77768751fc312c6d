"""Quality as a whole: known sets rank as everybody knows, and a run has it in its record."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from lstm_vae.config.run_config import RunConfig
from lstm_vae.config.sections import DataConfig, EvaluationConfig
from lstm_vae.data import load_splits
from lstm_vae.errors import UserError
from lstm_vae.evaluation.latents import posterior_means
from lstm_vae.generation import classifier, quality
from lstm_vae.generation.classifier import trained
from lstm_vae.generation.quality import (
    UNITS,
    Judge,
    generated,
    generation_metrics,
    judge_of,
    latent_accuracy,
    references,
)
from lstm_vae.generation.wording import lines_of
from lstm_vae.model import VAE, build_vae
from lstm_vae.run import execution, record


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Judge:
    splits = load_splits(DataConfig(name="mnist_5k"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(classifier, "FEWEST_STEPS", 200)
        patch.setattr(classifier, "EPOCHS", 1)
        patch.setattr(classifier, "cache_folder", lambda name: tmp_path_factory.mktemp(name))
        return Judge(splits, trained(splits))


def test_known_sets_rank_as_everybody_knows(judge: Judge) -> None:
    train, halves, blurred, noise = references(judge, 500)
    assert train.frechet < blurred.frechet < noise.frechet
    assert halves.frechet < blurred.frechet
    assert train.manifold.coverage > blurred.manifold.coverage > noise.manifold.coverage
    assert train.manifold.recall > blurred.manifold.recall
    assert train.use.ambiguous < blurred.use.ambiguous
    assert train.use.entropy == pytest.approx(np.log(10), abs=0.05)
    assert noise.manifold.recall == 0
    assert train.frechet_error < blurred.frechet
    assert [own.count for own in (train, halves, blurred, noise)] == [500, 250, 500, 500]


def test_people_are_told_in_lines_that_fit(judge: Judge) -> None:
    rows = list(references(judge, 100))
    lines = list(lines_of(rows, 0.75))
    assert max(len(line) for line in lines) <= 118
    assert any(line.startswith("  ambiguous between ") for line in lines)
    assert lines[-1] == "  nearest neighbours in latent space name the class of 75.0% of unseen images"


@pytest.mark.slow
@pytest.mark.long
def test_a_run_has_it_in_its_record_beside_its_units(
    small: RunConfig, tmp_path: Path, judge: Judge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lstm_vae.generation.quality.judge_of", lambda *_: judge)
    config = small.replace(evaluation__generation_samples=60, training__epochs=1)
    execution.execute(config, tmp_path)
    account = record.read(tmp_path / "record.json")
    assert UNITS.keys() <= account.metrics.keys()
    assert account.metrics["gen_samples"] == 60
    assert account.provenance["classifier"] == judge.classifier.identity
    assert account.units["gen_frechet"] == UNITS["gen_frechet"]
    assert 0 <= account.metrics["latent_accuracy"] <= 1


def test_generated_images_have_the_temperature_that_is_configured(small: RunConfig, judge: Judge) -> None:
    vae = build_vae(small)
    config = EvaluationConfig(generation_samples=60, generation_temperature=0.02, seed=3)
    metrics, own = generation_metrics(vae, judge, config)
    sharp, plain = (generated(vae, judge, 60, 3, temperature) for temperature in (0.02, 1.0))
    assert own.metrics() == sharp.metrics() != plain.metrics()
    assert sharp.metrics().items() <= metrics.items()


@pytest.mark.parametrize("count", [49, 501])
def test_more_samples_than_test_images_are_refused_before_anything_is_written(
    small: RunConfig, tmp_path: Path, count: int
) -> None:
    config = small.replace(evaluation__generation_samples=count)
    with pytest.raises(UserError, match=f"generation_samples={count}: must be 0, or 50 to 500, the number"):
        execution.execute(config, tmp_path / "run")


def test_the_judge_knows_all_images_whatever_a_run_was_limited_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lstm_vae.generation.quality.trained", lambda splits: splits)
    judge = judge_of(DataConfig(name="mnist_5k", limit=100, binarize="static"))
    assert len(judge.splits.train) == 4000
    assert len(np.unique(judge.splits.test.images)) > 2
    assert judge.binarized == 0


def test_generated_images_can_be_set_beside_those_by_which_one_may_choose(
    small: RunConfig, judge: Judge
) -> None:
    config = EvaluationConfig(generation_samples=60, seed=3)
    vae = build_vae(small)
    validation = replace(judge, beside="validation")
    assert validation.real is judge.splits.validation
    swapped = replace(judge.splits, test=judge.splits.validation)
    expected = generation_metrics(vae, replace(judge, splits=swapped), config)[0]
    assert generation_metrics(vae, validation, config)[0] == expected
    assert expected != generation_metrics(vae, judge, config)[0]


@pytest.mark.parametrize("seed", [None, 0])
def test_an_encoder_of_binary_images_is_shown_such(
    small: RunConfig, judge: Judge, monkeypatch: pytest.MonkeyPatch, seed: int | None
) -> None:
    shown: list[int] = []

    def looked(vae: VAE, images: NDArray[np.uint8], batch_size: int) -> NDArray[np.float32]:
        shown.append(len(np.unique(images)))
        return posterior_means(vae, images, batch_size)

    monkeypatch.setattr(quality, "posterior_means", looked)
    assert 0 <= latent_accuracy(build_vae(small), replace(judge, binarized=seed), 250) <= 1
    assert [count == 2 for count in shown] == [seed is not None] * 2
