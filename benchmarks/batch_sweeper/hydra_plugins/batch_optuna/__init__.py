"""The peer: a sweeper that works as Hydra's official Optuna sweeper does, on Optuna 5.

The released one (hydra-optuna-sweeper 1.3) pins optuna below 3. This follows its loop: ask for `n_jobs`
trials, check that they compose, launch them, wait for all of them, tell all results; no pruning, no resuming,
a study in memory unless a storage is named. It reads the search space with the project's own parser. Unlike
the released one it can try given combinations first (`enqueue`), so that sweepers are compared on the same.
"""

from dataclasses import dataclass
from typing import Any

from hydra.core.config_store import ConfigStore
from hydra.plugins.sweeper import Sweeper


@dataclass
class BatchOptunaConf:
    _target_: str = "hydra_plugins.batch_optuna.BatchOptunaSweeper"
    n_trials: int = 20
    n_jobs: int = 1
    seed: int = 0
    params: Any = None
    storage: Any = None
    enqueue: Any = None


ConfigStore.instance().store(
    group="hydra/sweeper", name="batch_optuna", node=BatchOptunaConf, provider="batch_optuna"
)


class BatchOptunaSweeper(Sweeper):
    def __init__(
        self, n_trials: int, n_jobs: int, seed: int, params: Any, storage: Any, enqueue: Any
    ) -> None:
        self.n_trials, self.n_jobs, self.seed, self.params = n_trials, n_jobs, seed, dict(params or {})
        self.storage, self.enqueue = storage, list(enqueue or [])

    def setup(self, *, hydra_context: Any, task_function: Any, config: Any) -> None:
        from hydra.core.plugins import Plugins

        self.config, self.hydra_context, self.job_config = config, hydra_context, config
        self.batch_launcher = Plugins.instance().instantiate_launcher(
            config=config, hydra_context=hydra_context, task_function=task_function
        )

    def sweep(self, arguments: list[str]) -> None:
        assert self.hydra_context is not None
        import optuna
        from optuna.storages import JournalStorage
        from optuna.storages.journal import JournalFileBackend

        from sweeps.space import parse_space

        optuna.logging.set_verbosity(optuna.logging.WARNING)
        space = parse_space(arguments, self.params, {}, None, self.hydra_context.config_loader)
        storage = JournalStorage(JournalFileBackend(self.storage)) if self.storage else None
        study = optuna.create_study(
            sampler=optuna.samplers.TPESampler(seed=self.seed), study_name="batch", storage=storage
        )
        parameters = {parameter.name: parameter for parameter in space.parameters}
        for combination in self.enqueue:
            study.enqueue_trial(
                {name: parameters[name].canonical(value) for name, value in combination.items()}
            )
        trials_done = 0
        while trials_done < self.n_trials:
            trials = [study.ask() for _ in range(min(self.n_jobs, self.n_trials - trials_done))]
            drawn_overrides = [space.overrides(space.suggest(trial, self.job_config)) for trial in trials]
            jobs = [[*space.fixed, *overrides] for overrides in drawn_overrides]
            self.validate_batch_is_legal(jobs)
            returns = self.batch_launcher.launch(jobs, initial_job_idx=trials_done)
            for trial, job_return in zip(trials, returns, strict=True):
                study.tell(trial, float(job_return.return_value))
            trials_done += len(trials)
        times = [trial.datetime_complete.timestamp() for trial in study.trials if trial.datetime_complete]
        print(
            f"batch: {trials_done} trials, seconds of the last against the first: {times[-1] - times[0]:.3f}"
        )
