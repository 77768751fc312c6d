"""The trackers that a configuration switches on."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec

from lstm_vae.config.sections import TrainingConfig
from lstm_vae.errors import InterruptedRunError, UserError
from lstm_vae.tracking.tracker import Beginning, Mirror, Tracker, why

SWITCHES = ("tensorboard", "mlflow", "wandb")  # fields of `training`, and packages, and extras


def require_installed(training: TrainingConfig) -> None:
    """Refuses a switch whose package is not there.

    Raises:
        UserError: with the command that installs it.
    """
    for name in SWITCHES:
        if getattr(training, name) and find_spec(name) is None:
            raise UserError(f"training.{name}=true: needs the package {name}: pip install 'lstm-vae[{name}]'")


def open_all(trackers: list[Mirror], beginning: Beginning) -> None:
    """Adds the trackers of a run, told that it begins.

    Raises:
        UserError: one cannot be reached, or refuses; those before it are there.
        InterruptedRunError: a second signal came.
    """
    for name in SWITCHES:
        if getattr(beginning.config.training, name):
            trackers.append(_opened(name, beginning))


def _opened(name: str, beginning: Beginning) -> Mirror:
    try:
        return Mirror(f"training.{name}", _class_of(name)(beginning))
    except InterruptedRunError:
        raise
    except Exception as error:  # its library may raise anything
        raise UserError(f"training.{name}=true: {why(error)}") from None


def _class_of(name: str) -> Callable[[Beginning], Tracker]:
    if name == "tensorboard":
        from lstm_vae.tracking.tensorboard import TensorBoard

        return TensorBoard
    if name == "mlflow":
        from lstm_vae.tracking.mlflow import MLflow

        return MLflow
    from lstm_vae.tracking.wandb import WeightsAndBiases

    return WeightsAndBiases
