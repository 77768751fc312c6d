"""All that a sweep is, settled and checked before anything is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hydra.core.override_parser.types import Quote, QuotedString
from hydra.types import HydraContext
from omegaconf import DictConfig, OmegaConf, open_dict

from sweeps.budget import Budget, budget_of
from sweeps.composition import Composer
from sweeps.errors import SweepError
from sweeps.fingerprint import Spec, checked_spec
from sweeps.launching import require_room
from sweeps.naming import study_name
from sweeps.replication import first_seed
from sweeps.samplers import make_pruner, make_sampler
from sweeps.settings import Settings, settings_from
from sweeps.space import Space, parse_space
from sweeps.space.parameter import Value
from sweeps.space.space import load_function
from sweeps.storage import StorageLocation, locate, masked, without_passwords
from sweeps.study_folder import StudyFolder, trial_subfolder
from sweeps.warm_starts import best_of_another, warm_starts

LARGEST_GRID = 10_000


@dataclass(frozen=True)
class Plan:
    """All that a sweep is, settled and checked before anything is written.

    Attributes:
        config: the sweep's configuration, with its folder settled and without passwords.
        name: of the study.
        grid: whether it is the full grid.
        warm: combinations to try first.
    """

    config: DictConfig
    settings: Settings
    space: Space
    spec: Spec
    name: str
    grid: bool
    budget: Budget
    folder: StudyFolder
    storage: StorageLocation
    composer: Composer
    warm: list[dict[str, Value]]


def prepare(context: HydraContext, config: DictConfig, arguments: Sequence[str]) -> Plan:
    """Reads and checks everything; writes nothing.

    Raises:
        SweepError: something is wrong.
    """
    settings = settings_from(config)
    space = parse_space(
        arguments, settings.params, settings.conditions, settings.custom_search_space, context.config_loader
    )
    if space.function is not None:
        load_function(space.function, "hydra.sweeper.custom_search_space")
    grid = _is_grid(settings, space)
    require_room(config.hydra.launcher, settings.n_workers)
    make_pruner(settings.pruner)
    if not grid:
        make_sampler(settings.sampler, 0)
    name = study_name(str(config.hydra.job.name), arguments, settings, space)
    folder = StudyFolder(_settle_folder(config, name))
    storage = locate(settings.storage, folder.path)
    _mask_passwords(config)
    composer = Composer(context.config_loader.get_search_path(), config)
    check = load_function(settings.check, "hydra.sweeper.check") if settings.check is not None else None
    spec = checked_spec(space, composer, settings, check)
    first = composer.compose([*space.fixed, *space.overrides(space.first())])
    trial_subfolder(first, 0)
    warm = warm_starts(settings, space, best_of_another(settings, space, folder.path), grid)
    if settings.replicates > 1:
        _require_seed(settings, space, first)
    return Plan(
        config, settings, space, spec, name, grid, budget_of(settings, grid), folder, storage, composer, warm
    )


def _require_seed(settings: Settings, space: Space, first: DictConfig) -> None:
    if settings.seed_key in {parameter.name for parameter in space.parameters}:
        raise SweepError(
            f"hydra.sweeper.replicates={settings.replicates}: {settings.seed_key} must not be swept then"
        )
    first_seed(first, settings)


def _is_grid(settings: Settings, space: Space) -> bool:
    kind = settings.sampler["_target_"]
    if kind == "grid" and not space.finite:
        endless = [parameter.name for parameter in space.parameters if parameter.values is None]
        raise SweepError(
            f"hydra/sweeper/optuna_study/sampler=grid: {', '.join(endless) or 'the function'} has no "
            "finite number of values"
        )
    if kind not in ("auto", "grid") or not space.finite:
        return False
    if space.size_bound > LARGEST_GRID:
        raise SweepError(
            f"hydra/sweeper/optuna_study/sampler={kind}: the full grid has {space.size_bound:,} "
            f"combinations, more than {LARGEST_GRID:,}; hydra/sweeper/optuna_study/sampler=tpe samples them"
        )
    return True


def sampler_name(settings: Settings) -> str:
    """What draws the trials, for people."""
    kind = settings.sampler["_target_"]
    return "TPESampler" if kind == "auto" else str(kind).rpartition(".")[2]


def _settle_folder(config: DictConfig, name: str) -> Path:
    """Settles `hydra.sweep.dir`; the study's name takes the place of a time stamp in it, with which no
    command would find its study again."""
    raw = str(config.hydra.sweep._get_node("dir")._value())
    with open_dict(config):
        config.hydra.sweeper.study_name = name
        if "${now:" in raw:
            parts = raw.split("/")
            stamped = next(index for index, part in enumerate(parts) if "${now:" in part)
            config.hydra.sweep.dir = "/".join([*parts[:stamped], name])
        folder = _absolute(str(config.hydra.sweep.dir))
        config.hydra.sweep.dir = str(folder)
        # Jobs are composed anew, from these.
        config.hydra.overrides.hydra += [
            f"hydra.sweep.dir={quoted(str(folder))}",
            f"++hydra.sweeper.study_name={quoted(name)}",
        ]
    return folder


def _absolute(named: str) -> Path:
    try:
        folder = Path(named).expanduser().absolute()
    except RuntimeError as error:
        raise SweepError(f"hydra.sweep.dir={named}: no such folder ({error})") from None
    if "${" in str(folder):
        # Hydra puts it into the jobs' configuration, and reads it there as an interpolation.
        raise SweepError(f"hydra.sweep.dir={folder}: must not have ${{ in its path")
    return folder


def _mask_passwords(config: DictConfig) -> None:
    with open_dict(config):
        node = config.hydra.sweeper._get_node("storage")
        if node is not None and isinstance(node._value(), str) and "://" in node._value():
            hidden = masked(node._value())
            if hidden != node._value():  # wherever it stood, in a file or on the command line
                config.hydra.overrides.hydra.append(f"++hydra.sweeper.storage={quoted(hidden)}")
            config.hydra.sweeper.storage = hidden
        best = config.hydra.sweeper.enqueue_best
        if best and isinstance(best.get("storage"), str) and "://" in best.storage:
            best.storage = masked(best.storage)
        words = OmegaConf.to_container(config.hydra.overrides.hydra, resolve=False)
        assert isinstance(words, list)
        config.hydra.overrides.hydra = [without_passwords(str(word)) for word in words]


def quoted(text: str) -> str:
    """A text as the override grammar quotes it."""
    return QuotedString(text, Quote.single).with_quotes()
