"""Writes docs/reference.md: every field, option and command, from the code that reads it.

python scripts/reference.py            # writes the page
python scripts/reference.py --check    # exit code 1 if it is not what it would be
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml
from omegaconf import OmegaConf

from hydra_plugins.optuna_study.pruners import PRUNERS
from hydra_plugins.optuna_study.samplers import SAMPLERS
from lstm_vae import evaluate, generate
from lstm_vae.config import sections
from sweeps.__main__ import parser as sweeps_parser
from sweeps.errors import SweepError
from sweeps.settings import Settings
from sweeps.settings.rules import Component, Rule

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "reference.md"
CONF = ROOT / "conf"
SECTIONS = (
    sections.DataConfig,
    sections.EncoderConfig,
    sections.DecoderConfig,
    sections.TrainingConfig,
    sections.EvaluationConfig,
    sections.FiguresConfig,
)
GROUPS = ("data", "encoder", "decoder", "training", "experiment", "sweep")


def meanings(cls: type) -> dict[str, str]:
    """What a class says of its attributes, by name."""
    text = (cls.__doc__ or "").partition("Attributes:")[2]
    entries = re.findall(r"^        (\w+): (.*?)(?=^        \w+: |\Z)", text, re.DOTALL | re.MULTILINE)
    return {name: _sentence(meaning) for name, meaning in entries}


def _sentence(text: str) -> str:
    """In one line, in the words of YAML."""
    return re.sub(r"\bNone\b", "`null`", " ".join(text.split()).removesuffix("."))


def limits(text: str) -> str:
    """What a rule allows, but for what no number of this program ever comes near."""
    return re.sub(r" and at most (3\.4e\+38|2147483647)", "", text)


def table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """A table in Markdown."""
    yield f"| {' | '.join(headings)} |"
    yield "|" + " --- |" * len(headings)
    for row in rows:
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |"
    yield ""


def value(plain: Any) -> str:
    """A value as in YAML."""
    if isinstance(plain, tuple):
        plain = list(plain)
    text = yaml.safe_dump(plain, default_flow_style=True, width=10_000).strip()
    return f"`{text.removesuffix('...').strip()}`"


def run_fields() -> Iterator[str]:
    """Of a run, section by section."""
    for section in SECTIONS:
        own = meanings(section)
        rows = [
            (f"`{item.name}`", value(default_of(item)), limits(item.metadata["rule"].allowed), own[item.name])
            for item in dataclasses.fields(section)
        ]
        yield f"### `{section.section}`"
        yield ""
        yield from table(("field", "default", "allowed", "meaning"), rows)


def default_of(item: dataclasses.Field[Any]) -> Any:
    """Of a field."""
    if item.default_factory is not dataclasses.MISSING:
        return item.default_factory()
    return item.default


def sweeper_fields() -> Iterator[str]:
    """Of `hydra.sweeper`."""
    own = meanings(Settings)
    here = yaml.safe_load((CONF / "hydra/sweeper/optuna_study/program.yaml").read_text(encoding="utf-8"))
    rows = []
    for item in dataclasses.fields(Settings):
        key = item.metadata["key"] or item.name
        name = item.name if item.name in own else key
        default = value(item.metadata["default"])
        if key in here:
            shown = "see below" if isinstance(here[key], (dict, list)) else value(here[key])
            default += f"; here {shown}"
        rows.append((f"`{key}`", default, allowed(item.metadata["rule"]), own[name]))
    yield from table(("field", "default", "allowed", "meaning"), rows)
    yield "What this program says of itself, `conf/hydra/sweeper/optuna_study/program.yaml`:"
    yield ""
    yield "```yaml"
    yield OmegaConf.to_yaml(OmegaConf.create(here)).strip()
    yield "```"
    yield ""


def allowed(rule: Rule) -> str:
    """What a rule takes, in the words with which it refuses."""
    if isinstance(rule, Component):
        return "an option of the group below, or a mapping with a `_target_`"
    empty = OmegaConf.create({"hydra": {"runtime": {"choices": {}}}})
    try:
        rule.taken("x", object(), empty)
    except SweepError as error:
        return str(error).partition(": must be ")[2]
    return "anything"


def components() -> Iterator[str]:
    """Samplers and pruners."""
    for group, options in (("sampler", SAMPLERS), ("pruner", PRUNERS)):
        rows = []
        for name, node in options.items():
            arguments = [f"{key}={value(v).strip('`')}" for key, v in node.items() if key != "_target_"]
            shown = ", ".join(f"`{argument}`" for argument in arguments if len(argument) < 60)
            rows.append((f"`{name}`", f"`{node['_target_']}`", shown))
        yield f"### `hydra/sweeper/optuna_study/{group}=`"
        yield ""
        yield from table(("option", "class", "arguments and defaults"), rows)


def groups() -> Iterator[str]:
    """The options of the configuration's groups."""
    for group in GROUPS:
        rows = []
        for path in sorted((CONF / group).glob("*.yaml")):
            lines = path.read_text(encoding="utf-8").splitlines()
            comments = [line[1:].strip() for line in lines if line.startswith("#") and "@package" not in line]
            first = re.split(r"(?<=[.?]) | {2,}", " ".join(comments), maxsplit=1)[0]
            rows.append((f"`{path.stem}`", first))
        yield f"### `{'+' if group == 'sweep' else ''}{group}=`"
        yield ""
        yield from table(("option", ""), rows)


def commands() -> Iterator[str]:
    """Those of a run, and those of `python -m sweeps`."""
    (subparsers,) = (a for a in sweeps_parser()._actions if isinstance(a, argparse._SubParsersAction))
    parsers: dict[str, argparse.ArgumentParser] = {
        "lstm_vae.evaluate": evaluate.command_line(),
        "lstm_vae.generate": generate.command_line(),
        **{f"sweeps {name}": parser for name, parser in subparsers.choices.items()},
    }
    for name, parser in parsers.items():
        parser.prog = f"python -m {name}"
        usage = " ".join(parser.format_usage().removeprefix("usage: ").replace("[-h] ", "").split())
        yield f"### `{usage}`"
        yield ""
        yield (parser.description or "").strip()
        yield ""
        rows = [
            (
                f"`{', '.join(action.option_strings) or action.metavar or action.dest}`",
                action.help or ", ".join(map(str, action.choices or ())),
            )
            for action in parser._actions
            if action.help != argparse.SUPPRESS and "--help" not in action.option_strings
        ]
        yield from table(("argument", ""), rows)


def page() -> str:
    """The whole page."""
    os.environ["COLUMNS"] = "1000"  # by which argparse wraps
    parts = [
        "# Reference",
        "",
        "<!-- Written by scripts/reference.py from the code; change that. -->",
        "",
        "Every field of a run and of the sweeper, with its default and what it takes; every option, every",
        "command. How they are used: [configuration](configuration.md), [sweeping](sweeping.md),",
        "[leaderboards](leaderboards.md).",
        "",
        "## A run",
        "",
        "`python -m lstm_vae.train SECTION.FIELD=VALUE`. `null` is none.",
        "",
        *run_fields(),
        "## Options of groups",
        "",
        "`python -m lstm_vae.train encoder=large`; a named study is added: `--multirun +sweep=encoder`.",
        "",
        *groups(),
        "## The sweeper",
        "",
        "`python -m lstm_vae.train --multirun hydra.sweeper.FIELD=VALUE`.",
        "",
        *sweeper_fields(),
        *components(),
        "## Commands",
        "",
        *commands(),
    ]
    return "\n".join(parts).rstrip() + "\n"


def main() -> int:
    """Writes or checks it."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--check", action="store_true", help="write nothing")
    if options.parse_args().check:
        if PAGE.read_text(encoding="utf-8") == page():
            return 0
        print("docs/reference.md is out of date: python scripts/reference.py", file=sys.stderr)
        return 1
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
