"""Configurations of jobs: those of Hydra's own loader, and of copies of the YAML files."""

from __future__ import annotations

import functools
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest
from hydra.core.hydra_config import HydraConfig
from hypothesis import given, settings
from hypothesis import strategies as st
from omegaconf import OmegaConf

from sweeps.errors import SweepError
from sweeps.plan.composition import Composer, flat, job_part, resolved_job, save_files, with_copies_first
from tests.sweeps.parts import CONF, LOADER, loader_of, master_of

MASTER = master_of()
COMPOSER = Composer(LOADER.get_search_path(), MASTER)
OVERRIDES = [
    "x=4", "x='a b'", "sizes=[9,9]", "sizes=[]", "+more={a:{b:1}}", "++more.c=2", "shape=wide", "shape=round",
    "~shape", "~momentum", "shape.depth=3", "+shape.width=1", "+shape@other=wide", "y=${x}",
    "hydra.job.num=4", "hydra/launcher=joblib", "hydra.sweeper.ignore=[a]",
    "hydra/sweeper/optuna_study/sampler=tpe",
]  # fmt: skip


def composed(composer: Composer, overrides: Sequence[str]) -> object:
    try:
        return OmegaConf.to_container(composer.compose(overrides), resolve=False)
    except SweepError:
        return None


@functools.cache
def hydras_own(*overrides: str) -> object:
    try:
        return OmegaConf.to_container(LOADER.load_sweep_config(MASTER, list(overrides)), resolve=False)
    except Exception:
        return None


@settings(max_examples=15, deadline=None)
@given(st.lists(st.lists(st.sampled_from(OVERRIDES), max_size=2), min_size=2, max_size=4))
def test_every_configuration_is_hydras_own_whatever_was_composed_before(sequence: list[list[str]]) -> None:
    for overrides in sequence:
        assert composed(COMPOSER, overrides) == hydras_own(*overrides)


@pytest.mark.parametrize("override", OVERRIDES)
def test_a_composition_leaves_nothing_behind(override: str) -> None:
    before = composed(COMPOSER, [])
    changed = COMPOSER.compose([override])
    OmegaConf.set_struct(changed, False)
    changed.sizes.append(7)
    changed.x = "changed"
    assert composed(COMPOSER, []) == before == hydras_own()


def test_the_flags_of_a_configuration_are_hydras_own() -> None:
    ours, theirs = COMPOSER.compose(["x=1"]), LOADER.load_sweep_config(MASTER, ["x=1"])
    for key in (None, "hydra", "shape", "hydra.sweeper", "hydra.job"):
        one, other = (cfg if key is None else OmegaConf.select(cfg, key) for cfg in (ours, theirs))
        for flag in ("struct", "readonly"):
            assert one._get_flag(flag) == other._get_flag(flag), (key, flag)


@pytest.mark.parametrize(
    ("override", "said"),
    [
        ("shape=square", "shape=square: no such option; must be one of round, wide"),
        ("momentun=1", "unknown key momentun; did you mean momentum?"),
        ("zzzzzzzz=1", "unknown key zzzzzzzz"),
        ("x=[1", "x=[1: "),
    ],
)
def test_what_cannot_be_composed_is_said_in_one_line(override: str, said: str) -> None:
    with pytest.raises(SweepError) as refused:
        COMPOSER.compose([override])
    assert str(refused.value).startswith(said)
    assert "\n" not in str(refused.value)


@pytest.fixture
def conf(tmp_path: Path) -> Path:
    """A copy of the program's configuration that may be edited."""
    return Path(shutil.copytree(CONF, tmp_path / "conf"))


def test_copies_are_what_trials_are_composed_from(conf: Path, tmp_path: Path) -> None:
    loader = loader_of(conf)
    master = master_of(loader=loader)
    composer = Composer(loader.get_search_path(), master)
    before = flat(job_part(composer.compose([])))
    save_files(composer.files, tmp_path / "copies")
    (conf / "shape" / "round.yaml").write_text("depth: 99.0\n", encoding="utf-8")
    (conf / "shape" / "wide.yaml").write_text("depth: 98.0\n", encoding="utf-8")
    (conf / "config.yaml").write_text("x: 97\n", encoding="utf-8")
    search_path = with_copies_first(loader.get_search_path(), tmp_path / "copies")
    again = Composer(search_path, master)
    assert again.compose([]).shape.depth == 0.0
    assert flat(job_part(again.compose([]))) == before
    assert again.compose(["shape=wide"]).shape.depth == 98.0  # which no trial of the study had
    assert Composer(loader.get_search_path(), master).compose([]).x == 97


def test_a_copy_is_never_written_over(conf: Path, tmp_path: Path) -> None:
    loader = loader_of(conf)
    for depth in (1.0, 2.0):
        (conf / "shape" / "round.yaml").write_text(f"depth: {depth}\n", encoding="utf-8")
        composer = Composer(loader.get_search_path(), master_of(loader=loader))
        composer.compose([])
        save_files(composer.files, tmp_path / "copies")
    assert (tmp_path / "copies" / "shape" / "round.yaml").read_text(encoding="utf-8") == "depth: 1.0\n"


def test_files_of_hydras_search_path_are_copied_too(conf: Path, tmp_path: Path) -> None:
    for name, text in (("one", "taste: sweet\n"), ("other", "taste: sour\n")):
        (tmp_path / name / name).mkdir(parents=True)
        (tmp_path / name / name / "flavor.yaml").write_text(text, encoding="utf-8")
    loader = loader_of(conf)
    searched = f"hydra.searchpath=[file://{tmp_path}/one,file://{tmp_path}/other]"
    composer = Composer(loader.get_search_path(), master_of(searched, loader=loader))
    composer.compose(["+one=flavor", "+other=flavor"])
    save_files(composer.files, tmp_path / "copies")
    copies = {str(path.relative_to(tmp_path / "copies")) for path in (tmp_path / "copies").rglob("*.yaml")}
    assert copies == {"config.yaml", "shape/round.yaml", "one/flavor.yaml", "other/flavor.yaml"}
    assert (tmp_path / "copies/other/flavor.yaml").read_text(encoding="utf-8") == "taste: sour\n"


def test_a_job_is_composed_of_what_its_files_say_and_only_the_sweeps_own_password_is_masked(
    conf: Path, tmp_path: Path
) -> None:
    urls = "db: 'postgresql://me:pw@host/x'\nimage: docker://registry:5000/me/img@sha256:abc\n"
    own = "storage: postgresql://me:s3cret@host/db"
    (conf / "shape" / "round.yaml").write_text(f"depth: 0.0\n{urls}{own}  # mine\n", encoding="utf-8")
    loader = loader_of(conf)
    composer = Composer(loader.get_search_path(), master_of(loader=loader))
    before = composer.compose([])
    save_files(composer.files, tmp_path / "copies", ["postgresql://me:***@host/db"])
    search_path = with_copies_first(loader.get_search_path(), tmp_path / "copies")
    again = Composer(search_path, master_of(loader=loader)).compose([])
    assert (again.shape.db, again.shape.image) == (before.shape.db, before.shape.image)
    copy = (tmp_path / "copies" / "shape" / "round.yaml").read_text(encoding="utf-8")
    assert "s3cret" not in copy
    assert "storage: postgresql://me:***@host/db  # mine" in copy


def test_without_copies_the_search_path_is_the_programs() -> None:
    unchanged = with_copies_first(LOADER.get_search_path(), Path("/no/such/folder"))
    assert [(p.provider, p.path) for p in unchanged.get_path()] == [
        (p.provider, p.path) for p in LOADER.get_search_path().get_path()
    ]


def test_a_job_is_resolved_as_within_itself() -> None:
    before = HydraConfig.instance().cfg
    config = COMPOSER.compose(["x=5", "+sum=${x}${y}", "+name=${hydra:job.name}", "+deep={a:{},b:[1,2]}"])
    fields = resolved_job(config)
    assert fields["sum"] == "52"
    assert (fields["name"], fields["deep.a"], fields["deep.b"]) == ("app", {}, [1, 2])
    assert not any(key.startswith("hydra") for key in fields)
    assert "hydra" in config
    assert HydraConfig.instance().cfg is before


def test_by_whatever_way_a_secret_or_the_time_comes_to_a_field_it_does_not_stand_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("A_SECRET", "s3cret")
    direct = [
        "+db.pw=${oc.env:A_SECRET}", "+db.user=me", "+stamp='${now:%H%M%S%f}'",
        "+named=[1,'${oc.env:A_SECRET}']", "+literal='postgresql://me:s3cret@host/x'",
    ]  # fmt: skip
    indirect = [
        "+url='postgresql://u:${db.pw}@h'", "+copy=${db}", "+which=pw", "+dynamic='${db.${which}}'",
        "+run='run_${stamp}'", "+far='${run}!'", "+who=${db.user}", "+times={a:'${stamp}',b:2}",
        "+again=${times}",
    ]  # fmt: skip
    config = COMPOSER.compose([*direct, *indirect])
    fields = resolved_job(config)
    assert "s3cret" not in str(fields)
    for name in ("db.pw", "url", "copy.pw", "dynamic", "named"):
        assert str(fields[name]).startswith("hash "), name
    assert fields["literal"] == "postgresql://me:***@host/x"
    assert fields["who"] == fields["db.user"] == "me"
    assert (fields["stamp"], fields["run"], fields["far"]) == ("${now:%H%M%S%f}", "run_${stamp}", "${run}!")
    assert (fields["times.a"], fields["times.b"], fields["again"]) == ("${stamp}", 2, "${times}")
    assert resolved_job(COMPOSER.compose([*direct, *indirect])) == fields
    monkeypatch.setenv("A_SECRET", "another")
    changed = resolved_job(COMPOSER.compose([*direct, *indirect]))
    assert {name for name in fields if changed[name] != fields[name]} == {
        "db.pw", "url", "copy.pw", "dynamic", "named",
    }  # fmt: skip


def test_a_value_that_cannot_be_resolved_is_refused() -> None:
    with pytest.raises(SweepError, match="nowhere"):
        resolved_job(COMPOSER.compose(["x=${nowhere}"]))
