"""Command lines of the commands that are not Hydra's."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any, NoReturn

from lstm_vae.config.rules import Rule
from lstm_vae.errors import UserError


class ArgumentParser(argparse.ArgumentParser):
    """argparse's, but for errors, which are one line as everywhere in this project."""

    def error(self, message: str) -> NoReturn:
        raise UserError(f"{message}; see python -m {self.prog} --help")


def checked(number: Callable[[str], Any], rule: Rule) -> Callable[[str], Any]:
    """An argparse type that reads a number and applies a rule to it."""

    def parse(text: str) -> Any:
        try:
            return rule.normalise(number(text))
        except (TypeError, ValueError):
            raise argparse.ArgumentTypeError(f"{text!r}: must be {rule.allowed}") from None

    return parse
