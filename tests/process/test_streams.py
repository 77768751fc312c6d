"""Standard streams that are closed, or whose reader goes away."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from lstm_vae.process import streams

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="descriptors of POSIX")


@pytest.fixture
def closed() -> Iterator[list[int]]:
    """The numbers of streams that the test closes; they are open again after it."""
    numbers: list[int] = []
    copies = {number: os.dup(number) for number in range(3)}
    yield numbers
    for number, copy in copies.items():
        if number in numbers:
            os.dup2(copy, number)
        os.close(copy)


@pytest.mark.parametrize("numbers", [[], [0], [1], [2], [0, 1, 2]])
def test_the_next_file_gets_no_streams_number(closed: list[int], tmp_path: Path, numbers: list[int]) -> None:
    before = {number: os.fstat(number) for number in range(3) if number not in numbers}
    closed += numbers
    for number in numbers:
        os.close(number)
    streams.open_all()
    opened = os.open(tmp_path / "file", os.O_CREAT | os.O_WRONLY)
    for number in numbers:
        assert os.path.samestat(os.fstat(number), os.stat(os.devnull))  # noqa: PTH116
        assert os.get_inheritable(number)
        os.write(number, b"goes nowhere")
    assert opened not in range(3)
    assert {number: os.fstat(number) for number in before} == before
    os.close(opened)
    assert (tmp_path / "file").read_bytes() == b""


def test_printing_where_there_is_no_stream_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    streams.open_all()
    with sys.stdout, sys.stderr:
        print("to nobody \N{SNOWMAN}")
        print("to nobody", file=sys.stderr)


def test_streams_that_are_there_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stdout", stream)
    streams.open_all()
    print("to somebody")
    assert stream.getvalue() == "to somebody\n"


def test_what_nobody_reads_can_be_written_after_all(monkeypatch: pytest.MonkeyPatch) -> None:
    reader, writer = os.pipe()
    with os.fdopen(writer, "w", encoding="utf-8") as stream:
        monkeypatch.setattr(sys, "stdout", stream)
        os.close(reader)
        print("to a reader that went away")
        with pytest.raises(BrokenPipeError):
            stream.flush()
        streams.silence()
        stream.flush()  # what is left of it; so does Python at its end


@pytest.mark.parametrize("ended", [False, True])
def test_a_stream_that_is_no_file_is_let_be(monkeypatch: pytest.MonkeyPatch, ended: bool) -> None:
    stream = io.StringIO()
    if ended:
        stream.close()
    monkeypatch.setattr(sys, "stdout", stream)
    streams.silence()
