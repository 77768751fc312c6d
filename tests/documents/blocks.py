"""Commands in documents, and what the documents say that they print."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

from sybil import Document
from sybil.parsers.markdown import CodeBlockParser

from tests.conftest import ROOT

DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
LANGUAGES = ("bash", "console")
VARIES = re.compile(r"[-+]?\d[\d,]*(\.\d+)?(e[-+]?\d+)?|-:--:--|\d:\d\d:\d\d")


@dataclass(frozen=True)
class Example:
    """A command in a document.

    Attributes:
        document: its path below the project.
        line: of its block.
        command: one logical line of a shell.
        output: what it prints, with `...` for left out lines; None where the document does not say.
    """

    document: str
    line: int
    command: str
    output: str | None

    @property
    def words(self) -> list[str]:
        """As a shell splits it, without comments."""
        return shlex.split(self.command, comments=True)


def examples(path: Path) -> list[Example]:
    """All commands in the fenced blocks of a document, in order."""
    name = path.relative_to(ROOT).as_posix()
    found = []
    for language in LANGUAGES:
        document = Document.parse(str(path), CodeBlockParser(language, evaluator=_nothing))
        for block in document.examples():
            for command, output in commands_of(str(block.parsed), language):
                found.append(Example(name, block.line, command, output))
    return sorted(found, key=lambda example: example.line)


def _nothing(block: object) -> None:
    """Blocks are run by tests, not by Sybil."""


def commands_of(text: str, language: str) -> list[tuple[str, str | None]]:
    """The commands of a block, and their outputs."""
    if language == "bash":
        lines = text.replace("\\\n", " ").splitlines()
        return [(line, None) for line in lines if line.strip() and not line.lstrip().startswith("#")]
    parts = re.split(r"^\$ ", text.replace("\\\n", " "), flags=re.MULTILINE)[1:]
    return [(part.partition("\n")[0], part.partition("\n")[2].rstrip("\n")) for part in parts]


def agree(wanted: str, got: str, exactly: bool = False) -> bool:
    """Whether an output is what a document says: `...` stands for any lines, and numbers may be others.

    Args:
        exactly: numbers are the same, too.
    """
    pattern = "".join(
        r"(?:.*\n)*?" if line.strip() == "..." else _line(line, exactly) + r"\n"
        for line in wanted.splitlines()
    )
    return re.fullmatch(pattern, got.rstrip("\n") + "\n") is not None


def _line(line: str, exactly: bool) -> str:
    if exactly:
        return re.escape(line.rstrip()) + " *"
    # Numbers of another length move what is aligned.
    words = [_word(word) for word in line.split()]
    return r"\s*" + r"\s+".join(words) + r"\s*"


def _word(word: str) -> str:
    if set(word) == {"-"}:
        return "-+"
    parts = [re.escape(part) for part in VARIES.sub("\0", word).split("\0")]
    return r"(?:[-+\d.,e:]+)".join(parts)
