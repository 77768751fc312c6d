"""Plans of sweeps of the small program, as the sweep's own process settles them."""

from __future__ import annotations

from pathlib import Path

from hydra._internal.callbacks import Callbacks
from hydra.core.config_loader import ConfigLoader
from hydra.types import HydraContext, RunMode, TaskFunction
from optuna.study import Study

from sweeps.plan.opening import open_study
from sweeps.plan.plan import Plan
from sweeps.plan.preparation import prepare
from sweeps.workers.loop import Assignment
from tests.sweeps.parts import LOADER


def plan_of(folder: Path, *words: str, loader: ConfigLoader = LOADER) -> Plan:
    """The plan of a command, for a study in this folder if it names no other."""
    config = loader.load_configuration("config", [f"hydra.sweep.dir={folder}", *words], RunMode.MULTIRUN)
    context = HydraContext(config_loader=loader, callbacks=Callbacks())
    return prepare(context, config, list(config.hydra.overrides.task))


def opened(plan: Plan) -> Study:
    """The study of a plan, made or found in its folder."""
    plan.folder.make()
    return open_study(plan, None)


def assignment_of(plan: Plan, task: TaskFunction) -> Assignment:
    """What a lone worker gets to do."""
    return Assignment(task=task, plan=plan, sweep="this one", alone=True, only_suspects=False)
