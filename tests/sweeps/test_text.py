"""Text as terminals take it."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from sweeps.text import one_line, shown, shown_lines


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
