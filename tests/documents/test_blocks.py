"""How commands are read from documents and their outputs compared."""

from __future__ import annotations

import pytest

from tests.documents.blocks import DOCUMENTS, agree, commands_of, examples


def test_commands_are_read_from_blocks() -> None:
    assert commands_of("# why\na --x \\\n    'b c'\n\nd   # comment\n", "bash") == [
        ("a --x      'b c'", None),
        ("d   # comment", None),
    ]
    assert commands_of("$ a b\nout\nput\n$ c\n", "console") == [("a b", "out\nput"), ("c", "")]


@pytest.mark.parametrize(
    ("wanted", "got", "same"),
    [
        ("loss 1.5 of 3", "loss  203.25 of 12\n", True),
        ("loss 1.5 of 3", "loss 203.25 of many\n", False),
        ("a\n...\nz", "a\nb\nc\nz\n", True),
        ("a\n...\nz", "a\nz", True),
        ("a\n...", "a\nb\n", True),
        ("a\n...\nz", "b\nz\n", False),
        ("a", "a\nb", False),
        ("[32,16]  -0.46  9.6e-07", "[32,16]  12.5  1.00", True),
        ("----  --", "------  -----", True),
        ("left 0:00:04", "left -:--:--", True),
    ],
)
def test_numbers_may_differ_and_words_may_not(wanted: str, got: str, same: bool) -> None:
    assert agree(wanted, got) == same


def test_exactly_is_exactly() -> None:
    assert agree("a  1.5", "a  1.5\n", exactly=True)
    assert not agree("a  1.5", "a  1.6\n", exactly=True)


def test_all_documents_are_read() -> None:
    found = [example for path in DOCUMENTS for example in examples(path)]
    assert len(found) > 40
    assert {example.document for example in found} >= {"README.md", "docs/tutorial.md", "docs/sweeping.md"}
