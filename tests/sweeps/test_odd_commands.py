"""Commands that look odd and are right: what refuses bad ones must let them through."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sweeps.conftest import JOBLIB, Sweep, states, trials_of

OWN = "tests.sweeps.own_parts"
LINE, TWO = "x=interval(0,1)", "hydra.sweeper.n_trials=2"
SAMPLER, PRUNER = "hydra.sweeper.sampler", "hydra.sweeper.pruner"


@pytest.mark.parametrize(
    "words",
    [
        # samplers, pruners and functions of one's own, and what Optuna's take
        (LINE, TWO, f"{SAMPLER}._target_={OWN}.OwnSampler"),
        (LINE, TWO, "hydra/sweeper/optuna_study/sampler=tpe",
         f"{SAMPLER}.constraints_func={{_target_:hydra.utils.get_method,path:{OWN}.constraint}}"),
        (LINE, TWO, "hydra/sweeper/optuna_study/sampler=nsgaii", f"{SAMPLER}.population_size=4",
         f"{SAMPLER}.crossover={{_target_:optuna.samplers.nsgaii.SBXCrossover,eta:3}}"),
        (LINE, TWO, f"{SAMPLER}.seed=null"),
        ("x=range(0,9)", f"{SAMPLER}._target_=optuna.samplers.BruteForceSampler", TWO),
        ("x=1,2", f"{PRUNER}={{_target_:{OWN}.OwnPruner,patience:3}}"),
        ("x=1,2", "hydra/sweeper/optuna_study/pruner=patient", f"{PRUNER}.wrapped_pruner=null"),
        ("x=1,2", f"{PRUNER}.n_startup_trials=3"),  # which none takes for another's
        ("x=1,2", "hydra/sweeper/optuna_study/pruner=hyperband", f"{PRUNER}.max_resource=9"),
        ("x=1,2", f"hydra.sweeper.custom_search_space={OWN}.suggest", TWO),
        ("x=1,2", f"hydra.sweeper.check={OWN}.check"),
        ("x=1,2", f"hydra.sweeper.check={OWN}.checking"),
        # fields
        ("x=1,2", "hydra.sweeper.threads_key=+threads", "hydra.sweeper.threads_per_worker=3"),
        ("x=1,2", "hydra.sweeper.process_wide=[shape,y]", "hydra.sweeper.timeout=1e9"),
        (LINE, TWO, "hydra.sweeper.retries=${y}", "~hydra.sweeper.max_failures"),
        ("hydra.sweeper.params={x:'1,2',+w:{k:[a,b]},sizes:[3,4]}",),
        ("x=1,2", "y=1,2", "hydra.sweeper.conditions={y:{x:2}}", "hydra.sweeper.enqueue=[{x:1}]", TWO),
        ("+deep.er='a b','c,d'",), ("x=1,2", "+odd='${y} and =$(ls)'"),
        ("x=int(interval(-9007199254740992,9007199254740992))", TWO),
        ("x=1.0,true",),
        # places
        ("x=1,2", "hydra.sweeper.study_name='Été, 2=+@-'"),
        ("x=1,2", "hydra.sweep.subdir='a\nline\tbreak'"), ("x=1,2", "hydra.sweep.subdir=same/for all"),
        ("x=1,2", "hydra.sweep.subdir=confusion.x"),
        ("x=1,2", "hydra.sweep.subdir=${hydra.job.override_dirname}/${hydra.job.id}"),
        ("x=1,2", "hydra.sweeper.storage=new.journal"), ("x=1,2", "hydra.sweeper.storage='sqlite:///new.db'"),
        # launchers
        ("x=1,2", *JOBLIB, "hydra.launcher.pre_dispatch=all", "hydra.launcher.max_nbytes=1M",
         "hydra.launcher.n_jobs=-1", "hydra.sweeper.n_workers=1"),
    ],
    ids=lambda words: words[-1],
)  # fmt: skip
def test_an_odd_command_is_right(sweep: Sweep, tmp_path: Path, words: tuple[str, ...]) -> None:
    result = sweep(*words, "hydra.sweep.dir=results/s")
    assert result.returncode == 0, result.stderr
    assert "error" not in result.stderr
    if not any("storage" in word for word in words):
        ended = [state for state in states(trials_of(tmp_path)) if state != "WAITING"]
        assert len(ended) == 2
        assert set(ended) <= {"COMPLETE", "PRUNED"}
