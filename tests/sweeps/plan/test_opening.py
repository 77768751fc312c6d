"""A study is made once, and gone on with only by what searches the same."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from omegaconf import OmegaConf

from sweeps.errors import SweepError
from sweeps.plan.plan import Plan
from sweeps.study.folder import StudyFolder
from sweeps.study.storage import locate
from sweeps.study.view import StudyView
from tests.sweeps.parts import journal_study
from tests.sweeps.plans import opened, plan_of
from tests.sweeps.shell import contents


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return plan_of(tmp_path_factory.mktemp("opening") / "s", "x=1,2", "hydra.sweeper.study_name=mine")


@pytest.fixture
def plan(settled: Plan, tmp_path: Path) -> Plan:
    return within(settled, tmp_path / "s", None)


def within(plan: Plan, folder: Path, storage: str | None) -> Plan:
    """The same plan, for another folder."""
    return replace(plan, folder=StudyFolder(folder), storage=locate(storage, folder))


def searching(plan: Plan, **config: object) -> Plan:
    """The same plan, of another configuration."""
    return replace(plan, spec=replace(plan.spec, config=plan.spec.config | config))


def test_the_folder_of_a_new_study_says_what_is_searched_and_keeps_what_it_is_composed_of(plan: Plan) -> None:
    study = opened(plan)
    spec = yaml.safe_load(plan.folder.spec.read_text(encoding="utf-8"))
    assert (spec.pop("study"), spec.pop("storage")) == ("mine", "study.journal")
    assert spec.pop("program") == StudyView(study).program
    assert spec == StudyView(study).spec == plan.spec.to_mapping()
    copies = plan.folder.conf
    assert {str(path.relative_to(copies)) for path in copies.rglob("*.yaml")} == set(plan.files)
    multirun = yaml.safe_load((plan.folder.path / "multirun.yaml").read_text(encoding="utf-8"))
    assert multirun["hydra"]["sweeper"]["study_name"] == "mine"


def test_who_goes_on_finds_the_trials_and_leaves_every_file_as_it_is(plan: Plan) -> None:
    study = opened(plan)
    study.tell(study.ask(), 1.0)
    before = contents(plan.folder.path)
    again = opened(replace(plan, config=OmegaConf.create({"another": "command"})))
    assert [trial.value for trial in again.trials] == [1.0]
    assert contents(plan.folder.path) == before


def test_the_last_command_says_the_budget_and_the_columns(plan: Plan) -> None:
    opened(plan)
    further = replace(
        plan,
        budget=replace(plan.budget, n_trials=7),
        settings=replace(plan.settings, columns={"epochs": "ep"}),
    )
    view = StudyView(opened(further))
    assert (view.n_trials, view.columns) == (7, {"epochs": "ep"})


def test_a_study_that_searches_something_else_is_refused_and_left_alone(plan: Plan) -> None:
    opened(plan)
    before = contents(plan.folder.path)
    with pytest.raises(SweepError, match=r"^study mine in .* searches something else: steps: 3 -> 5; hydra"):
        opened(searching(plan, steps=5))
    assert contents(plan.folder.path) == before


def test_of_many_differences_the_first_are_told_and_the_others_counted(plan: Plan) -> None:
    opened(plan)
    with pytest.raises(SweepError) as refused:
        opened(searching(plan, **{f"k{index}": index for index in range(9)}))
    assert str(refused.value).count("(none) -> ") == 6
    assert "k5: (none) -> 5; and 3 more; " in str(refused.value)


def test_another_direction_is_refused(plan: Plan) -> None:
    opened(plan)
    other = replace(plan, settings=replace(plan.settings, directions=("maximize",)))
    message = r"has hydra.sweeper.direction=\['minimize'\], not \['maximize'\]"
    with pytest.raises(SweepError, match=message):
        opened(other)


@pytest.mark.parametrize("existed", [False, True])
def test_a_refusal_leaves_no_folder_that_it_has_made_itself(
    plan: Plan, tmp_path: Path, existed: bool
) -> None:
    journal_study(tmp_path, "mine", directions=["maximize"])
    elsewhere = within(plan, plan.folder.path, f"{tmp_path}/study.journal")
    if existed:
        plan.folder.workers.mkdir(parents=True)
    with pytest.raises(SweepError, match=r"has hydra\.sweeper\.direction"):
        opened(elsewhere)
    assert plan.folder.path.exists() == existed


def test_objectives_of_the_record_are_named_in_the_study(plan: Plan) -> None:
    study = opened(replace(plan, settings=replace(plan.settings, objective=("loss",))))
    assert study.metric_names == ["loss"]
