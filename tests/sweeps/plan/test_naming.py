"""Names of studies, and commands that can be typed again."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweeps.plan.naming import command, program, study_name
from tests.sweeps.parts import settings_of, space_of


def name_of(*arguments: str, program: str = "app", settings: str = "retries=0") -> str:
    chosen = settings_of(*(f"hydra.sweeper.{setting}" for setting in settings.split()))
    return study_name(program, arguments, chosen, space_of(*arguments, params=chosen.params))


@pytest.mark.parametrize(
    "same",
    [
        ("y=3", "x=1,2"),
        ("x=1,2", "y=3", "seconds=9"),
        ("x=1,2", "++trouble_at=1", "y=3"),
        ("x=1,2", "y=3", "wait_for=f"),
    ],
)
def test_the_same_words_name_the_same_study(same: tuple[str, ...]) -> None:
    assert name_of(*same) == name_of("x=1,2", "y=3")


@pytest.mark.parametrize(
    "setting", ["n_trials=9", "n_workers=2", "timeout=5", "retries=2", "max_failures=0", "target=1"]
)
def test_how_long_and_how_fast_does_not_matter(setting: str) -> None:
    assert name_of("x=1,2", settings=setting) == name_of("x=1,2")


def test_everything_that_changes_the_search_changes_the_name() -> None:
    names = [
        name_of("x=1,2"), name_of("x=1,2", "y=3"), name_of("x=1,3"), name_of("x=1,2", program="other"),
        name_of("x=1,2", settings="direction=maximize"), name_of("x=1,2", settings="sampler.seed=1"),
        name_of("x=1,2", settings="params={y:'1,2'}"), name_of("x=1,2", settings="objective=[loss]"),
        name_of("x=1,2", settings="enqueue=[{x:1}]"),
    ]  # fmt: skip
    assert len(set(names)) == len(names)


def test_replicates_are_another_search() -> None:
    names = [
        name_of("x=1,2", settings=f"seed_key={key} replicates={number}")
        for key, number in [("y", 1), ("y", 2), ("y", 3), ("[y,seconds]", 3)]
    ]
    assert names[0] == name_of("x=1,2")
    assert len(set(names)) == len(names)


def test_a_name_says_what_is_searched_and_is_a_folders_name() -> None:
    assert re.fullmatch(r"shape_x-[0-9a-f]{8}", name_of("x=1,2", "shape=round,wide"))
    assert re.fullmatch(r"wide-[0-9a-f]{8}", name_of("+shape=wide", "x=1,2"))
    assert re.fullmatch(r"app-[0-9a-f]{8}", name_of("y=3"))
    long = name_of(*(f"+some.very/long_name_{index}=1,2".replace("/", "_") for index in range(9)))
    assert re.fullmatch(r"[\w.-]{1,60}", long)


def test_a_name_that_is_given_is_taken() -> None:
    assert name_of("x=1,2", settings="study_name=mine") == "mine"


@pytest.mark.parametrize(
    ("words", "started"),
    [
        (["app.py", "--multirun", "x=1"], "python app.py"),
        (["my app.py", "x=1"], "python 'my app.py'"),
        (["app.py", "-m", "--config-name=other", "x=1"], "python app.py --config-name=other"),
        (["app.py", "-cn", "other", "x=1"], "python app.py -cn other"),
        (["app.py", "--config-dir", "a b"], "python app.py --config-dir 'a b'"),
    ],
)
def test_the_program_is_named_as_it_was_started(
    monkeypatch: pytest.MonkeyPatch, words: list[str], started: str
) -> None:
    monkeypatch.setattr(sys.modules["__main__"], "__spec__", None)
    monkeypatch.setattr(sys, "argv", words)
    assert program() == started
    monkeypatch.setattr(sys, "argv", [str(Path.cwd() / words[0]), *words[1:]])
    assert program() == started


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=10)))
def test_a_shell_reads_a_command_as_it_was_meant(overrides: list[str]) -> None:
    assert shlex.split(command("python app.py", overrides)) == ["python", "app.py", *overrides]
