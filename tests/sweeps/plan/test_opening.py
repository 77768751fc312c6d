"""A study is made once, and gone on with only by what searches the same."""

from __future__ import annotations

import shutil
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
from tests.sweeps.parts import CONF, journal_study, loader_of
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


def test_a_field_that_came_later_is_accepted_where_one_says_so(tmp_path: Path) -> None:
    conf = Path(shutil.copytree(CONF, tmp_path / "conf"))
    words = (tmp_path / "s", "x=1,2", "hydra.sweeper.study_name=mine")
    study = opened(plan_of(*words, loader=loader_of(conf)))
    study.tell(study.ask(), 1.0)
    config = conf / "config.yaml"
    config.write_text(config.read_text(encoding="utf-8") + "later: 0.5\n", encoding="utf-8")
    before = contents(tmp_path / "s")
    message = r"something else: later: \(none\) -> 0.5; .*accept_new_fields=true goes on with it$"
    with pytest.raises(SweepError, match=message):
        opened(plan_of(*words, loader=loader_of(conf)))
    assert contents(tmp_path / "s") == before

    accepting = plan_of(*words, "hydra.sweeper.accept_new_fields=true", loader=loader_of(conf))
    assert [trial.value for trial in opened(accepting).trials] == [1.0]
    assert "later: 0.5" in (accepting.folder.conf / "config.yaml").read_text(encoding="utf-8")
    said = yaml.safe_load(accepting.folder.spec.read_text(encoding="utf-8"))
    assert (said["study"], said["config"]["later"]) == ("mine", 0.5)
    config.write_text(config.read_text(encoding="utf-8") + "# edited\n", encoding="utf-8")
    after = contents(tmp_path / "s")
    opened(plan_of(*words, loader=loader_of(conf)))  # it is the study's now, and copies stay as they are
    assert contents(tmp_path / "s") == after


def test_another_folder_of_an_accepting_study_gets_the_field_too(tmp_path: Path, plan: Plan) -> None:
    storage = f"{tmp_path}/study.journal"
    mine, yours = (within(plan, tmp_path / name, storage) for name in ("mine", "yours"))
    opened(mine)
    opened(yours)
    accepting = replace(yours.settings, accept_new_fields=True)
    opened(replace(searching(yours, later=1), settings=accepting))
    (mine.folder.conf / "config.yaml").write_text("old: 1\n", encoding="utf-8")
    opened(searching(mine, later=1))
    assert yaml.safe_load(mine.folder.spec.read_text(encoding="utf-8"))["config"]["later"] == 1
    assert "old" not in (mine.folder.conf / "config.yaml").read_text(encoding="utf-8")


def test_beside_another_difference_no_new_field_is_accepted(plan: Plan) -> None:
    opened(plan)
    accepting = replace(plan, settings=replace(plan.settings, accept_new_fields=True))
    with pytest.raises(SweepError, match=r"later: \(none\) -> 1; steps: 3 -> 5; hydra.*another study$"):
        opened(searching(accepting, steps=5, later=1))


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
