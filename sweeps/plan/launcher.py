"""Hydra's launchers: whether one can be made, and runs as many workers at a time as are wanted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hydra._internal.callbacks import Callbacks
from hydra.core.config_loader import ConfigLoader
from hydra.core.plugins import Plugins
from hydra.plugins.launcher import Launcher
from hydra.types import HydraContext
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from sweeps.errors import SweepError, composition_error, reason
from sweeps.plan.machine import available_cpus
from sweeps.settings.rules import shown


def require_launcher(config: DictConfig, loader: ConfigLoader) -> None:
    """Refuses what is no launcher of Hydra's, or does not take what it is given: found by every worker in
    turn, that would look like one lost worker after another.

    Args:
        config: the sweep's own configuration.

    Raises:
        SweepError: with what is allowed.
    """
    launcher = config.hydra.get("launcher")
    names = [f"{kind.__module__}.{kind.__name__}" for kind in Plugins.instance().discover(Launcher)]
    if not isinstance(launcher, DictConfig):
        raise SweepError(
            f"hydra.launcher={shown(launcher)}: must be a mapping; hydra/launcher=OPTION takes one "
            f"({', '.join(sorted(loader.get_group_options('hydra/launcher')))})"
        )
    try:
        options: Any = OmegaConf.to_container(launcher, resolve=True)
    except OmegaConfBaseException as error:
        raise composition_error(error) from None
    target = options.get("_target_")
    # Only a class that Hydra has found for itself: nothing else may be called, by Hydra neither.
    if target not in names:
        raise SweepError(
            f"hydra.launcher._target_={shown(target)}: must be one of {', '.join(sorted(names))}"
        )
    if inner := [key for key, value in options.items() if "_target_" in repr(value)]:
        raise SweepError(f"hydra.launcher.{inner[0]}={shown(options[inner[0]])}: must not have a _target_")
    try:
        made(config, loader, _nothing)
        if target.endswith(".JoblibLauncher"):
            _require_joblib(options)
    except Exception as error:
        raise SweepError(f"hydra.launcher: {reason(error.__cause__ or error)}") from None


def _nothing(_: DictConfig) -> None:
    """What a launcher runs that is only tried."""


def _require_joblib(options: Any) -> None:
    """Has joblib read what its launcher will hand it; what it reads only when it runs is read here.

    Raises:
        ValueError: or whatever joblib raises.
    """
    from hydra_plugins.hydra_joblib_launcher._core import process_joblib_cfg
    from joblib import Parallel
    from joblib._utils import eval_expr

    arguments = {key: value for key, value in options.items() if not key.startswith("_")} | {
        "backend": "loky"
    }
    process_joblib_cfg(arguments)
    Parallel(**arguments)
    if arguments.get("n_jobs") == 0:
        raise ValueError("n_jobs=0: must be a number of processes, or -1 for all CPUs")
    if arguments.get("timeout") is not None and arguments["timeout"] <= 0:
        raise ValueError(f"timeout={arguments['timeout']}: must be seconds above 0, or null")
    if arguments.get("mmap_mode") not in (None, "r", "r+", "w+", "c"):
        raise ValueError(f"mmap_mode={arguments['mmap_mode']}: must be r, r+, w+, c or null")
    ahead = arguments.get("pre_dispatch")
    if ahead != "all":
        try:
            enough = int(eval_expr(str(ahead).replace("n_jobs", "1"))) >= 1
        except Exception:
            enough = False
        if not enough:
            raise ValueError(f"pre_dispatch={ahead}: must be all, or a number above 0 like 2*n_jobs")


def require_room(launcher: DictConfig, n_workers: int) -> None:
    """Refuses more workers than the launcher runs at a time.

    Raises:
        SweepError: with the override that mends it.
    """
    target = str(launcher.get("_target_", "")).rpartition(".")[2]
    if target == "BasicLauncher" and n_workers > 1:
        raise SweepError(
            f"hydra.sweeper.n_workers={n_workers}: must be 1 with hydra/launcher=basic, which runs jobs one "
            "after another; hydra/launcher=joblib runs them side by side"
        )
    field, limit = None, None
    if target == "JoblibLauncher":
        field, limit = "n_jobs", int(launcher.get("n_jobs", -1))
        limit = (
            available_cpus() if limit == -1 else max(1, available_cpus() + 1 + limit) if limit < 0 else limit
        )
    elif target == "SlurmLauncher":
        field, limit = "array_parallelism", int(launcher.get("array_parallelism", n_workers))
    if limit is not None and n_workers > limit:
        raise SweepError(
            f"hydra.sweeper.n_workers={n_workers}: must be at most {limit}, which the launcher runs at "
            f"a time; hydra.launcher.{field}={n_workers} allows more"
        )


def made(config: DictConfig, loader: ConfigLoader, task: Callable[[DictConfig], Any]) -> Launcher:
    """The launcher that a configuration names, to run a function."""
    return Plugins.instance().instantiate_launcher(
        # Callbacks are for jobs; the workers run these with callbacks of their own.
        hydra_context=HydraContext(config_loader=loader, callbacks=Callbacks()),
        task_function=task,
        config=config,
    )
