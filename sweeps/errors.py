"""How a sweep ends badly, and what is said of it."""

from __future__ import annotations

import difflib
import errno
import re
from collections.abc import Callable, Iterable

from hydra.errors import HydraException, MissingConfigException, OverrideParseException
from omegaconf.errors import OmegaConfBaseException

from sweeps.text import one_line


class SweepError(Exception):
    """Bad input: one line naming the field, its value and what is allowed. Exit code 2, no worker started."""


class SweepInterruptedError(BaseException):
    """A signal stopped the sweep. No `Exception`, so that no job and no launcher takes it for a failure.

    Attributes:
        signum: the signal's number; the exit code is 128 + signum.
    """

    def __init__(self, signum: int) -> None:
        super().__init__(signum)
        self.signum = signum


class FaultError(Exception):
    """The disk or the storage failed, and nothing is wrong with the command. Exit code 1."""


def is_fault(error: BaseException) -> bool:
    """Whether an exception says that the disk or the storage failed: it is full, read-only, gone."""
    from optuna.exceptions import StorageInternalError

    # A connection that breaks may be to a launcher's worker, which has died.
    disk = isinstance(error, OSError) and not isinstance(error, (ConnectionError, HydraException))
    return disk or isinstance(error, (StorageInternalError, FaultError))


_DISKS = {
    getattr(errno, name)
    for name in ("ENOSPC", "EDQUOT", "EROFS", "EIO", "ESTALE", "ENODEV")
    if hasattr(errno, name)
}


def disk_fault(error: BaseException) -> OSError | None:
    """What of an exception and its causes says that a disk is full, read-only or gone; None of any other
    `OSError`, such as a file that is not there: whoever raised it may have made a mistake."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError) and cause.errno in _DISKS:
            return cause
        cause = cause.__cause__
    return None


def reason(error: BaseException) -> str:
    """An exception in one line, its class first."""
    message = one_line(error)
    return f"{type(error).__name__}: {message}" if message else type(error).__name__


def composition_message(error: Exception, unknown_key: Callable[[str], str]) -> str:
    """What Hydra and OmegaConf say of a configuration that cannot be composed, without what surrounds it.

    Args:
        unknown_key: what to say of a key that there is not.
    """
    if isinstance(error, MissingConfigException) and error.missing_cfg_file and error.options:
        group, _, option = error.missing_cfg_file.rpartition("/")
        return f"{group}={option}: no such option; must be one of {', '.join(sorted(error.options))}"
    lines = str(error).strip().splitlines() or [type(error).__name__]
    if isinstance(error, OverrideParseException):
        # The line after Hydra's "Error parsing override" says why.
        line = next((x for x in lines[1:] if "while evaluating" in x), lines[0])
        return f"{error.override}: {line.strip()}"
    if match := re.match(r"Could not override '(.+?)'", lines[0]):
        return unknown_key(match.group(1))
    if isinstance(error, OmegaConfBaseException) and error.full_key:
        return f"{error.full_key}: {lines[0]}"
    cause = error.__cause__
    if isinstance(cause, OmegaConfBaseException):
        return f"{lines[0]}: {str(cause).strip().splitlines()[0]}"
    key = next((line.partition(":")[2].strip() for line in lines if "full_key:" in line), None)
    if isinstance(error, AttributeError) and key:  # OmegaConf's, from within: it merges into no mapping
        return f"{key}: cannot be set to that ({lines[0]})"
    return lines[0]


def composition_error(error: Exception, known_keys: Iterable[str] = ()) -> SweepError:
    """The same in one line, with the nearest key that there is."""

    def unknown_key(key: str) -> str:
        near = difflib.get_close_matches(key, list(known_keys), n=1, cutoff=0.5)
        return f"unknown key {key}" + (f"; did you mean {near[0]}?" if near else "")

    return SweepError(one_line(composition_message(error, unknown_key)))
