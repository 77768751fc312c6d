"""What a study searches, compared between one part and the next."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from omegaconf import DictConfig

from sweeps.errors import SweepError
from sweeps.plan.composition import Composer
from sweeps.plan.fingerprint import Spec, checked_spec
from tests.sweeps.parts import CONF, LOADER, loader_of, master_of, settings_of, space_of


def spec_of(
    *arguments: str, conf: Path | None = None, check: Any = None, settings: str = "retries=0"
) -> Spec:
    loader = LOADER if conf is None else loader_of(conf)
    composer = Composer(loader.get_search_path(), master_of(loader=loader))
    return checked_spec(space_of(*arguments), composer, settings_of(f"hydra.sweeper.{settings}"), check)


@pytest.fixture
def conf(tmp_path: Path) -> Path:
    return Path(shutil.copytree(CONF, tmp_path / "conf"))


def test_it_says_what_all_trials_share_and_what_each_option_sets() -> None:
    spec = spec_of("x=1,2", "shape=round,wide", "steps=4")
    assert spec.search_space == {"x": "1, 2", "shape": "round, wide"}
    assert spec.objective == {"name": [], "direction": ["minimize"]}
    assert (spec.config["steps"], spec.config["y"]) == (4, 2)
    assert not {"x", "shape.depth", "seconds", "trouble", "wait_for"} & set(spec.config)
    assert spec.options == {"shape=wide": {"shape.depth": -1.0}, "first": {"shape.depth": 0.0}}


def test_the_same_search_has_no_differences_also_after_json() -> None:
    spec = spec_of("x=1,2", "shape=round,wide", "sizes=[1,2],[3]")
    assert spec.differences(json.loads(json.dumps(spec.to_mapping()))) == []
    assert (
        spec_of("x=1,2", "shape=round,wide", "sizes=[1,2],[3]", "seconds=5").differences(spec.to_mapping())
        == []
    )


@pytest.mark.parametrize(
    ("arguments", "differences"),
    [
        (("x=1,2", "steps=5"), ["steps: 3 -> 5"]),
        (("x=1,2,3",), ["search_space.x: 1, 2 -> 1, 2, 3"]),
        (("x=1,2", "+new=a"), ["new: (none) -> a"]),
        (("x=1,2", "~momentum"), ["momentum: 0.0 -> (none)"]),
        (("x=1,2", "sizes=[2]"), ["sizes: [1] -> [2]"]),
        (("x=1,2", "y=null"), ["y: 2 -> null"]),
    ],
)
def test_a_difference_is_said_by_field(arguments: tuple[str, ...], differences: list[str]) -> None:
    found = spec_of(*arguments).differences(spec_of("x=1,2").to_mapping())
    assert list(map(str, found)) == differences


@pytest.mark.parametrize(
    ("arguments", "field", "new"),
    [
        (("x=1,2", "+new=a"), "new", True),
        (("x=1,2", "+deep.new=a"), "deep.new", True),
        (("x=1,2", "steps=5"), "steps", False),
        (("x=1,2", "~momentum"), "momentum", False),
        (("x=1,2", "+new=1,2"), "search_space.new", False),
    ],
)
def test_a_field_is_new_where_the_earlier_study_did_not_have_it(
    arguments: tuple[str, ...], field: str, new: bool
) -> None:
    differences = spec_of(*arguments).differences(spec_of("x=1,2").to_mapping())
    assert {own.field: own.new_field for own in differences}[field] is new


@pytest.mark.parametrize(
    "text",
    [
        "config: 3",
        "config: [1, 2]",
        "options: [1]",
        "options: {a: 3}",
        "config: {1: 2001-01-01}",
        "objective:",
    ],
)
def test_a_damaged_file_differs_and_breaks_nothing(text: str) -> None:
    assert spec_of("x=1,2").differences(yaml.safe_load(text)) != []


def test_what_stands_in_a_mapping_that_was_empty_is_not_new() -> None:
    before = Spec({}, {}, {"options": {}}, {})
    after = Spec({}, {}, {"options.depth": 3}, {})
    assert [own.new_field for own in after.differences(before.to_mapping())] == [False]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("depth: 0.0\n", "depth: 7.0\n"),
        ("depth: 0.0\nextra: 1\n", "depth: 0.0\n"),
        ("depth: 0.0\n", "depth: 0.0\nextra: 1\n"),
    ],
)
@pytest.mark.parametrize("option", ["round", "wide"])
def test_an_edited_option_is_another_search(conf: Path, option: str, before: str, after: str) -> None:
    for name in ("round", "wide"):
        (conf / "shape" / f"{name}.yaml").write_text(before, encoding="utf-8")
    first = spec_of("shape=round,wide", conf=conf).to_mapping()
    (conf / "shape" / f"{option}.yaml").write_text(after, encoding="utf-8")
    assert spec_of("shape=round,wide", conf=conf).differences(first) != []


def test_an_edited_option_that_is_not_searched_does_not_matter(conf: Path) -> None:
    first = spec_of("x=1,2", conf=conf).to_mapping()
    (conf / "shape" / "wide.yaml").write_text("depth: 7.0\n", encoding="utf-8")
    assert spec_of("x=1,2", conf=conf).differences(first) == []


def test_every_value_is_checked() -> None:
    seen: list[tuple[float, float]] = []
    spec_of("x=interval(0,1)", "shape=round,wide", check=lambda cfg: seen.append((cfg.x, cfg.shape.depth)))
    assert set(seen) == {(0.0, 0.0), (1.0, 0.0), (0.0, -1.0)}

    def refuse(cfg: DictConfig) -> None:
        if cfg.x == 2:
            raise ValueError("x=2: too large")

    with pytest.raises(SweepError, match="^x=2: too large$"):
        spec_of("x=1,2", check=refuse)


def test_an_option_that_does_not_exist_is_refused() -> None:
    with pytest.raises(SweepError, match="shape=square: no such option"):
        spec_of("shape=round,square")


def test_a_process_wide_field_must_have_one_value() -> None:
    with pytest.raises(SweepError, match="^shape=wide: shape must be the same in all trials"):
        spec_of("shape=round,wide", settings="process_wide=[shape]")
    spec_of("x=1,2", settings="process_wide=[shape,y]")
