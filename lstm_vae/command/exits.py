"""How every command of this project ends: exit codes and one line on stderr.

0 done, 1 the run failed, 2 bad input, 128 + n by signal n.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NoReturn

from hydra._internal.utils import get_args_parser
from hydra.errors import HydraException
from omegaconf.errors import OmegaConfBaseException

from lstm_vae.config.run_config import unknown_key
from lstm_vae.errors import InterruptedRunError, RunFailedError, UserError
from lstm_vae.process import streams
from sweeps.errors import composition_message
from sweeps.text import one_line

LONGEST = 4000  # characters of a message


def complain(message: str) -> None:
    """One line on stderr."""
    print(f"error: {one_line(message, LONGEST)}", file=sys.stderr, flush=True)


def describe(error: Exception) -> str:
    """Hydra's and OmegaConf's errors in one line."""
    match = re.match(r"Key '(.+?)' not in '(.+?)Schema'", str(error.__cause__))
    if match is not None and not str(error).startswith("Could not override"):
        return str(unknown_key(f"{match.group(2).lower()}.{match.group(1)}"))
    return composition_message(error, lambda key: str(unknown_key(key)))


@contextmanager
def exit_codes() -> Iterator[None]:
    """Turns the ways in which a command may end into a line on stderr and its exit code."""
    try:
        yield
    except InterruptedRunError as error:
        _leave(error, str(error), 128 + error.signum)
    except KeyboardInterrupt as error:
        _leave(error, "interrupted", 128 + signal.SIGINT)
    except BrokenPipeError:
        # The reader of our output went away (`| head`): nothing to say, and nobody to say it to.
        streams.silence()
        sys.exit(1)
    except RunFailedError as error:
        _leave(error, str(error), 1)
    except UserError as error:
        _leave(error, str(error), 2)
    except Exception as error:
        if isinstance(error, OSError) and not isinstance(error, HydraException):
            # A full disk, say: nothing is wrong with the command.
            _leave(error, f"{error.filename or 'a file'}: {error.strerror or error}", 1)
        if not isinstance(error, (HydraException, OmegaConfBaseException)) and not _raised_by_hydra(error):
            raise
        _leave(error, describe(error), 2)


def require_known_flags() -> None:
    """Refuses flags that Hydra does not know; Hydra itself would print its usage, too.

    Raises:
        UserError: with what its parser says.
    """
    stderr = io.StringIO()
    try:
        with contextlib.redirect_stderr(stderr):
            get_args_parser().parse_args()
    except SystemExit as error:
        if error.code == 2:
            line = stderr.getvalue().strip().splitlines()[-1].partition("error: ")[2]
            raise UserError(f"{line}; --help and --hydra-help have all flags") from None
        raise


def _leave(error: BaseException, message: str, code: int) -> NoReturn:
    if _Wanted.traceback:
        traceback.print_exception(error)
    complain(message)
    sys.exit(code)


def _raised_by_hydra(error: Exception) -> bool:
    """Whether Hydra's own code raised it: for some bad command lines it raises plain ValueErrors."""
    frames = list(traceback.walk_tb(error.__traceback__))
    return bool(frames) and frames[-1][0].f_globals.get("__name__", "").startswith(("hydra.", "omegaconf."))


class _Wanted:
    traceback = False


def run(command: Callable[[], object]) -> NoReturn:
    """Runs a command to its exit code.

    Hydra would print several lines and exit 1 for any error; `HYDRA_FULL_ERROR` makes it let errors through
    to here. Where the user has set that variable, tracebacks are wanted, and shown.
    """
    streams.open_all()
    _Wanted.traceback = os.environ.get("HYDRA_FULL_ERROR") == "1"
    os.environ["HYDRA_FULL_ERROR"] = "1"
    with exit_codes():
        command()
    sys.exit(0)
