"""The quality of generated images in numbers, and what those numbers are of images that everybody knows."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter

from lstm_vae.config.sections import DataConfig, EvaluationConfig
from lstm_vae.data import Split, Splits
from lstm_vae.data.splits import Unseen, binarized
from lstm_vae.data.splits_cache import prepared_splits
from lstm_vae.evaluation.latents import posterior_means
from lstm_vae.evaluation.nll import evenly_spaced
from lstm_vae.generation.ambiguity import ClassUse, class_use
from lstm_vae.generation.classifier import Classifier, Seen, trained
from lstm_vae.generation.frechet import frechet_distance, sampling_error
from lstm_vae.generation.latent_classes import neighbour_accuracy
from lstm_vae.generation.manifold import Manifold, manifold
from lstm_vae.generation.samples import decode, sample_prior
from lstm_vae.model import VAE

SHARE, NATS, FEATURES = "share", "nats", "squared features"
# Pairs that such models mix up, which records hold by themselves; all are in `ClassUse.by_pair`.
PAIRS = ((1, 7), (0, 9), (4, 9), (3, 8), (3, 5), (7, 9))
UNITS = {
    "gen_samples": "images",
    "gen_class_entropy": NATS,
    "gen_confidence": "probability",
    "gen_ambiguous": SHARE,
    **{f"gen_ambiguous_{one}_{other}": SHARE for one, other in PAIRS},
    "gen_frechet": FEATURES,
    "gen_frechet_error": FEATURES,
    "gen_precision": SHARE,
    "gen_recall": SHARE,
    "gen_density": "balls per neighbour",
    "gen_coverage": SHARE,
    "latent_accuracy": SHARE,
}
KNOWN_IMAGES = 5000  # of training, among which neighbours in latent space are looked for
BLUR = 1.0  # pixels, standard deviation


@dataclass(frozen=True)
class Quality:
    """Of a set of images, beside as many real ones.

    Attributes:
        name: of the set.
        count: images.
        use: of classes.
        frechet: the Fréchet distance of the classifier's features.
        frechet_error: its standard error.
        manifold: precision, recall, density, coverage.
    """

    name: str
    count: int
    use: ClassUse
    frechet: float
    frechet_error: float
    manifold: Manifold

    def metrics(self) -> dict[str, float | int]:
        """As a flat map, by the names in `UNITS`."""
        return {
            "gen_samples": self.count,
            "gen_class_entropy": self.use.entropy,
            "gen_confidence": self.use.confidence,
            "gen_ambiguous": self.use.ambiguous,
            **{f"gen_ambiguous_{one}_{other}": self.use.by_pair[one, other] for one, other in PAIRS},
            "gen_frechet": self.frechet,
            "gen_frechet_error": self.frechet_error,
            "gen_precision": self.manifold.precision,
            "gen_recall": self.manifold.recall,
            "gen_density": self.manifold.density,
            "gen_coverage": self.manifold.coverage,
        }


def quality_of(name: str, seen: Seen, real: Seen) -> Quality:
    """Compares what the classifier sees of a set with what it sees of real images, as many of them."""
    return Quality(
        name,
        len(seen.features),
        class_use(seen.probabilities),
        frechet_distance(seen.features, real.features),
        sampling_error(seen.features, real.features),
        manifold(real.features, seen.features),
    )


def generated(vae: VAE, judge: Judge, count: int, seed: int, temperature: float = 1.0) -> Quality:
    """Of images from the prior: the Bernoulli means that the decoder gives, beside real images.

    Args:
        count: of samples; no more than there are of these.
        seed: of the samples.
        temperature: of the likelihood.
    """
    samples = decode(vae, sample_prior(vae.latent_dim, count, 1.0, seed), temperature)
    return quality_of("generated", judge.classifier.look(samples), _real(judge, count))


@dataclass(frozen=True)
class Judge:
    """What models are set beside.

    Attributes:
        splits: of the whole data set, grey, whatever a model was trained on.
        classifier: of them.
        beside: which of the splits' images; a temperature, say, is chosen beside validation images.
        binarized: the seed by which images are binarized for an encoder that knows no other; None for grey.
    """

    splits: Splits
    classifier: Classifier
    beside: Unseen = "test"
    binarized: int | None = None

    @property
    def real(self) -> Split:
        """The images that generated ones are set beside."""
        return self.splits.unseen(self.beside)


def judge_of(config: DataConfig, beside: Unseen = "test") -> Judge:
    """The judge of a run's data.

    Raises:
        UserError: they cannot be had.
    """
    splits = prepared_splits(dataclasses.replace(config, limit=None, binarize="none"))
    seed = config.split_seed if config.binarize != "none" else None
    return Judge(splits, trained(splits), beside, seed)


def generation_metrics(
    vae: VAE, judge: Judge, config: EvaluationConfig
) -> tuple[dict[str, float | int], Quality]:
    """All that `UNITS` names, of a model, and where all but the last number are from.

    Args:
        config: with `generation_samples` above 0.
    """
    quality = generated(vae, judge, config.generation_samples, config.seed, config.generation_temperature)
    return quality.metrics() | {"latent_accuracy": latent_accuracy(vae, judge, config.batch_size)}, quality


def latent_accuracy(vae: VAE, judge: Judge, batch_size: int) -> float:
    """How often the nearest training images in latent space have the class of an image that the model does
    not know."""
    train, unknown = judge.splits.train, judge.real
    known = evenly_spaced(len(train), KNOWN_IMAGES)
    some = train.take(known)
    if judge.binarized is not None:
        some, unknown = (
            binarized(own, judge.binarized, stream) for stream, own in enumerate((some, unknown))
        )
    return neighbour_accuracy(
        posterior_means(vae, some.images, batch_size),
        some.labels,
        posterior_means(vae, unknown.images, batch_size),
        unknown.labels,
    )


def references(judge: Judge, count: int) -> Iterator[Quality]:
    """The same of sets whose quality everybody knows, the best first: real images of training, of the images
    beside which all are set one half beside the other, these blurred by a pixel, and noise."""
    real, splits, classifier = _real(judge, count), judge.splits, judge.classifier
    train = splits.train.images[evenly_spaced(len(splits.train), count)]
    yield quality_of("real, of training", classifier.look(train), real)
    order = np.random.default_rng(0).permutation(len(real.features))
    halves = (order[: len(order) // 2], order[len(order) // 2 :])
    one, other = (Seen(real.probabilities[half], real.features[half]) for half in halves)
    yield quality_of("real, half beside half", one, other)
    beside = judge.real.images[evenly_spaced(len(judge.real), count)] / 255
    yield quality_of("real, blurred", classifier.look(gaussian_filter(beside, (0, BLUR, BLUR))), real)
    noise = np.random.default_rng(0).random((count, 28, 28))
    yield quality_of("noise", classifier.look(noise), real)


def _real(judge: Judge, count: int) -> Seen:
    images = judge.real.images
    return judge.classifier.look(images[evenly_spaced(len(images), count)])
