"""Names of studies, folders and storages that cannot be."""

from __future__ import annotations

from tests.sweeps.bad_commands.command import GRID, Bad, anywhere, of_app, of_hydra

LONG = "n" * 300

NAMES = [
    anywhere("hydra.sweeper.study_name", GRID, f"hydra.sweeper.study_name={value}")
    for value in (
        "3", "''", "' '", "[a]", "{a:b}", "true", "..", ".", ".hidden", "a/b", "../evil", "/abs", "' lead'",
        "'a\nb'",
        "'a\n'", "'a\tb'", "'it\\'s'", "'a;b'", "'$(ls)'", "'a\\b'", "-x", LONG, f"'{'é' * 200}'",
        "'a\x07b'", "'a\u202eb'",
        "'*'", "'~'",
    )
]  # fmt: skip

SUBFOLDERS = [
    *(
        anywhere("hydra.sweep.subdir", GRID, f"hydra.sweep.subdir={value}")
        for value in (
            "''", ".", "./", "..", "../x", "a/../../x", "a/..", "/tmp/x", "/", "workers", "workers/0",
            "./workers", "conf",
            "conf/x", "study.journal", "study.journal.lock", ".study.journal.lock", "study.journal.torn-1",
            ".lock", ".leases", ".leases/0",
            "spec.yaml", "multirun.yaml", "trials.csv", "leaderboard.csv", "spec.yaml/x",
            ".partial-1-spec.yaml", "trials.csv.lock", LONG, f"a/{LONG}",
            "${nosuch}", "${hydra.job.nosuch}", "${nosuch:1}", "${oc.env:NO_SUCH_VARIABLE}",
        )
    ),
    of_app("hydra.sweep.subdir=workers", "+kind=plain,workers", "hydra.sweep.subdir=${kind}"),
    of_app("hydra.sweep.subdir=../x", "+kind=plain,../x", "hydra.sweep.subdir=${kind}"),
    of_app("hydra.sweep.subdir", f"+kind=plain,{LONG}", "hydra.sweep.subdir=${hydra.job.override_dirname}"),
    of_app("hydra.sweep.subdir", "x=1,2", "+odd=nul", "--config-dir=more",
           given={"more/odd/nul.yaml": '# @package _global_\nhydra: {sweep: {subdir: "a\\0b"}}\n'}),
]  # fmt: skip

FOLDERS = [
    *(
        anywhere("hydra.sweep.dir", GRID, f"hydra.sweep.dir={value}")
        for value in ("''", "${nosuch}", "${nosuch:1}", "${hydra.job.num}", "${oc.env:NO_SUCH_VARIABLE}",
        "'~nosuchuser/x'", LONG, f"a/{LONG}/b",
                      "/proc/nosuch/x", "/dev/null/x", "/", "/usr", "x/" * 3000)
    ),
    anywhere("hydra.sweep.dir", GRID, "hydra.sweep.dir=taken", given={"taken": "a file"}),
    anywhere("hydra.sweep.dir", GRID, "hydra.sweep.dir=taken/below", given={"taken": "a file"}),
    anywhere("must be a new or empty folder", GRID, "hydra.sweep.dir=mine",
        given={"mine/thesis.txt": "years of work"}),
    anywhere("spec.yaml", GRID, "hydra.sweep.dir=mine", given={"mine/spec.yaml": "{"}),
    anywhere("spec.yaml", GRID, "hydra.sweep.dir=mine", given={"mine/spec.yaml": "[1]"}),
    anywhere("hydra.sweep.dir", GRID, "hydra.sweep.dir=mine", given={"mine/spec.yaml": "study: another\n"}),
    of_app("hydra.sweep.dir", "x=1,2", "+odd=nul", "--config-dir=more",
           given={"more/odd/nul.yaml": '# @package _global_\nhydra: {sweep: {dir: "a\\0b"}}\n'}),
    of_hydra("hydra.sweep.dir", GRID, "hydra.sweep.dir=[a]"),
    of_hydra("hydra.sweep.dir", GRID, "hydra.sweep.dir={a:b}"),
]  # fmt: skip

STORAGES = [
    anywhere("hydra.sweeper.storage", GRID, f"hydra.sweeper.storage={value}",
             given={"text.journal": "hello\n", "text.db": "hello, this is no database\n" * 100,
                 "folder.journal/a": "", "json.journal": '{"a": 1}\n',
                    "list.journal": "[1]\n"})
    for value in (
        "''", "3", "true", "[a]", "{a:b}", "typo", "study.db", "nofolder/x.journal", "'nosuch://x'",
        "'sqlite://'", "'sqlite:///'",
        "'sqlite:///nofolder/x.db'", "'sqlite:///:memory:'", "':memory:'", "'://'",
        "'https://localhost:1/x'", "'mysql://u@localhost:1/x'",
        "'postgresql://localhost:abc/x'", "'postgresql://localhost:1/x'", "'grpc://localhost:99999'",
        "'grpc://localhost:1'", "'redis://localhost:1'",
        "text.journal", "json.journal", "list.journal", "folder.journal", "text.journal/x.journal",
        "'sqlite:///text.db'", "'sqlite:///folder.journal'", f"{LONG}.journal",
        "'postgresql://u:a/b@localhost:1/x'", "'postgresql://u@localhost:1/x?password=abc'", "'a\nb'",
        "'~nosuchuser/x.journal'",
        "'sqlite:///a/../b\nc/x.db'", "'sqlite+nosuch:///x.db'",
    )
]  # fmt: skip

COMMANDS: list[Bad] = [*NAMES, *SUBFOLDERS, *FOLDERS, *STORAGES]
