"""What is checked before Hydra makes a folder: bad input costs a line, and good input claims its folder."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hydra import initialize_config_dir
from hydra.core.global_hydra import GlobalHydra
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf

from lstm_vae.command.preflight import Preflight, check_job
from lstm_vae.config.defaults import CONF_DIR
from lstm_vae.config.run_config import SECTIONS, RunConfig
from lstm_vae.config.schemas import register_schemas, run_config_from
from lstm_vae.errors import UserError
from lstm_vae.run.folder import RunFolder
from tests.conftest import files_below

DIGITS = ("data=mnist_5k", "data.limit=256")
BASIC = ("hydra/sweeper=basic", *DIGITS)


@pytest.fixture(autouse=True)
def cwd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder, in which a command is typed."""
    monkeypatch.chdir(tmp_path)
    register_schemas()
    with initialize_config_dir(str(CONF_DIR), version_base="1.3"):
        yield tmp_path


def composed(*overrides: str, mode: RunMode = RunMode.RUN) -> DictConfig:
    """What Hydra hands to its callbacks."""
    hydra = GlobalHydra.instance().hydra
    assert hydra is not None
    return hydra.compose_config(
        "config", list(overrides), mode, with_log_configuration=False, from_shell=False,
        validate_sweep_overrides=mode == RunMode.RUN,
    )  # fmt: skip


def swept(*overrides: str) -> DictConfig:
    return composed(*overrides, mode=RunMode.MULTIRUN)


def stopped_run(folder: Path) -> RunConfig:
    """A run that was stopped before its first epoch had ended."""
    config = RunConfig.from_mapping(
        {
            "data": {"name": "mnist_5k", "limit": 256},
            "encoder": {"hidden": 16, "fc": []},
            "training": {"epochs": 2},
        }
    )
    folder.mkdir()
    RunFolder(folder).write_config(config)
    return config


def single(*overrides: str) -> DictConfig:
    """The configuration of a single run after the check."""
    config = composed(*overrides)
    Preflight().on_run_start(config)
    return config


def multirun(*overrides: str) -> DictConfig:
    """That of a multirun."""
    config = swept(*overrides)
    Preflight().on_multirun_start(config)
    return config


BAD: list[tuple[Callable[..., DictConfig], tuple[str, ...], str]] = [
    (single, ("training.batch_size=0",), "training.batch_size=0: must be a whole number of at least 1"),
    (single, ("training.batch_size=300",), "training.batch_size=300: must be at most 256"),
    (
        single,
        ("evaluation.generation_samples=501",),
        "evaluation.generation_samples=501: must be 0, or 50 to 500",
    ),
    (
        multirun,
        ("evaluation.generation_samples=0,9",),
        "evaluation.generation_samples=9: must be 0, or 50 to 500",
    ),
    (single, ("+further=1",), "unknown key further"),
    (single, ("~training",), "training: is missing; must be one option of the group"),
    (single, ("encoder.kind=gru",), "encoder.kind=gru: must be lstm or the dotted path of a class"),
    (single, ("training.resume=nowhere",), "nowhere: no such run folder"),
    (single, ("training.resume=r", "hydra.run.dir=r"), "hydra.run.dir: must not be set with training.resume"),
    (single, ("hydra.run.dir='~no_such_user/x'",), "hydra.run.dir=~no_such_user/x: no such folder"),
    (single, ("hydra.run.dir=/proc/run",), "hydra.run.dir=/proc/run: cannot be made"),
    (multirun, ("training.batch_size=9,300",), "training.batch_size=300: must be at most 256"),
    (multirun, ("training.resume=r",), "training.resume=r: must be null in a multirun"),
    (
        multirun,
        ("training.threads=1,2",),
        "training.threads, training.deterministic: must be the same for all",
    ),
]


@pytest.mark.parametrize(("check", "overrides", "message"), BAD, ids=[" ".join(words) for _, words, _ in BAD])
def test_bad_input_is_one_line_exit_code_2_and_no_trace(
    cwd: Path,
    capsys: pytest.CaptureFixture[str],
    check: Callable[..., DictConfig],
    overrides: tuple[str, ...],
    message: str,
) -> None:
    with pytest.raises(SystemExit) as left:
        check(*(BASIC if check is multirun else DIGITS), *overrides)
    assert left.value.code == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"error: {message}")
    assert not files_below(cwd)


def test_a_defect_does_not_become_a_warning_with_which_hydra_goes_on(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as left:
        Preflight().on_run_start(None)  # type: ignore[arg-type]
    assert left.value.code == 1
    assert "AttributeError" in capsys.readouterr().err


def test_event_files_are_promised_only_where_their_package_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "tensorboard", None)
    with pytest.raises(SystemExit):
        single(*DIGITS, "training.tensorboard=true")
    assert "training.tensorboard=true: needs the package tensorboard" in capsys.readouterr().err


def test_no_two_runs_get_the_default_folder(cwd: Path) -> None:
    config = composed(*DIGITS)
    name = config.hydra.run.dir
    (cwd / name).mkdir(parents=True)  # another run's, of the same second
    Preflight().on_run_start(config)
    assert config.hydra.run.dir == f"{name}-2"
    assert files_below(cwd) == {"outputs", name, f"{name}-2"}


def test_a_named_folder_is_taken_only_if_it_is_empty(cwd: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (cwd / "run").mkdir()
    assert single(*DIGITS, "hydra.run.dir=run").hydra.run.dir == "run"
    (cwd / "run" / "mine").touch()
    with pytest.raises(SystemExit):
        single(*DIGITS, "hydra.run.dir=run")
    assert "hydra.run.dir=run: must be a new or empty folder" in capsys.readouterr().err
    assert files_below(cwd) == {"run", "run/mine"}


def test_a_resumed_run_goes_on_in_its_folder_as_it_was_configured(cwd: Path) -> None:
    config = stopped_run(cwd / "run")
    before = files_below(cwd)
    resumed = single("training.resume=run", "training.progress=none")
    assert resumed.hydra.run.dir == "run"
    assert resumed.hydra.output_subdir == ".hydra/resume-1"  # over nothing that Hydra wrote for the run
    composed_run = run_config_from(OmegaConf.masked_copy(resumed, list(SECTIONS)))
    assert composed_run == config.replace(training__resume="run", training__progress="none")
    assert files_below(cwd) == before
    (cwd / "run" / ".hydra" / "resume-1").mkdir(parents=True)
    assert single("training.resume=run").hydra.output_subdir == ".hydra/resume-2"


def test_all_jobs_of_a_multirun_have_the_folder_that_was_claimed(cwd: Path) -> None:
    name = "it's 'quoted', =a"
    config = swept(*BASIC, "training.seed=1,2")
    config.hydra.sweep.dir = name
    (cwd / name).mkdir()
    Preflight().on_multirun_start(config)
    assert config.hydra.sweep.dir == f"{name}-2"
    assert files_below(cwd) == {name, f"{name}-2"}
    job = GlobalHydra.instance().config_loader().load_sweep_config(config, [*DIGITS, "training.seed=1"])
    assert job.hydra.sweep.dir == f"{name}-2"


def test_the_parameters_in_a_yaml_file_are_jobs_too(cwd: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = swept(*BASIC)
    config.hydra.sweeper.params = {"encoder.dropout": "0.5,2"}
    with pytest.raises(SystemExit):
        Preflight().on_multirun_start(config)
    assert "encoder.dropout=2.0: must be a number at least 0 and below 1" in capsys.readouterr().err
    assert not files_below(cwd)


def test_the_projects_own_sweeper_checks_its_jobs_and_claims_its_folder_itself(cwd: Path) -> None:
    multirun(*DIGITS, "training.batch_size=256,257")
    assert check_job(composed(*DIGITS, "training.batch_size=256")).training.batch_size == 256
    with pytest.raises(UserError, match="training.batch_size=257: must be at most 256"):
        check_job(composed(*DIGITS, "training.batch_size=257"))
    assert not files_below(cwd)


def test_a_run_that_cannot_be_written_is_not_resumed(
    cwd: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stopped_run(cwd / "r")
    monkeypatch.setattr(os, "access", lambda *_: False)  # root may write everywhere
    with pytest.raises(SystemExit) as left:
        single("training.resume=r", *DIGITS)
    assert (left.value.code, capsys.readouterr().err) == (2, "error: training.resume=r: cannot be written\n")
