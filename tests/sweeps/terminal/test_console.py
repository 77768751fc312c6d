"""Lines on stdout, whatever stdout is: a terminal, a pipe that nobody reads, nothing."""

from __future__ import annotations

import contextlib
import io
import os
import sys
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TextIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweeps.terminal.console import give, hold, mention, say, silence

ENCODINGS = st.sampled_from(["ascii", "latin-1", "cp1252", "utf-8", "utf-16"])


@contextlib.contextmanager
def stdout_is(stream: TextIO | None) -> Iterator[None]:
    """Within it, lines go there."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdout", stream)
        yield


def unread_stream() -> TextIO:
    """A stream whose reader is gone."""
    reading, writing = os.pipe()
    os.close(reading)
    return os.fdopen(writing, "w", encoding="utf-8")


def text_on_stdout(text: str, encoding: str, how: Callable[[str], None]) -> str:
    """What a stdout of an encoding gets."""
    buffer = io.BytesIO()
    stdout = io.TextIOWrapper(buffer, encoding=encoding, newline="\n")
    with stdout_is(stdout):
        how(text)
    return buffer.getvalue().decode(encoding)


@given(st.text(), ENCODINGS)
def test_a_line_can_be_said_in_every_encoding_and_steers_no_terminal(text: str, encoding: str) -> None:
    output = text_on_stdout(text, encoding, say)
    assert output.endswith("\n")
    for line in output[:-1].split("\n"):
        assert not {unicodedata.category(c) for c in line} & {"Cc", "Cf", "Cs", "Zl", "Zp"}


@given(st.text(), ENCODINGS)
def test_what_an_encoding_has_is_given_to_programs_as_it_is(text: str, encoding: str) -> None:
    output = text_on_stdout(text, encoding, give)
    if text.encode(encoding, "replace").decode(encoding) == text:
        assert output == text


def test_only_a_terminal_gets_a_table_without_control_characters(tmp_path: Path) -> None:
    table = "a,b\x1b[2J\n1,2\n"
    master, slave = os.openpty()
    with os.fdopen(slave, "w", encoding="utf-8") as terminal, stdout_is(terminal):
        give(table)
        assert os.read(master, 1000).replace(b"\r", b"") == b"a,b\\x1b[2J\n1,2\n"
    os.close(master)
    with (tmp_path / "table.csv").open("w", encoding="utf-8") as file, stdout_is(file):
        give(table)
    assert (tmp_path / "table.csv").read_text(encoding="utf-8") == table


def test_that_nobody_reads_any_more_is_raised_until_it_is_silenced() -> None:
    with unread_stream() as stdout, stdout_is(stdout):
        with pytest.raises(BrokenPipeError):
            say("a line")
        silence()
        say("another")


def test_what_is_only_mentioned_hurts_nothing_and_leaves_no_complaint_for_the_end() -> None:
    with unread_stream() as stdout, stdout_is(stdout):
        mention("a line")
        mention("another")
        stdout.close()
        mention("a third")


def test_without_a_stdout_nothing_is_said() -> None:
    with stdout_is(None):
        say("a line")
        give("a table\n")
        mention("a line")


@contextlib.contextmanager
def without_stdin() -> Iterator[None]:
    """Within it, stdin is closed, as a process may be started."""
    copy = os.dup(0)
    os.close(0)
    try:
        yield
    finally:
        os.dup2(copy, 0)
        os.close(copy)


def test_a_file_that_is_opened_gets_the_number_of_no_closed_stream(tmp_path: Path) -> None:
    with without_stdin():
        hold()
        assert os.path.samestat(os.fstat(0), Path(os.devnull).stat())
        assert os.get_inheritable(0)  # workers have it too
        with (tmp_path / "study.journal").open("wb") as journal:
            assert journal.fileno() > 2


def test_who_flushes_a_stream_that_python_has_not_made_finds_one(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        for name in ("stdout", "stderr"):
            patch.setattr(sys, name, None)
        hold()
        for stream in (sys.stdout, sys.stderr):
            stream.write("nowhere")
            stream.close()
