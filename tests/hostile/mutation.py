"""Files with some bytes changed: what a bad disk, a bad copy or a patient enemy makes of them."""

from __future__ import annotations

import functools
import os
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

KINDS = ("flip", "cut", "insert", "splice", "repeat")
# Bytes that mean something to JSON, YAML, CSV and terminals.
SPICE = (
    b"\x00", b"\xff", b"\n", b"\r", b"\"", b",", b"{", b"}", b"[", b"]", b"null", b"NaN", b"1e999", b"-",
    b"9" * 40, b"\x1b[2J", b"\\ud800", b"=1+1", b"|", b": ", b"&a ", b"*a ", b"!!python/object:os.system ",
    b"${oc.env:HOME}", b"_target_", b"../", b"/", b"'", b"\xe2\x80\xae", b"true",
)  # fmt: skip


@dataclass(frozen=True)
class Mutation:
    """One change.

    Attributes:
        kind: one of KINDS.
        where: from 0 to 1, of the file.
        length: bytes that it concerns.
        spice: what is put there.
    """

    kind: str
    where: float
    length: int
    spice: bytes


def mutated(data: bytes, mutations: Sequence[Mutation]) -> bytes:
    """The bytes after all the changes."""
    for mutation in mutations:
        at = int(mutation.where * len(data))
        before, part, after = data[:at], data[at : at + mutation.length], data[at + mutation.length :]
        if mutation.kind == "flip":
            part = bytes(byte ^ (1 << mutation.length % 8) for byte in part[:1]) + part[1:]
        elif mutation.kind == "cut":
            part = b""
        elif mutation.kind == "insert":
            part = mutation.spice + part
        elif mutation.kind == "splice":
            part = mutation.spice
        else:
            part = part * 2
        data = before + part + after
    return data


def drawn(generator: random.Random) -> list[Mutation]:
    """One to four changes."""
    return [
        Mutation(
            generator.choice(KINDS),
            generator.random(),
            int(2 ** generator.uniform(0, 8)),
            generator.choice(SPICE),
        )
        for _ in range(generator.randint(1, 4))
    ]


def replace_by(path: Path, kind: str) -> None:
    """Puts another thing in a file's place."""
    content = path.read_bytes()
    path.unlink()
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "link to itself":
        path.symlink_to(path.name)
    elif kind == "link to a device":
        path.symlink_to("/dev/zero")
    elif kind == "huge":
        with path.open("wb") as file:
            file.truncate(3 * 2**30)
    elif kind == "huge after a true beginning":
        path.write_bytes(content)
        os.truncate(path, 3 * 2**30)
    elif kind != "nothing":
        path.write_bytes(SHAPES[kind](content))


PLACES = (
    "nothing", "folder", "pipe", "link to itself", "link to a device", "huge", "huge after a true beginning"
)  # fmt: skip


def _torn(part: int, content: bytes) -> bytes:
    """So many hundredths of a file."""
    return content[: len(content) * part // 100]


SHAPES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "zeros": lambda _: bytes(2**20),
    "noise": lambda _: random.Random(0).randbytes(50_000),
    "no UTF-8": lambda content: content[:20] + b"\xff\xfe\x80" + content[20:],
    "UTF-16": lambda content: content.decode("utf-8", "replace").encode("utf-16"),
    "a mark before it": lambda content: b"\xef\xbb\xbf" + content,
    "Windows' line breaks": lambda content: content.replace(b"\n", b"\r\n"),
    "old line breaks": lambda content: content.replace(b"\n", b"\r"),
    "twice": lambda content: content + content,
    "zeros at the end": lambda content: content + bytes(5000),
    "deep lists": lambda _: b"[" * 100_000,
    "deep mappings": lambda _: b'{"a":' * 100_000,
    "deep and whole": lambda _: b"[" * 500 + b"]" * 500,
    "a long number": lambda _: b"1" * 10_000,
    "a pickle": lambda _: b"cos\nsystem\n(S'touch canary'\ntR.",
    "a zip": lambda _: b"PK\x05\x06" + bytes(18),
    "a list": lambda _: b"[1, 2]\n",
    "a number": lambda _: b"5\n",
    "null": lambda _: b"null\n",
    "one long line": lambda _: b'{"a": "' + b"x" * 3_000_000 + b'"}\n',
    "many commas": lambda _: b",".join(b"a%d" % n for n in range(5000)) + b"\n" + b"," * 4999 + b"\n",
    **{f"torn at {part} %": functools.partial(_torn, part) for part in (1, 10, 37, 50, 80, 99)},
}  # fmt: skip
