"""Fields of `hydra.sweeper` with values that they do not take."""

from __future__ import annotations

from tests.sweeps.bad_commands.command import GRID, LINE, Bad, anywhere, of_app

JOBLIB = "hydra/launcher=joblib"
HYPERBAND = "hydra/sweeper/optuna_study/pruner=hyperband"
TWO = "hydra.sweeper.direction=[minimize,maximize]"

# Of each field, what it does not take.
_WRONG = {
    "direction": ("up", "3", "[]", "null", "''", "[minimize,up]", "{a:minimize}", "[[minimize]]", "true"),
    "objective": ("1", "[1]", "''", "['']", "[a,b]", "{a:b}", "true", "[null]"),
    "n_trials": ("0", "-5", "2.5", "abc", "true", "nan", "inf", "''", "[]", "[3]", "{a:1}", "1e3", "'10'"),
    "timeout": ("0", "-1", "nan", "inf", "-inf", "abc", "false", "[1]", "''", "'60'"),
    "target": ("nan", "inf", "low", "[1]", "true", "{a:1}"),
    "max_failures": ("-1", "1.5", "nan", "abc", "true", "[]"),
    "retries": ("-1", "null", "1.5", "abc", "inf", "[]"),
    "n_workers": ("0", "-2", "null", "1.5", "abc", "inf", "true", "2", "[2]"),
    "threads_per_worker": ("0", "-1", "1.5", "abc", "true", "1000000000"),
    "heartbeat_interval": ("0", "-1", "nan", "inf", "null", "abc", "1e300", "true"),
    "grace_period": ("0", "-1", "nan", "inf", "null", "abc", "20", "[60]"),
    "replicates": ("0", "-1", "1.5", "abc", "null", "true", "1000000000"),
    "can_continue": ("abc", "null", "1", "[]", "'true'"),
    "columns": ("abc", "1", "[epochs]", "{epochs:1}", "{epochs:[a]}"),
    "promote": ("abc", "1", "[]", "true"),
    "artifacts": (
        "1",
        "[1]",
        "['']",
        "/etc/passwd",
        "../*",
        "**png",
        ".",
        "[figures/*.png,a/../../b]",
        "{a:b}",
        "true",
    ),
    "progress": ("null", "fancy", "true", "1", "[rich]", "''"),
    "dry_run": ("maybe", "null", "1"),
    "process_wide": ("[1]", "3", "['']", "[nosuchfield]", "[[a]]", "true"),
    "accept_new_fields": ("maybe", "null", "1"),
    "ignore": ("[1]", "3", "['']", "[null]"),
    "threads_key": (
        "3",
        "[a]",
        "''",
        "nosuchfield",
        "hydra.job.num",
        "'a b'",
        "'a=b'",
        "'~x'",
        "true",
        "{a:b}",
    ),
    "enqueue": ("x", "3", "[3]", "[[]]", "[{}]", "[null]", "[{nosuch:1}]", "true"),
    "enqueue_best": ("study", "3", "[a]", "true"),
    "seed_key": ("3", "[3]", "''", "true", "{a:b}"),
}

COMMANDS: list[Bad] = [
    *(
        anywhere(f"hydra.sweeper.{name}", GRID, f"hydra.sweeper.{name}={value}")
        for name, values in _WRONG.items()
        for value in values
    ),
    # fields that there are not
    anywhere("hydra.sweeper.bogus", GRID, "hydra.sweeper.bogus=1"),
    anywhere("hydra.sweeper.bogus", GRID, "+hydra.sweeper.bogus=1"),
    anywhere("hydra.sweeper.bogus", GRID, "++hydra.sweeper.bogus=1"),
    anywhere("did you mean hydra.sweeper.n_trials", GRID, "hydra.sweeper.ntrials=3"),
    anywhere("hydra.sweeper.n_jobs", GRID, "hydra.sweeper.n_jobs=3"),
    anywhere("hydra.sweeper.a", GRID, "hydra.sweeper.a.b.c=3"),
    anywhere("hydra.sweeper._target_", GRID, "hydra.sweeper._target_=os.system"),
    anywhere("hydra.sweeper._target_", GRID, "hydra.sweeper._target_=3"),
    anywhere("hydra.sweeper._recursive_", GRID, "hydra.sweeper._recursive_=true"),
    anywhere("hydra.sweeper._partial_", GRID, "hydra.sweeper._partial_=true"),
    anywhere("hydra.sweeper._args_", GRID, "hydra.sweeper._args_=[1]"),
    anywhere("hydra.sweeper._convert_", GRID, "hydra.sweeper._convert_=all"),
    anywhere("hydra.sweeper", GRID, "hydra.sweeper=null"),
    anywhere("hydra.sweeper", GRID, "hydra.sweeper=3"),
    anywhere("hydra.sweeper", GRID, "~hydra.sweeper._target_"),
    anywhere("hydra.sweeper.n_workers", GRID, "~hydra.sweeper.n_workers"),
    anywhere("hydra.sweeper.direction", GRID, "~hydra.sweeper.direction"),
    # interpolations
    of_app("hydra.sweeper.n_trials", "x=interval(0,1)", "hydra.sweeper.n_trials=${x}"),
    Bad("hydra.sweeper", ("+x=interval(0,1)", "hydra.sweeper.n_trials=${x}"), ("bowl",)),
    *(
        anywhere("hydra.sweeper", GRID, f"hydra.sweeper.{word}")
        for word in (
            "timeout=${nosuch}", "timeout=${nosuch:3}", "storage=${oc.env:NO_SUCH_VARIABLE}",
            "params={a:${nosuch}}", "n_trials=${hydra.sweeper.n_trials}", "sampler.seed=${nosuch}",
            "study_name=${hydra.job.id}", "enqueue=[${nosuch}]", "check=${hydra.sweeper}", "n_workers=???",
        )
    ),
    # what does not go together
    anywhere("hydra.sweeper.n_workers=3", GRID, "hydra.sweeper.n_workers=3", JOBLIB,
        "hydra.launcher.n_jobs=2"),
    anywhere("hydra.sweeper.n_workers=100000", GRID, "hydra.sweeper.n_workers=100000", JOBLIB),
    anywhere("hydra.sweeper.objective", GRID, TWO, "hydra.sweeper.objective=[a]"),
    anywhere("hydra.sweeper.objective", GRID, TWO, "hydra.sweeper.objective=[a,a]"),
    anywhere("hydra.sweeper.target", GRID, TWO, "hydra.sweeper.target=1"),
    anywhere("pruner", GRID, TWO, "hydra/sweeper/optuna_study/pruner=median"),
    anywhere("hydra.sweeper.promote", GRID, TWO, "hydra.sweeper.promote=true"),
    anywhere("hydra.sweeper.promote", GRID, "hydra/sweeper/optuna_study/pruner=median",
        "hydra.sweeper.promote=true"),
    anywhere("hydra.sweeper.grace_period", GRID, "hydra.sweeper.heartbeat_interval=40"),
    # replicates
    of_app("hydra.sweeper.replicates=2", "x=1,2", "hydra.sweeper.replicates=2"),
    of_app("hydra.sweeper.seed_key=nosuch", "x=1,2", "hydra.sweeper.replicates=2",
        "hydra.sweeper.seed_key=nosuch"),
    of_app("hydra.sweeper.seed_key=momentum", "x=1,2", "hydra.sweeper.replicates=2",
        "hydra.sweeper.seed_key=momentum"),
    of_app("hydra.sweeper.seed_key='a b'".replace("'", ""), "x=1,2", "hydra.sweeper.replicates=2",
        "hydra.sweeper.seed_key='a b'"),
    of_app("x must not be swept", "x=1,2", "hydra.sweeper.replicates=2", "hydra.sweeper.seed_key=x"),
    of_app("must be 1 with several", "x=1,2", "hydra.sweeper.replicates=2", "hydra.sweeper.seed_key=y", TWO),
    of_app("hydra.sweeper.seed_key=hydra.job.num", "x=1,2", "hydra.sweeper.replicates=2",
        "hydra.sweeper.seed_key=hydra.job.num"),
    of_app("y must not be swept", "x=1,2", "y=2,3", "hydra.sweeper.replicates=2", "hydra.sweeper.seed_key=y"),
    # what is settled for all trials
    of_app("x must not be swept", "x=1,2", "hydra.sweeper.threads_key=x"),
    of_app("x must be the same", "x=1,2", "hydra.sweeper.process_wide=[x]"),
    of_app("shape must be the same", "shape=round,wide", "hydra.sweeper.process_wide=[shape]"),
    # warm starts
    *(
        of_app("hydra.sweeper.enqueue", "x=1,2", "y=interval(0,1)", f"hydra.sweeper.enqueue={value}")
        for value in ("[{x:7}]", "[{x:null}]", "[{x:[1]}]", "[{x:{a:1}}]", "[{y:2}]", "[{y:nan}]",
        "[{y:true}]",
                      "[{x:1},{x:9}]", "[{y:text}]", "[{x:true}]")
    ),
    of_app("hydra.sweeper.enqueue[0]", "x=1,2", "y=1,2", "hydra.sweeper.enqueue=[{x:2,y:1}]",
        "hydra.sweeper.conditions={y:{x:1}}"),
    of_app("hydra.sweeper.enqueue[0]", "x=1,2", "y=interval(0,1)", "hydra.sweeper.enqueue=[{x:2,y:1}]",
        "hydra.sweeper.conditions={y:{x:1}}"),
    of_app("hydra.sweeper.enqueue[0]", "x=range(0,1,0.1)", "hydra.sweeper.enqueue=[{x:0.25}]"),
    *(
        anywhere("hydra.sweeper.enqueue_best", LINE, f"hydra.sweeper.enqueue_best={value}",
            given={"text.journal": "hello\n", "text.db": "hello\n", "half.journal": '{"op_code":0,'})
        for value in ("{k:1}", "{storage:a.journal}", "{storage:text.journal,k:0}",
        "{storage:text.journal,k:abc}",
                      "{storage:text.journal,bogus:1}", "{storage:3}", "{storage:null}", "{storage:text.db}",
                      "{storage:text.journal}", "{storage:half.journal}", "{storage:'sqlite:///none.db'}",
                      "{storage:'sqlite:///text.db'}", "{storage:'nosuch://x'}", "{storage:[a]}",
                      "{storage:text.journal,study_name:[a]}", "{storage:text.journal,k:true}")
    ),
]  # fmt: skip
