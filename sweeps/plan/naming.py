"""The name of a study, and the command lines that people can type again."""

from __future__ import annotations

import fnmatch
import hashlib
import json
import re
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hydra.core.override_parser.types import Quote, QuotedString

from sweeps.settings import Settings
from sweeps.space import Space


def study_name(program: str, arguments: Sequence[str], settings: Settings, space: Space) -> str:
    """The settings' name, or one made from the command: the same words give the same name.

    What says where, how long and how fast to search is no part of it; nor are ignored fields.

    Args:
        program: the job's name, `hydra.job.name`.
        arguments: the command line's overrides, without those of Hydra's own configuration.
    """
    if settings.study_name is not None:
        return settings.study_name
    words = sorted(
        argument
        for argument in arguments
        if not any(fnmatch.fnmatch(argument.split("=", 1)[0].lstrip("+~"), key) for key in settings.ignore)
    )
    searched: list[Any] = [
        program,
        words,
        space.described(),
        settings.directions,
        settings.objective,
        settings.sampler,
        settings.pruner,
        settings.enqueue,
        settings.enqueue_best,
    ]
    if settings.replicates > 1:
        searched += [settings.replicates, settings.seed_keys]
    identity = json.dumps(searched, default=str, sort_keys=True)
    digest = hashlib.sha256(identity.encode()).hexdigest()[:8]
    # `+sweep=encoder` is the study's own word; else the parameters say best what it is.
    additions = [word.split("=", 1)[1] for word in words if re.match(r"\+[\w/]+=\w+$", word)]
    parts = additions or sorted(parameter.name for parameter in space.parameters)
    slug = re.sub(r"[^\w.]+", "-", "_".join(parts))[:48].strip("-_.")
    return f"{slug or program}-{digest}"


def program() -> str:
    """How this program was started, without its overrides."""
    main = sys.modules["__main__"]
    spec = getattr(main, "__spec__", None)
    if spec is not None and spec.name != "__main__":
        name = spec.name.removesuffix(".__main__")
        invocation = f"python -m {name}"
    else:
        invocation = f"python {shlex.quote(str(_short(Path(sys.argv[0]))))}"
    flags = [word for word in sys.argv[1:] if re.match(r"--config-(name|path|dir)=", word)]
    pairs = zip(sys.argv[1:], sys.argv[2:], strict=False)
    for flag, value in pairs:
        if flag in ("--config-name", "--config-path", "--config-dir", "-cn", "-cp", "-cd"):
            flags += [flag, value]
    return " ".join([invocation, *map(shlex.quote, flags)])


def _short(path: Path) -> Path:
    return path.relative_to(Path.cwd()) if path.is_absolute() and path.is_relative_to(Path.cwd()) else path


def command(invocation: str, overrides: Sequence[str]) -> str:
    """A command line for a shell; of what is said to start the program, too, a shell takes words only."""
    try:
        words = shlex.split(invocation)
    except ValueError:
        words = [invocation]
    return " ".join(map(shlex.quote, [*words, *overrides]))


def quoted(text: str) -> str:
    """A text as Hydra's override grammar quotes it."""
    return QuotedString(text, Quote.single).with_quotes()
