"""Odd surroundings: a name, environments, and folders in which nothing can be written."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

HOSTILE = "-a b'c\"d=e,f%$HOME#[g]{h}\\i\tü\U0001f600\u202e\u05e9. "


def closed(*streams: str) -> list[str]:
    return ["sh", "-c", f'"$@" {" ".join(streams)}', "sh"]


GONE = ["env", "-u", "HOME", "-u", "USER", "-u", "LOGNAME", "-u", "XDG_CACHE_HOME", "-u", "LANG"]
POSIX = ["env", "-u", "LANG", "LC_ALL=C", "PYTHONCOERCECLOCALE=0", "PYTHONUTF8=0"]
ENVIRONMENTS: dict[str, list[str]] = {
    "bare": [*GONE, "TZ=Nowhere/Odd", "sh", "-c", 'umask 077; "$@"', "sh"],
    "home": ["env", "HOME=/nonexistent", "XDG_CACHE_HOME=/proc/cache", "TMPDIR=/nonexistent"],
    "ascii": ["env", "PYTHONIOENCODING=ascii"],
    "posix": POSIX,
    "stdout": closed(">&-"),
    "stderr": closed("2>&-"),
    "all": closed("<&-", ">&-", "2>&-"),
    "reader": ["sh", "-c", '"$@" | true', "sh"],
    "both_readers": ["sh", "-c", '"$@" 2>&1 | true', "sh"],
}


@contextlib.contextmanager
def read_only(folder: Path) -> Iterator[Path]:
    """The folder, or another path of it, where nothing can be written; root may write wherever a file system
    lets anybody."""
    if os.geteuid() == 0:
        mounted = folder.with_name("mounted")
        mounted.mkdir()
        done = subprocess.run(["mount", "--bind", "-o", "ro", folder, mounted], capture_output=True)
        if done.returncode != 0:
            pytest.skip("root may write here, and may not mount")
        try:
            yield mounted
        finally:
            subprocess.run(["umount", mounted], check=True)
        return
    paths = [folder, *folder.rglob("*")]
    for path in paths:
        path.chmod(path.stat().st_mode & ~0o222)
    try:
        yield folder
    finally:
        for path in paths:
            path.chmod(path.stat().st_mode | 0o200)
