"""Text as terminals take it."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweeps.text import MASK, one_line, shown, shown_lines, without_passwords


@given(st.text())
def test_what_is_shown_steers_nothing_and_plain_text_stays(text: str) -> None:
    written = shown(text)
    assert not {unicodedata.category(c) for c in written} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert shown(written) == written
    if text.isprintable():
        assert written == text


def test_lone_surrogates_are_shown() -> None:
    assert shown("a\ud800\x1b[2J") == "a\\ud800\\x1b[2J"
    assert shown_lines("a\nb\x07") == "a\nb\\x07"


@given(st.text())
def test_one_line_is_one_and_not_long(text: str) -> None:
    line = one_line(text, 20)
    assert len(line) <= 20
    assert line.isprintable()


@given(st.integers(0, 1100), st.sampled_from(["x", " ", "x "]), st.integers(10, 30))
def test_no_cut_leaves_half_a_password(before: int, filling: str, limit: int) -> None:
    line = one_line(filling * before + " postgresql://me:unmistakable@host/db", limit)
    assert "unmi" not in line


@pytest.mark.parametrize("name", ["password", "PASSWORD", "sslpassword", "passwd", "pwd"])
def test_a_password_among_the_options_is_masked(name: str) -> None:
    masked = f"postgresql://me@host/db?a=1&{name}={MASK}&b=2, twice"
    assert without_passwords(f"postgresql://me@host/db?a=1&{name}=hidden&b=2, twice") == masked


@pytest.mark.parametrize(
    "url",
    [
        "grpc://me@corp:hid_den@host:1/s",
        "postgresql+psycopg2://me:hid(den@h/db",
        "redis://:hid_den@h",
        "a://b:hid@c",
    ],
)
def test_a_password_is_masked_whatever_stands_around_it(url: str) -> None:
    assert "hid" not in without_passwords(f"hydra.sweeper.storag={url}: unknown")


@pytest.mark.parametrize("text", ["a" * 200_000, "a://b:" * 20_000, "?pwd" * 50_000, "?" + "pwd" * 60_000])
def test_a_long_word_costs_no_time(text: str) -> None:
    """Quadratic cost would take minutes."""
    assert len(one_line(text, 300)) <= 300
    assert without_passwords(text)
