"""Each rule takes what its field may hold, and refuses all else in one line."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from omegaconf import OmegaConf

from sweeps.errors import SweepError
from sweeps.settings.rules import (
    LONGEST_NAME,
    Component,
    Flag,
    Items,
    Name,
    Number,
    Pairs,
    Rule,
    Text,
    Texts,
    Whole,
    shown,
)
from tests.sweeps.parts import master_of

EMPTY = OmegaConf.create({})
RULES: list[Rule] = [
    Text(),
    Name(),
    Texts(),
    Texts(("minimize", "maximize")),
    Texts(optional=True),
    Items(),
    Pairs(),
    Pairs(optional=True),
    Flag(),
    Flag(optional=True),
    Whole(1, 10),
    Whole(0, optional=True),
    Number(above=0, most=10),
    Number(optional=True),
]
PLAIN = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
YAML = st.recursive(
    PLAIN, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
)
REFUSED = object()


def taken(rule: Rule, value: Any) -> Any:
    try:
        return rule.taken("field", value, EMPTY)
    except SweepError:
        return REFUSED


@given(st.sampled_from(RULES), YAML)
def test_whatever_yaml_holds_is_taken_or_refused_in_one_line_that_shows_it(rule: Rule, value: Any) -> None:
    try:
        rule.taken("field", value, EMPTY)
    except SweepError as error:
        assert str(error).startswith(f"hydra.sweeper.field={shown(value)}: must be ")
        assert len(str(error).splitlines()) == 1


@given(st.integers(), st.integers(-9, 9), st.none() | st.integers(10, 99))
def test_a_whole_number_is_taken_within_its_limits(value: int, least: int, most: int | None) -> None:
    allowed = least <= value and (most is None or value <= most)
    assert taken(Whole(least, most), value) == (value if allowed else REFUSED)


@given(st.floats() | st.integers(), st.none() | st.floats(-9, 9), st.none() | st.integers(10, 99))
def test_a_number_is_taken_within_its_limits_as_a_float(
    value: float, above: float | None, most: int | None
) -> None:
    finite = not isinstance(value, float) or math.isfinite(value)
    allowed = finite and (above is None or value > above) and (most is None or value <= most)
    found = taken(Number(above, most), value)
    assert found == (float(value) if allowed else REFUSED)
    assert isinstance(found, float) is allowed


@pytest.mark.parametrize("value", [True, "1", None, [1], math.nan])
def test_what_only_looks_like_a_number_is_none(value: object) -> None:
    assert [taken(rule, value) for rule in (Whole(0), Number())] == [REFUSED] * 2


def test_a_whole_number_that_no_float_holds_is_no_number() -> None:
    assert taken(Number(), 10**400) is REFUSED
    assert taken(Whole(0), 10**400) == 10**400


@given(st.text() | st.from_regex(r"\w[\w .,:=+@-]{0,250}", fullmatch=True))
def test_a_name_that_is_taken_can_be_a_files(text: str) -> None:
    if taken(Name(), text) is REFUSED:
        return
    assert Path(text).name == text
    assert text.isprintable()
    assert not text.startswith((".", "-", " "))
    assert len(text.encode()) <= LONGEST_NAME


@pytest.mark.parametrize(
    ("name", "allowed"),
    [
        ("my study, v1.2: a=b+c@d-e_f", True),
        ("études", True),
        ("n" * 200, True),
        ("n" * 201, False),
        ("é" * 101, False),
        ("a/b", False),
        (".hidden", False),
        ("a\n", False),
    ],
)
def test_names_of_studies(name: str, allowed: bool) -> None:
    assert taken(Name(), name) == (name if allowed else REFUSED)


@pytest.mark.parametrize(
    ("rule", "value", "wanted"),
    [
        (Texts(), "ab", ("ab",)),
        (Texts(), None, ()),
        (Texts(optional=True), None, None),
        (Texts(optional=True), [], None),
        (Texts(("a", "b")), ["b", "a"], ("b", "a")),
        (Texts(("a", "b")), [], REFUSED),
        (Texts(("a", "b")), ["a", "c"], REFUSED),
        (Texts(), ["a", " "], REFUSED),
        (Items(), None, ()),
        (Items(), [1, {}], (1, {})),
        (Items(), "ab", REFUSED),
        (Pairs(), None, {}),
        (Pairs(), {1: 2}, {"1": 2}),
        (Pairs(optional=True), {}, None),
        (Flag(optional=True), None, None),
        (Flag(), None, REFUSED),
        (Flag(), 0, REFUSED),
    ],
)
def test_lists_mappings_and_flags(rule: Rule, value: object, wanted: object) -> None:
    assert taken(rule, value) == wanted


def test_a_component_is_a_mapping_with_a_target_and_else_its_options_are_named() -> None:
    master = master_of()
    config = {"_target_": "optuna.samplers.TPESampler", "seed": 1}
    assert Component().taken("sampler", config, master) == config
    group = "hydra/sweeper/optuna_study/sampler"
    for value, option in (("tpe", "tpe"), ("nosuch", "OPTION"), ({"seed": 1}, "OPTION")):
        with pytest.raises(SweepError, match=rf"_target_; {group}={option} takes an option \(auto, .*tpe"):
            Component().taken("sampler", value, master)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        ([1, None], "[1, None]"),
        ("a\nb", "a b"),
        ("n" * 999, "n" * 197 + "..."),
    ],
)
def test_a_value_is_shown_in_one_short_line(value: object, text: str) -> None:
    assert shown(value) == text
