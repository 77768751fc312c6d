"""All that a sweep is, settled and checked before anything is written."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from omegaconf import OmegaConf

from sweeps.errors import SweepError
from sweeps.plan.composition import Composer
from sweeps.plan.preparation import LARGEST_GRID, quoted, sampler_name
from tests.sweeps.parts import CONF, LOADER, loader_of, settings_of, value_of
from tests.sweeps.plans import plan_of

FUNCTIONS = "tests.sweeps.bad_commands.functions"


def refusal(folder: Path, *words: str) -> str:
    """Why a command is refused; nothing has been written."""
    with pytest.raises(SweepError) as refused:
        plan_of(folder / "s", *words)
    assert list(folder.iterdir()) == []
    return str(refused.value)


@pytest.mark.parametrize(
    ("words", "grid"),
    [
        (("x=1,2", "shape=round,wide"), True),
        (("x=1,2", "y=interval(0,1)"), False),
        (("x=1,2", "hydra/sweeper/optuna_study/sampler=tpe"), False),
    ],
)
def test_a_finite_space_is_a_grid_unless_a_sampler_is_named(
    tmp_path: Path, words: tuple[str, ...], grid: bool
) -> None:
    plan = plan_of(tmp_path / "s", *words)
    assert plan.grid is plan.budget.grid is grid
    assert list(tmp_path.iterdir()) == []


def test_a_grid_that_has_no_end_or_would_hardly_have_one_is_refused(tmp_path: Path) -> None:
    grid = "hydra/sweeper/optuna_study/sampler=grid"
    message = refusal(tmp_path, "x=1,2", "y=interval(0,1)", grid)
    assert message == f"{grid}: y has no finite number of values"
    message = refusal(tmp_path, "x=range(0,1000)", f"y=range(0,{LARGEST_GRID // 1000 + 1})")
    assert "the full grid has 11,000 combinations, more than 10,000" in message


def test_the_name_of_the_study_takes_the_place_of_a_time_stamp(tmp_path: Path) -> None:
    """The last `hydra.sweep.dir` counts."""
    stamped = f"hydra.sweep.dir={tmp_path}/" + "all/${now:%Y-%m-%d}/${now:%H-%M-%S}"
    plan = plan_of(tmp_path, "x=1,2", stamped, "hydra.sweeper.study_name=mine")
    assert plan.folder.path == tmp_path / "all" / "mine"


def test_jobs_are_composed_with_the_folder_and_the_name_that_are_settled(tmp_path: Path) -> None:
    folder = tmp_path / "it's a [folder], of=mine"
    plan = plan_of(tmp_path, f"hydra.sweep.dir={quoted(str(folder))}", "x=1,2")
    job = Composer(plan.search_path, plan.config).compose(["x=2"])
    assert (job.hydra.sweep.dir, job.hydra.sweeper.study_name, job.x) == (str(folder), plan.name, 2)


@pytest.mark.parametrize("in_a_file", [False, True])
def test_no_password_stands_in_what_is_written_down(tmp_path: Path, in_a_file: bool) -> None:
    url, words, loader = "postgresql://me:s3cret@localhost:1/db", ["x=1,2"], LOADER
    if in_a_file:
        folder = Path(shutil.copytree(CONF, tmp_path / "conf"))
        with (folder / "config.yaml").open("a", encoding="utf-8") as file:
            file.write(f"    storage: {url}\n")  # below hydra.sweeper
        loader = loader_of(folder)
    else:
        words.append(f"hydra.sweeper.storage={quoted(url)}")
    plan = plan_of(tmp_path / "s", *words, loader=loader)
    assert plan.settings.storage == plan.storage.url == "postgresql://me:***@localhost:1/db"
    job = Composer(plan.search_path, plan.config).compose(["x=2"])
    for config in (plan.config, job):
        text = OmegaConf.to_yaml(config)
        assert "s3cret" not in text
        assert "postgresql://me:***@localhost:1/db" in text


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("hydra.sweeper.threads_key=x",), "hydra.sweeper.threads_key=x: x must not be swept then"),
        (("hydra.sweeper.threads_key=nosuch",), "hydra.sweeper.threads_key=nosuch: unknown key nosuch"),
        (
            ("hydra.sweeper.threads_key=hydra.job.num",),
            "hydra.sweeper.threads_key=hydra.job.num: must name a field of the job's configuration",
        ),
        (
            ("hydra.sweeper.replicates=2", "hydra.sweeper.seed_key=x"),
            "hydra.sweeper.replicates=2: x must not be swept then",
        ),
        (
            ("hydra.sweeper.replicates=2", "hydra.sweeper.seed_key=momentum"),
            "hydra.sweeper.seed_key=momentum: must name a field with a whole number",
        ),
        (("hydra.sweep.subdir=trials/../${x}",), "hydra.sweep.subdir=trials/../1: must be a folder below"),
        (("hydra.sweep.dir=",), "hydra.sweep.dir=: must be a folder"),
        ((f"hydra.sweeper.check={FUNCTIONS}.refusing",), "this cannot run"),
        (
            (f"hydra.sweeper.check={FUNCTIONS}.mistaken",),
            f"hydra.sweeper.check={FUNCTIONS}.mistaken: ConfigAttributeError: ",
        ),
    ],
)
def test_what_no_trial_could_run_with_is_refused_by_its_field(
    tmp_path: Path, words: tuple[str, ...], message: str
) -> None:
    assert refusal(tmp_path, "x=1,2", *words).startswith(message)


@pytest.mark.parametrize(("option", "name"), [("auto", "TPESampler"), ("random", "RandomSampler")])
def test_a_sampler_is_named_for_people(option: str, name: str) -> None:
    assert sampler_name(settings_of(f"hydra/sweeper/optuna_study/sampler={option}")) == name


@given(st.text())
@settings(max_examples=50)
def test_hydra_reads_a_quoted_text_as_it_was(text: str) -> None:
    assert value_of(f"x={quoted(text)}") == text
