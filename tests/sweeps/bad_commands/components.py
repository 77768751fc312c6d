"""Samplers, pruners, launchers and functions that are none, or that do not take what they are given."""

from __future__ import annotations

from importlib.util import find_spec

from tests.sweeps.bad_commands.command import GRID, LINE, Bad, anywhere, of_app

SAMPLER, PRUNER = "hydra/sweeper/optuna_study/sampler", "hydra/sweeper/optuna_study/pruner"
JOBLIB = "hydra/launcher=joblib"
FUNCTIONS = "tests.sweeps.bad_commands.functions"
# Would leave a file if they were called.
SHELL = "touch called"

_TARGETS = (
    "os.system", "builtins.eval", "builtins.exec", "subprocess.Popen", "subprocess.run", "shutil.rmtree",
    "os.nosuch",
    "nosuch.Thing", "Thing", "''", "3", "null", "???", "[a]", "optuna", "optuna.create_study",
    "builtins.dict",
    "hydra.utils.call", "a..b", "'a b'",
)  # fmt: skip

SAMPLERS = [
    *(anywhere("sampler=nosuch", space, f"{SAMPLER}=nosuch") for space in (GRID, LINE)),
    *(
        anywhere("hydra.sweeper.sampler", LINE, f"hydra.sweeper.sampler._target_={target}")
        for target in (*_TARGETS, "optuna.pruners.MedianPruner", "optuna.samplers.BaseSampler",
                       "optuna.samplers.TPESampler.sample_relative", "optuna.samplers.GridSampler",
                       "optuna.samplers.PartialFixedSampler", "optuna.samplers.BruteForceSampler")
    ),
    *(
        anywhere("hydra.sweeper.sampler", LINE, f"hydra.sweeper.sampler={value}")
        for value in ("tpe", "null", "3", f"{{_target_:os.system,command:'{SHELL}'}}",
                      f"{{_target_:subprocess.Popen,args:'{SHELL}',shell:true}}")
    ),
    *(
        anywhere("hydra.sweeper.sampler", space, f"hydra.sweeper.sampler.{word}")
        for space in (LINE, GRID)
        for word in ("seed=abc", "seed=-1", "seed=1.5", "seed=true", "seed=[1]", "seed=nan", "seed=''",
        "bogus=1")
    ),
    *(
        anywhere("hydra.sweeper.sampler", LINE, f"{SAMPLER}={name}", f"hydra.sweeper.sampler.{word}")
        for name, words in {
            "tpe": ("bogus=1", "seed=abc", "n_startup_trials=abc", "n_startup_trials=[1]",
            "n_ei_candidates=0",
                    "n_ei_candidates=abc", "n_ei_candidates=-3", "gamma=abc", "weights=3",
                    f"gamma={{_target_:os.system,command:'{SHELL}'}}",
                    f"constraints_func={{_target_:subprocess.getoutput,cmd:'{SHELL}'}}", "_partial_=true",
                    "_recursive_=abc"),
            "random": ("bogus=1", "seed=abc", "seed=-3"),
            "qmc": ("qmc_type=nosuch", "seed=abc", "scramble=abc", "bogus=1"),
            "nsgaii": ("population_size=0", "population_size=abc", "mutation_prob=7", "crossover_prob=abc",
                       "crossover={_target_:os.system}", "crossover=abc"),
            "auto": ("n_startup_trials=3",),
        }.items()
        for word in words
    ),
    *(
        anywhere("needs the package", LINE, f"{SAMPLER}={name}")
        for name, package in (("cmaes", "cmaes"), ("gp", "torch"))
        if find_spec(package) is None
    ),
    anywhere("hydra.sweeper.sampler", GRID, f"{SAMPLER}=grid", "hydra.sweeper.sampler.n_trials=3"),
    anywhere("sampler=grid", LINE, f"{SAMPLER}=grid"),
]  # fmt: skip

PRUNERS = [
    anywhere("pruner=nosuch", GRID, f"{PRUNER}=nosuch"),
    *(
        anywhere("hydra.sweeper.pruner", GRID, f"hydra.sweeper.pruner._target_={target}")
        for target in (*_TARGETS, "optuna.samplers.TPESampler", "optuna.pruners.BasePruner",
                       "optuna.pruners.MedianPruner.prune", "optuna.pruners.PercentilePruner")
    ),
    *(
        anywhere("hydra.sweeper.pruner", GRID, f"hydra.sweeper.pruner={value}")
        for value in ("median", "null", "3", f"{{_target_:os.system,command:'{SHELL}'}}")
    ),
    *(
        anywhere("hydra.sweeper.pruner", LINE, f"{PRUNER}={name}", f"hydra.sweeper.pruner.{word}")
        for name, words in {
            "median": ("n_startup_trials=-1", "n_startup_trials=abc", "n_warmup_steps=-1",
            "n_warmup_steps=abc",
                       "interval_steps=0", "interval_steps=abc", "n_min_trials=0", "bogus=1",
                       "_partial_=true"),
            "percentile": ("percentile=200", "percentile=abc", "percentile=-1"),
            "hyperband": ("min_resource=0", "min_resource=abc", "max_resource=abc", "max_resource=0",
                          "reduction_factor=1", "reduction_factor=abc", "bootstrap_count=1", "bogus=1"),
            "successive_halving": ("min_resource=0", "min_resource=abc", "reduction_factor=1",
                                   "min_early_stopping_rate=-1", "bootstrap_count=1", "reduction_factor=abc"),
            "patient": ("patience=-1", "patience=abc", "min_delta=-1", "wrapped_pruner._target_=os.system",
                        f"wrapped_pruner={{_target_:os.system,command:'{SHELL}'}}", "wrapped_pruner=3",
                        "wrapped_pruner._target_=optuna.samplers.TPESampler"),
            "threshold": ("lower=null", "lower=abc", "upper=abc"),
        }.items()
        for word in words
    ),
]  # fmt: skip

LAUNCHERS = [
    anywhere("hydra/launcher", GRID, "~hydra/launcher"),
    *(
        anywhere("hydra.launcher", GRID, f"hydra.launcher._target_={target}")
        for target in (*_TARGETS, "hydra._internal.core_plugins.basic_sweeper.BasicSweeper",
                       "hydra_plugins.optuna_study.sweeper.OptunaStudySweeper",
                       "hydra.plugins.launcher.Launcher")
        if target not in ("3", "[a]", "null")  # Hydra's own type check
    ),
    *(anywhere("hydra.launcher", GRID, f"hydra.launcher={value}") for value in ("null", "3", "joblib")),
    anywhere("hydra.launcher", GRID, "+hydra.launcher.bogus=1"),
    anywhere("hydra.launcher", GRID, f"+hydra.launcher.bogus={{_target_:os.system,command:'{SHELL}'}}"),
    *(
        anywhere("hydra.launcher", GRID, JOBLIB, word)
        for word in ("hydra.launcher.n_jobs=0", "hydra.launcher.prefer=nosuch",
        "hydra.launcher.require=nosuch",
                     "hydra.launcher.require=sharedmem", "hydra.launcher.batch_size=nosuch",
                     "hydra.launcher.batch_size=0",
                     "hydra.launcher.pre_dispatch=nosuch", "hydra.launcher.pre_dispatch=0",
                     "hydra.launcher.timeout=0",
                     "hydra.launcher.timeout=-1", "hydra.launcher.max_nbytes=nosuch",
                     "hydra.launcher.mmap_mode=nosuch",
                     "hydra.launcher.n_jobs=${nosuch}")
    ),
]  # fmt: skip

FUNCTIONS_GIVEN = [
    *(
        anywhere(f"hydra.sweeper.{name}", GRID, f"hydra.sweeper.{name}={value}")
        for name in ("custom_search_space", "check")
        for value in ("os.system", "builtins.eval", "builtins.print", "builtins.input", "builtins.exit",
        "os._exit",
                      "subprocess.Popen", "subprocess.run", "subprocess.getoutput", "shutil.rmtree",
                      "builtins.dict",
                      "os.path", "os.nosuch", "nosuch.module.function", "function", "3", "[a]", "''", "..",
                      ".f", "a..b",
                      "'a b'", "math.pi", "true", "{a:b}", f"{FUNCTIONS}.without_arguments",
                      f"{FUNCTIONS}.with_three",
                      f"{FUNCTIONS}.any_number", "tests.sweeps.bad_commands.broken.function",
                      "tests.sweeps.bad_commands.leaving.function")
    ),
    *(
        anywhere(f"hydra.sweeper.custom_search_space={FUNCTIONS}.{name}", LINE,
            f"hydra.sweeper.custom_search_space={FUNCTIONS}.{name}")
        for name in ("raising", "leaving", "suggesting_an_empty_interval", "suggesting_an_unknown_key",
        "suggesting_no_override",
                     "suggesting_hydras", "suggesting_a_name_twice")
    ),
    anywhere(f"hydra.sweeper.check={FUNCTIONS}.leaving_one", GRID,
        f"hydra.sweeper.check={FUNCTIONS}.leaving_one"),
    anywhere("cannot run", GRID, f"hydra.sweeper.check={FUNCTIONS}.refusing"),
    anywhere(f"hydra.sweeper.check={FUNCTIONS}.mistaken", GRID, f"hydra.sweeper.check={FUNCTIONS}.mistaken"),
    of_app("sampler=grid: the function",
        f"hydra.sweeper.custom_search_space={FUNCTIONS}.suggesting_nothing", f"{SAMPLER}=grid"),
]  # fmt: skip

COMMANDS: list[Bad] = [*SAMPLERS, *PRUNERS, *LAUNCHERS, *FUNCTIONS_GIVEN]
