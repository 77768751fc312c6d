"""The sections of a run's configuration: a field's kind and limits stand here, and its default in the YAML
file that is chosen by default. `config.py` derives Hydra's schemas from these classes."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from lstm_vae.config import rules
from lstm_vae.config.defaults import Defaults

SEED = rules.Whole(0, most=rules.LARGEST_WHOLE)  # what TensorFlow's stateless generators take
TEMPERATURE = rules.Real(0.01, 100, closed=True)
ACTIVATIONS = ("relu", "elu", "gelu", "leaky_relu", "silu", "tanh")


class _Section:
    """A part of the configuration whose fields are checked by their rules when it is made."""

    section: str

    def __post_init__(self) -> None:
        for item in dataclasses.fields(self):  # type: ignore[arg-type]
            value = rules.apply(
                item.metadata["rule"], f"{self.section}.{item.name}", getattr(self, item.name)
            )
            object.__setattr__(self, item.name, value)


_data = Defaults("data/mnist.yaml")


@dataclass(frozen=True)
class DataConfig(_Section):
    """Which images, and how they are split.

    Attributes:
        name: the data set.
        dir: folder with its IDX files (gzipped or not) or `.npz`; None looks in `LSTM_VAE_DATA`, then
            where systems install them, in the per-user cache, then downloads.
        download: whether a data set found nowhere may be downloaded.
        verify: whether the content must be the published data set's, by SHA-256.
        limit: only so many training images, each label in proportion, the first of each.
        split_seed: decides which images of the training set are held out for validation.
        binarize: `none` keeps grey values as Bernoulli means; `static` samples each pixel once;
            `dynamic` samples the training pixels anew at every step (Burda et al. 2016).
    """

    section = "data"
    name: str = _data("name", rules.Choice(("mnist", "fashion_mnist", "mnist_5k")))
    dir: str | None = _data("dir", rules.Text(optional=True), None)
    download: bool = _data("download", rules.Flag(), True)
    verify: bool = _data("verify", rules.Flag(), True)
    limit: int | None = _data("limit", rules.Whole(1, optional=True), None)
    split_seed: int = _data("split_seed", SEED, 0)
    binarize: str = _data("binarize", rules.Choice(("none", "static", "dynamic")), "none")


_encoder = Defaults("encoder/base.yaml")


@dataclass(frozen=True)
class EncoderConfig(_Section):
    """The posterior's network: recurrent layers, last step, fully connected layers, two heads.

    Attributes:
        kind: one of this package (`lstm`), or the dotted path of a class derived from
            `lstm_vae.model.Encoder`.
        hidden: units of each recurrent layer, first to last.
        fc: units of each fully connected layer after them.
        activation: of the fully connected layers.
        bidirectional: whether each recurrent layer reads the rows in both directions.
        latent_dim: size of z.
        dropout: rate after each recurrent and fully connected layer, in training only.
        initial_mean_std: standard deviation over images, in the prior's, with which the posterior's means
            begin, as principal components of the features; null leaves their head as Keras draws it.
        options: further settings of an encoder that is elsewhere.
    """

    section = "encoder"
    kind: str = _encoder("kind", rules.Text())
    hidden: tuple[int, ...] = _encoder("hidden", rules.Sizes(bare=True))
    fc: tuple[int, ...] = _encoder("fc", rules.Sizes(empty=True, bare=True))
    activation: str = _encoder("activation", rules.Choice(ACTIVATIONS))
    bidirectional: bool = _encoder("bidirectional", rules.Flag())
    latent_dim: int = _encoder("latent_dim", rules.Whole(1))
    dropout: float = _encoder("dropout", rules.Real(0, 1))
    initial_mean_std: float | None = _encoder("initial_mean_std", rules.Real(0, above=True, optional=True))
    options: dict[str, Any] = _encoder("options", rules.Options(), {})


_decoder = Defaults("decoder/base.yaml")


@dataclass(frozen=True)
class DecoderConfig(_Section):
    """The likelihood's network: fully connected layers, a grid, transposed convolutions, logits.

    Attributes:
        fc: units of each fully connected layer before the one onto the grid.
        filters: one 3x3 transposed convolution each; the first two double the grid's side (stride 2),
            further ones keep it. Two or more start from 7x7, one from 14x14.
        activation: of every layer but the last.
    """

    section = "decoder"
    fc: tuple[int, ...] = _decoder("fc", rules.Sizes(empty=True, bare=True))
    filters: tuple[int, ...] = _decoder("filters", rules.Sizes())
    activation: str = _decoder("activation", rules.Choice(ACTIVATIONS))


_training = Defaults("training/default.yaml")


@dataclass(frozen=True)
class TrainingConfig(_Section):
    """How the model is trained.

    Attributes:
        epochs: passes over the training images.
        batch_size: images a step.
        optimizer: a Keras optimizer.
        learning_rate: its peak.
        schedule: `constant`, or `cosine` from the peak to `final_learning_rate` at the last epoch.
        final_learning_rate: where `cosine` ends, as a fraction of the peak.
        lr_warmup_epochs: epochs of linear rise to the peak.
        weight_decay: decoupled decay, per step, as Keras applies it; null for none, but for 0.004 with adamw.
        clipnorm: upper bound of the gradient's global norm; null for none.
        ema: momentum of the weights' exponential moving average, which is then what is evaluated and
            saved; 0 for none.
        beta: weight of the KL term (Higgins et al. 2017).
        kl_warmup_epochs: epochs over which the KL's weight rises linearly to beta.
        free_bits: nats a latent may carry at no cost, as a batch mean (Kingma et al. 2016).
        relocation: weight of a pull on posterior means that the batch shows to be in a wrong place, nats per
            standard deviation of the prior; null for 30 with one or two latents, and 0, for none, with more.
            No part of the reported losses.
        early_stopping: stop after so many epochs without a better validation loss; null for never.
        precision: `mixed_bfloat16` computes the products of the LSTM and of the transposed convolutions in
            bfloat16; all else stays float32.
        jit_compile: compile the step with XLA.
        steps_per_execution: training steps per call into TensorFlow.
        threads: TensorFlow's threads; null for one per available core.
        seed: of the initial weights, order of images, dropout and sampling.
        deterministic: same seed, same machine, same threads: same bits.
        tensorboard: write event files into the run's folder.
        mlflow: track the run in MLflow, below its study's where it is a trial.
        wandb: track the run in Weights & Biases, offline unless `WANDB_MODE` says otherwise.
        progress: `auto` draws bars on a terminal and prints plain lines elsewhere.
        resume: folder of a stopped run to go on with.
    """

    section = "training"
    epochs: int = _training("epochs", rules.Whole(1))
    batch_size: int = _training("batch_size", rules.Whole(1))
    optimizer: str = _training("optimizer", rules.Choice(("adam", "adamw", "nadam", "rmsprop", "sgd")))
    learning_rate: float = _training("learning_rate", rules.Real(0, above=True))
    schedule: str = _training("schedule", rules.Choice(("constant", "cosine")))
    final_learning_rate: float = _training("final_learning_rate", rules.Real(0, 1, closed=True))
    lr_warmup_epochs: float = _training("lr_warmup_epochs", rules.Real(0))
    weight_decay: float | None = _training("weight_decay", rules.Real(0, optional=True))
    clipnorm: float | None = _training("clipnorm", rules.Real(0, above=True, optional=True))
    ema: float = _training("ema", rules.Real(0, 1))
    beta: float = _training("beta", rules.Real(0))
    kl_warmup_epochs: float = _training("kl_warmup_epochs", rules.Real(0))
    free_bits: float = _training("free_bits", rules.Real(0))
    relocation: float | None = _training("relocation", rules.Real(0, optional=True))
    early_stopping: int | None = _training("early_stopping", rules.Whole(1, optional=True))
    precision: str = _training("precision", rules.Choice(("float32", "mixed_bfloat16")))
    jit_compile: bool = _training("jit_compile", rules.Flag())
    steps_per_execution: int = _training("steps_per_execution", rules.Whole(1))
    threads: int | None = _training("threads", rules.Whole(1, optional=True, most=1024))
    seed: int = _training("seed", SEED)
    deterministic: bool = _training("deterministic", rules.Flag())
    tensorboard: bool = _training("tensorboard", rules.Flag())
    mlflow: bool = _training("mlflow", rules.Flag())
    wandb: bool = _training("wandb", rules.Flag())
    progress: str = _training("progress", rules.Choice(("auto", "rich", "plain", "none")))
    resume: str | None = _training("resume", rules.Text(optional=True))


_evaluation = Defaults("config.yaml", "evaluation")


@dataclass(frozen=True)
class EvaluationConfig(_Section):
    """How a finished model is scored.

    Attributes:
        batch_size: images a batch.
        seed: of the posterior samples: the same weights always score the same.
        nll_samples: importance samples an image for the NLL (Burda et al. 2016); 0 leaves it out.
        nll_images: at most so many test images for the NLL, evenly spaced; null for all.
        generation_samples: from the prior, whose quality a classifier tells beside as many test images; 0
            leaves it out.
        generation_temperature: T of generated images, in these numbers and in pictures: p(x|z)^(1/T), logits
            divided by T. Below 1 they are sharper. The losses are always of T = 1.
    """

    section = "evaluation"
    batch_size: int = _evaluation("batch_size", rules.Whole(1))
    seed: int = _evaluation("seed", SEED)
    nll_samples: int = _evaluation("nll_samples", rules.Whole(0, most=100_000))
    nll_images: int | None = _evaluation("nll_images", rules.Whole(1, optional=True))
    generation_samples: int = _evaluation("generation_samples", rules.Whole(0, most=100_000))
    generation_temperature: float = _evaluation("generation_temperature", TEMPERATURE)


_figures = Defaults("config.yaml", "figures")


@dataclass(frozen=True)
class FiguresConfig(_Section):
    """Which pictures a run draws.

    Attributes:
        enabled: whether it draws any.
        scales: half widths of the drawn part of a 2-D latent plane, in standard deviations of the prior.
    """

    section = "figures"
    enabled: bool = _figures("enabled", rules.Flag())
    scales: tuple[float, ...] = _figures("scales", rules.Scales())
