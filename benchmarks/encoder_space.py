"""The search space of the committed encoder study, and configurations of it. Used by other benchmarks."""

from __future__ import annotations

import itertools
import random
from pathlib import Path

import yaml
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import ChoiceSweep

STUDY = Path(__file__).resolve().parent.parent / "conf" / "sweep" / "encoder.yaml"


def search_space() -> dict[str, str]:
    """Each parameter with its values as they stand in the study: `choice([32],[64])`."""
    params: dict[str, str] = yaml.safe_load(STUDY.read_text(encoding="utf-8"))["hydra"]["sweeper"]["params"]
    return params


def drawn(trials: int, seed: int) -> str:
    """Different configurations of the space, each as likely as any, as a list for `hydra.sweeper.enqueue`."""
    choices = []
    for name, values in search_space().items():
        choice = OverridesParser.create().parse_override(f"{name}={values}").value()
        assert isinstance(choice, ChoiceSweep)
        choices.append([f"{name}:{value}" for value in choice.list])
    combinations = random.Random(seed).sample(list(itertools.product(*choices)), trials)
    return "[" + ",".join("{" + ",".join(pairs) + "}" for pairs in combinations) + "]"
