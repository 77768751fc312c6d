"""Settling and checking all that a sweep is, before anything is written."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.errors import HydraException
from hydra.types import HydraContext
from omegaconf import DictConfig, OmegaConf, open_dict

from sweeps.errors import SweepError, reason
from sweeps.plan.composition import Composer
from sweeps.plan.fingerprint import checked_spec
from sweeps.plan.launcher import require_launcher, require_room
from sweeps.plan.naming import quoted, study_name
from sweeps.plan.plan import Plan
from sweeps.plan.rehearsal import rehearse
from sweeps.plan.warm_starts import best_of_another, warm_starts
from sweeps.results.replication import first_seeds
from sweeps.search.budget import budget_of
from sweeps.settings import Settings, settings_from
from sweeps.settings.functions import load_function
from sweeps.space import Space, parse_space
from sweeps.study.folder import StudyFolder, resolved_text, trial_subfolder
from sweeps.study.ownership import require_own
from sweeps.study.storage import locate, masked
from sweeps.text import without_passwords

LARGEST_GRID = 10_000
LARGEST_STUDY = 1_000_000  # trials: no study uses up a finite space that is larger
NUMBERED = "${hydra.job.num}"  # `hydra.sweep.subdir` as Hydra has it


def prepare(context: HydraContext, config: DictConfig, arguments: Sequence[str]) -> Plan:
    """Reads and checks everything; writes nothing.

    Raises:
        SweepError: something is wrong.
    """
    loader = context.config_loader
    settings = settings_from(config)
    space = parse_space(arguments, settings.params, settings.conditions, settings.custom_search_space, loader)
    grid = _is_grid(settings, space)
    name = study_name(str(config.hydra.job.name), arguments, settings, space)
    folder = StudyFolder(_settle_folder(config, name))
    require_launcher(config, loader)
    require_room(config.hydra.launcher, settings.n_workers)
    storage = locate(settings.storage, folder.path)
    _mask_passwords(config)
    search_path = loader.get_search_path()
    composer = Composer(search_path, config)
    spec = checked_spec(space, composer, settings, _check_of(settings, config))
    first = composer.compose([*space.fixed, *space.overrides(space.first())])
    _require_threads_key(settings, space, composer)
    warm = warm_starts(settings, space, best_of_another(settings, space, folder.path), grid)
    if settings.replicates > 1 or settings.finalists is not None:
        _require_seed(settings, space, first)
    rehearse(settings, space, composer, config, grid)
    require_own(folder, name, storage)
    return Plan(
        config=config,
        search_path=search_path,
        settings=_without_passwords(settings),
        space=space,
        spec=spec,
        name=name,
        grid=grid,
        budget=budget_of(
            settings, grid, None if grid or not space.finite else space.size_within(LARGEST_STUDY)
        ),
        folder=folder,
        storage=storage,
        warm=warm,
        files=composer.files,
    )


def _without_passwords(settings: Settings) -> Settings:
    storage, best = settings.storage, settings.enqueue_best
    if storage is not None and "://" in storage:
        storage = masked(storage)
    if best is not None:
        best = {name: masked(value) if "://" in str(value) else value for name, value in best.items()}
    return replace(settings, storage=storage, enqueue_best=best)


def _check_of(settings: Settings, master: DictConfig) -> Callable[[DictConfig], None]:
    """What every kind of configuration is checked with before the first trial."""
    field, path = "hydra.sweeper.check", settings.check
    function = load_function(path, field, "cfg") if path is not None else None
    numbered = master.hydra.sweep._get_node("subdir")._value() == NUMBERED

    def check(config: DictConfig) -> None:
        if not numbered:
            trial_subfolder(copy.deepcopy(config), 0)
        if function is None:
            return
        try:
            function(config)
        except (AttributeError, ImportError, LookupError, NameError, SystemExit, TypeError) as error:
            # No verdict on the configuration, but a mistake in the function.
            raise SweepError(f"{field}={path}: {reason(error)}") from None

    return check


def _require_threads_key(settings: Settings, space: Space, composer: Composer) -> None:
    """Trials get the number of their threads where the command does not give one."""
    key = settings.threads_key
    if key is None:
        return
    field = f"hydra.sweeper.threads_key={key}"
    if key.lstrip("+") in {parameter.name for parameter in space.parameters}:
        raise SweepError(f"{field}: {key} must not be swept then")
    try:
        override = OverridesParser.create().parse_override(f"{key}=1")
    except HydraException:
        override = None
    if override is None or override.is_delete() or override.is_hydra_override() or override.value() != 1:
        raise SweepError(f"{field}: must name a field of the job's configuration")
    try:
        composer.compose([*space.fixed, *space.overrides(space.first()), f"{key}=1"])
    except SweepError as error:
        raise SweepError(f"{field}: {error}") from None


def _require_seed(settings: Settings, space: Space, first: DictConfig) -> None:
    swept_names = {parameter.name for parameter in space.parameters}
    for key in settings.seed_keys or ():
        if key.lstrip("+") in swept_names:
            asked = f"replicates={settings.replicates}"
            if settings.replicates == 1:
                asked = f"finalists={settings.finalists}"
            raise SweepError(f"hydra.sweeper.{asked}: {key} must not be swept then")
    first_seeds(first, settings)


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
    node = config.hydra.sweep._get_node("dir")
    raw = str(node._value())
    if not raw.strip():
        raise SweepError("hydra.sweep.dir=: must be a folder")
    with open_dict(config):
        config.hydra.sweeper.study_name = name
        if "${now:" in raw:
            parts = raw.split("/")
            stamp_index = next(index for index, part in enumerate(parts) if "${now:" in part)
            config.hydra.sweep.dir = "/".join([*parts[:stamp_index], name])
    folder = _absolute(resolved_text(config, "hydra.sweep.dir"))
    StudyFolder(folder).require_possible()
    settle_place(config, folder, name)
    return folder


def settle_place(config: DictConfig, folder: Path, name: str) -> None:
    """Says of which study a configuration is, and in which folder, to itself and to the jobs', which are
    composed anew from its overrides."""
    with open_dict(config):
        config.hydra.sweeper.study_name = name
        config.hydra.sweep.dir = str(folder)
        config.hydra.overrides.hydra += [
            f"hydra.sweep.dir={quoted(str(folder))}",
            f"++hydra.sweeper.study_name={quoted(name)}",
        ]


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
        masked_url = None
        if node is not None and isinstance(node._value(), str) and "://" in node._value():
            masked_url = masked(node._value())
            config.hydra.sweeper.storage = masked_url
        best = config.hydra.sweeper.enqueue_best
        if best and isinstance(best.get("storage"), str) and "://" in best.storage:
            best.storage = masked(best.storage)
        words = OmegaConf.to_container(config.hydra.overrides.hydra, resolve=False)
        assert isinstance(words, list)
        # Whatever such a word has, what is written above says the same.
        config.hydra.overrides.hydra = [
            without_passwords(str(word))
            for word in words
            if masked_url is None or not str(word).lstrip("+").startswith("hydra.sweeper.storage=")
        ]
        if masked_url is not None:  # wherever it stood, in a file or on the command line
            config.hydra.overrides.hydra.append(f"++hydra.sweeper.storage={quoted(masked_url)}")
