"""Search spaces that are none."""

from __future__ import annotations

from tests.sweeps.bad_commands.command import GRID, Bad, anywhere, of_app, of_hydra, of_train

# What Hydra's own grammar does not take: Hydra reads the command line before there is a sweeper.
NO_OVERRIDES = [
    of_hydra(word.lstrip("+").split("=")[0], word)
    for word in (
        "+x1=interval(1)", "+x1=interval()", "+x1=interval(1,2,3)", "+x1=interval(a,b)", "+x1=interval(0,1",
        "+x1=int(interval(1))", "+x1=int(interval(1,inf))", "+x1=choice()",
        "+x1=range()", "+x1=range(1,2,3,4)", "+x1=range(a,b)", "+x1=nosuch(1,2)", "+x1=tag(log)",
        "+x1=shuffle(interval(0,1))", "+x1=sort(interval(0,1))", "+x1=[1,2", "+x1={a:1", "+x1='1", "+x1=1,2,",
        "+x1=,1", "=3", "x1", "+x1=int(choice(a,b))", "+x1=float(choice(a,b))", "+x1=bool(interval(0,1))",
        "+x1=glob()", "+x1 =interval(0,1)",
    )
]  # fmt: skip

OF_HYDRA = [
    of_hydra("nosuchkey", "nosuchkey=1", GRID),
    of_hydra("hydra.sweeper.n_trials", GRID, "hydra.sweeper.n_trials=1,2"),
    of_hydra("hydra.sweep.dir", GRID, "hydra.sweep.dir=a,b"),
    of_hydra("hydra/launcher", GRID, "hydra/launcher=basic,joblib"),
    of_hydra("hydra/nosuch", GRID, "hydra/nosuch=a"),
    of_hydra("nosuch.yaml", GRID, "--config-name=nosuch.yaml"),
    of_hydra("nosuchdir", GRID, "--config-dir=nosuchdir"),
    of_hydra("--run", GRID, "--run"),
    of_hydra("hydra.nosuch", GRID, "hydra.nosuch=1"),
    of_hydra("hydra.job.chdir", GRID, "hydra.job.chdir=perhaps"),
    of_hydra("hydra.sweep.dir", GRID, "hydra.sweep.dir=null"),
    of_hydra("hydra.sweep.subdir", GRID, "hydra.sweep.subdir=[a]"),
    of_hydra("hydra.mode", GRID, "hydra.mode=SIDEWAYS"),
    of_hydra("hydra.launcher.n_jobs", GRID, "hydra/launcher=joblib", "hydra.launcher.n_jobs=abc"),
    of_hydra("hydra.launcher.nosuch", GRID, "hydra.launcher.nosuch=1"),
    of_hydra("nosuchkey", GRID, "~nosuchkey"),
    of_hydra("hydra.sweeper", GRID, "~hydra.sweeper"),
    of_hydra("hydra/launcher=nosuch", GRID, "hydra/launcher=nosuch"),
    of_hydra("hydra/launcher=submitit_nosuch", GRID, "hydra/launcher=submitit_nosuch"),
    # a list where there is a mapping, and the other way round; fields whose type Hydra knows
    of_hydra("hydra.launcher", GRID, "hydra.launcher=[a]"),
    of_hydra("hydra.sweeper", GRID, "hydra.sweeper=[]"),
    of_hydra("hydra.sweeper.sampler", GRID, "hydra.sweeper.sampler=[a]"),
    of_hydra("hydra.sweeper.pruner", GRID, "hydra.sweeper.pruner=[a]"),
    of_hydra("hydra.sweeper.process_wide", GRID, "hydra.sweeper.process_wide={a:1}"),
    of_hydra("hydra.sweeper.ignore", GRID, "hydra.sweeper.ignore={a:1}"),
    of_hydra("hydra.sweeper.enqueue", GRID, "hydra.sweeper.enqueue={x:1}"),
    of_hydra("hydra.sweeper._target_", GRID, "hydra.sweeper._target_=null"),
    of_hydra("hydra.sweeper._recursive_", GRID, "hydra.sweeper._recursive_=abc"),
    # what needs quotes and has none
    of_hydra("hydra.sweeper.params", GRID, "hydra.sweeper.params={'':1}"),
    of_hydra("hydra.sweeper.params", GRID, "hydra.sweeper.params={'a b':1}"),
    of_hydra("hydra.sweeper.threads_key", GRID, "hydra.sweeper.threads_key=a=b"),
    of_hydra("hydra.sweep.dir", GRID, "hydra.sweep.dir=~nosuchuser/x"),
    of_hydra("hydra.sweeper.study_name", GRID, "hydra.sweeper.study_name=été"),
    of_hydra("hydra/sweeper", GRID, "hydra/sweeper=nosuch", programs=("app", "train")),
]

SPACES = [
    # intervals
    *(
        of_app(word, word)
        for word in (
            "x=interval(1,1)", "x=interval(2,1)", "x=interval(nan,1)", "x=interval(0,nan)",
            "x=interval(0,inf)",
            "x=interval(-inf,inf)", "x=interval(0,1e400)", "x=interval(-1e308,1e308)",
            "x=float(interval(3,3))",
            "x=int(interval(0.2,0.8))", "x=int(interval(0,1e30))", "x=tag(log,interval(0,1))",
            "x=tag(log,interval(-1,1))", "x=tag(log,int(interval(0,9)))", "x=tag(linear,interval(1,2))",
            "x=tag(a,b,interval(1,2))", "x=int(interval(0,100000000000000000000))", "x=interval(true,false)",
        )
    ),
    # ranges
    *(
        of_app(word, word)
        for word in (
            "x=range(1,1)", "x=range(4,1)", "x=range(1,4,0)", "x=range(1,4,-1)", "x=range(0,inf)",
            "x=range(nan,1)", "x=range(0,1,nan)", "x=range(0,1,inf)", "x=range(0,1,1e-9)",
            "x=range(0,1000000000)", "x=range(1000000000,0,-1)", "x=tag(log,range(1,10,2))",
            "x=tag(log,range(0,5))", "x=tag(log,range(0.1,1,0.1))", "x=tag(linear,range(1,5))",
            "x=range(100000000000000000000,100000000000000000003)",
        )
    ),
    # choices
    *(
        of_app(word, word)
        for word in ("x=1,1", "x=choice(a,b,a)", "x=choice([1],[1])", "x=tag(log,choice(1,2))",
                     "x=tag(red,choice(1,2))", "x=choice({a:1},{a:1})", "x=null,null")
    ),
    # keys and options
    of_app("nosuchkey", "nosuchkey=1,2"),
    of_app("momentun; did you mean momentum", "momentun=1,2"),
    of_app("x", "+x=1,2"),
    of_app("x.deep", "x.deep=1,2"),
    of_app("shape=nosuch", "shape=round,nosuch"),
    of_app("shape=nosuch", "shape=nosuch,round"),
    of_app("shape=1", "shape=1,2"),
    of_app("shape=True", "shape=round,true"),
    of_app("shape", "shape=round,{a:1}"),
    of_app("shape=glob(zzz*)", "shape=glob(zzz*)"),
    of_app("x=glob(*)", "x=glob(*)"),
    of_app("nogroup", "nogroup=glob(*)"),
    of_app("shape@other", "shape@other=round,wide"),
    of_app("nosuchfield", "x=1,2", "y=${nosuchfield}"),
    of_app("nosuchfield", "x=1,${nosuchfield}"),
    of_app("nosuch", "x=1,${nosuch:1}"),
    of_app("x", "x=1,${x}"),
    # the grid
    of_app("combinations", "x=range(0,1000)", "y=range(0,1000)"),
    of_app("sampler=grid", "x=interval(0,1)", "hydra/sweeper/optuna_study/sampler=grid"),
    # in YAML
    *(
        of_app(f"{says}", "y=1,2", f"hydra.sweeper.params={value}")
        for value, says in {
            "3": "params=3", "[a]": "params=", "text": "params=text", "{x:'interval(1)'}": "x",
            "{x:'1,2,'}": "x",
            "{x:'choice()'}": "x", "{x:'interval(a,b)'}": "x", "{x:'nosuch(1)'}": "x", "{x:'[1,2'}": "x",
            "{nosuchkey:'1,2'}": "nosuchkey",
            "{nosuchkey:1}": "nosuchkey",
            "{hydra.sweeper.n_trials:'1,2'}": "hydra.sweeper.n_trials",
            "{hydra.sweep.dir:a}": "hydra.sweep.dir",
            "{hydra/launcher:joblib}": "hydra/launcher", "{x:${nosuchfield}}": "nosuchfield",
            "{shape:'round,nosuch'}": "shape", "{x:'interval(1,1)'}": "x=interval(1,1)",
            "{x:{a:'1,2'},x.b:'1,2'}": "x",
        }.items()
    ),
    # conditions
    *(
        of_app(f"hydra.sweeper.conditions{says}", "x=1,2", "y=interval(0,1)",
            f"hydra.sweeper.conditions={value}")
        for value, says in {
            "3": "=3", "[a]": "=", "text": "=text", "{z:{x:1}}": ".z", "{x:3}": ".x", "{x:{}}": ".x",
            "{y:{z:1}}": ".y", "{y:{x:9}}": ".y", "{y:{x:[]}}": ".y", "{y:{x:[1,9]}}": ".y", "{y:{y:1}}": "",
            "{y:{x:1},x:{y:0.5}}": "", "{y:{x:null}}": ".y", "{y:{x:{a:1}}}": ".y", "{y:{x:nan}}": ".y",
            "{y:null}": ".y", "{3:{x:1}}": ".3",
        }.items()
    ),
    of_app("different values of z at once", "x=1,2", "y=1,2", "+z=1,2",
        "hydra.sweeper.conditions={x:{y:1,z:1},y:{z:2}}"),
    # what a program knows to be wrong
    *(
        of_train(says, word)
        for word, says in {
            "training.learning_rate=-1,0.1": "training.learning_rate=-1",
            "encoder.hidden=a,b": "encoder.hidden",
            "training.learning_rate=interval(-1,1)": "training.learning_rate",
            "encoder.hiden=1,2": "encoder.hidden",
            "+encoder.hiden=64,128": "encoder.hidden", "encoder=small,nosuch": "encoder=nosuch",
            "data=mnist_5k,nosuch": "data=nosuch", "training.threads=1,2": "training.threads",
            "training.resume=a,b": "training.resume", "training.epochs=interval(1,3)": "training.epochs",
            "training.optimizer=adam,nosuch": "training.optimizer", "data.limit=0,1": "data.limit",
            "training.lr_warmup_epochs=1,99": "training.lr_warmup_epochs",
            "encoder.kind=lstm,os.system": "encoder.kind",
            "encoder.latent_dim=": "encoder.latent_dim", "training.seed=1.5,2": "training.seed",
            "--nosuchflag": "--nosuchflag", "--config-name": "--config-name", "-xyz": "-xyz",
            "figures.scales=[-1],[1]": "figures.scales", "encoder=1,2": "encoder=1",
        }.items()
    ),
    anywhere("n_trials", GRID, "hydra.sweeper.n_trials=${hydra.sweeper.nosuch}"),
]  # fmt: skip

COMMANDS: list[Bad] = [*NO_OVERRIDES, *OF_HYDRA, *SPACES]
