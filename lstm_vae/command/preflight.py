"""What is checked before Hydra makes a folder: the configuration, the data, a resumed run, the folder itself.

Hydra calls this before it runs a job. `SystemExit` is the one thing that it lets out of a callback.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hydra._internal.core_plugins.basic_sweeper import BasicSweeper
from hydra.core.global_hydra import GlobalHydra
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Quote, QuotedString
from hydra.experimental.callback import Callback
from omegaconf import DictConfig, OmegaConf, open_dict

from lstm_vae.command.exits import exit_codes
from lstm_vae.config.encoder_kinds import allowed, is_elsewhere, known_kinds
from lstm_vae.config.run_config import RunConfig
from lstm_vae.config.schemas import literal, run_config_from
from lstm_vae.data import Splits, cached_splits
from lstm_vae.data.splits import require_samples
from lstm_vae.errors import UserError
from lstm_vae.process.runtime import without_chatter
from lstm_vae.run.folder import claim, claim_named, next_number
from lstm_vae.run.resume import require_same_data, resumed_config
from lstm_vae.tracking.opening import require_installed


class Preflight(Callback):
    """Refuses bad input with one line and exit code 2; claims the run's folder."""

    def on_run_start(self, config: DictConfig, **kwargs: Any) -> None:
        """Checks a single run, and sets `hydra.run.dir` to a folder that is its own."""
        with _leaving_hydra():
            run = _checked(config)
            if run.training.resume is None:
                _require_data(run)
                config.hydra.run.dir = str(_claimed(config, "hydra.run.dir"))
                return
            if _is_named(config, "hydra.run.dir"):
                raise UserError("hydra.run.dir: must not be set with training.resume, which names the folder")
            _require_literal(Path(run.training.resume), "training.resume")
            folder = Path(run.training.resume)
            if folder.is_dir() and not os.access(folder, os.W_OK | os.X_OK):
                raise UserError(f"training.resume={folder}: cannot be written")
            run = resumed_config(run, list(config.hydra.overrides.task))
            require_same_data(run, _require_data(run))
            _go_on_in(Path(str(run.training.resume)), run, config)

    def on_multirun_start(self, config: DictConfig, **kwargs: Any) -> None:
        """Checks every job of a multirun before the first starts."""
        with _leaving_hydra():
            if not str(config.hydra.sweeper._target_).endswith(".BasicSweeper"):
                return  # the project's own sweeper calls `check_job`, and has a folder that it goes on in
            process_wide = set()
            for job in _jobs(config):
                run = check_job(job)
                process_wide.add((run.training.threads, run.training.deterministic))
            if len(process_wide) > 1:
                raise UserError(
                    "training.threads, training.deterministic: must be the same for all jobs of a multirun, "
                    "which share a process"
                )
            folder = str(_claimed(config, "hydra.sweep.dir"))
            with open_dict(config):
                config.hydra.sweep.dir = folder
                # Jobs are composed anew, from these.
                quoted_folder = QuotedString(folder, Quote.single).with_quotes()
                config.hydra.overrides.hydra.append(f"hydra.sweep.dir={quoted_folder}")


def check_job(config: DictConfig) -> RunConfig:
    """Checks a composed job of a multirun, and that its data can be had.

    Raises:
        UserError: it could not run.
    """
    run = _checked(config)
    if run.training.resume is not None:
        raise UserError(f"training.resume={run.training.resume}: must be null in a multirun")
    _require_data(run)
    return run


def _require_data(run: RunConfig) -> Splits:
    """Has the run's data, and checks what the configuration asks of them."""
    splits = cached_splits(run.data, run.training.batch_size)
    require_samples(run.evaluation.generation_samples, len(splits.test), "evaluation.generation_samples")
    return splits


@contextmanager
def _leaving_hydra() -> Iterator[None]:
    """Hydra turns a callback's exceptions into warnings and goes on: here nothing may go on."""
    try:
        with exit_codes():
            yield
    except Exception:
        traceback.print_exc()
        sys.exit(1)


def _jobs(config: DictConfig) -> Iterator[DictConfig]:
    """What Hydra's basic sweeper will run."""
    loader = GlobalHydra.instance().config_loader()
    overrides = [*config.hydra.overrides.task]
    for key, value in (config.hydra.sweeper.get("params") or {}).items():
        overrides.insert(0, f"{key}={value}")
    parsed_overrides = OverridesParser.create(config_loader=loader).parse_overrides(overrides)
    for batch in BasicSweeper.split_arguments(parsed_overrides, max_batch_size=None):
        for job in batch:
            yield loader.load_sweep_config(config, list(job))


def _checked(config: DictConfig) -> RunConfig:
    for group in ("data", "encoder", "decoder", "training"):
        if config.hydra.runtime.choices.get(group) is None:
            raise UserError(f"{group}: is missing; must be one option of the group")
    job = config.copy()
    with open_dict(job):
        job.pop("hydra", None)
    run = run_config_from(job)
    if is_elsewhere(run.encoder.kind):
        with without_chatter():
            from lstm_vae.model.builder import encoder_class

            encoder_class(run.encoder.kind)
    elif run.encoder.kind not in known_kinds():
        raise UserError(f"encoder.kind={run.encoder.kind}: must be {allowed()}")
    require_installed(run.training)
    return run


def _claimed(config: DictConfig, field: str) -> Path:
    named = str(OmegaConf.select(config, field))
    try:
        folder = Path(named).expanduser()
    except RuntimeError as error:
        raise UserError(f"{field}={named}: no such folder ({error})") from None
    _require_literal(folder, field)
    return claim_named(folder, field) if _is_named(config, field) else claim(folder, field)


def _require_literal(folder: Path, field: str) -> None:
    """Hydra puts a run's folder into its configuration, and reads it there as an interpolation."""
    if "${" in str(folder.absolute()):
        raise UserError(f"{field}={folder.absolute()}: must not have ${{ in its path")


def _is_named(config: DictConfig, field: str) -> bool:
    """Whether the command line sets a field of Hydra's."""
    return any(str(override).lstrip("+").startswith(f"{field}=") for override in config.hydra.overrides.hydra)


def _go_on_in(folder: Path, run: RunConfig, config: DictConfig) -> None:
    """Hydra writes into the run's own folder, but over none of its files."""
    number = next_number(folder / ".hydra", "resume-*")
    with open_dict(config):
        config.hydra.run.dir = str(folder)
        config.hydra.output_subdir = f".hydra/resume-{number}"
    for key, value in run.flat().items():
        OmegaConf.update(config, key, literal(value), merge=False)
