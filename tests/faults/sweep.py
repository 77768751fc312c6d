"""`python -m tests.faults.sweep`: every fault of a small sweep, one at a time.

A fault, then the same command again without one, in a folder of their own; then the study must be what it is
where nothing befalls it. Prints a line a case in which it is not, and a table at the end.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.faults import shim
from tests.faults.commands import Commands, Ended
from tests.faults.shim import Call, Fault
from tests.faults.studies import (
    IMPORTS,
    SCENARIOS,
    Before,
    Known,
    Scenario,
    finished,
    texts,
    trials_in,
    wrong_of_first,
    wrong_of_second,
)


@dataclass(frozen=True)
class Case:
    """What came of a fault.

    Attributes:
        wrong: what is not as it must be.
        first, second: how the commands ended.
    """

    fault: Fault
    wrong: list[str]
    first: Ended
    second: Ended


class Campaign:
    """Tries faults on a scenario.

    Args:
        work: an empty folder.
    """

    def __init__(self, commands: Commands, scenario: Scenario, work: Path) -> None:
        self._commands, self._scenario, self._work = commands, scenario, work
        root = self._new("undisturbed")
        ended = self._run(root, shim.tracing(root, commands.log))
        assert (ended.code, ended.stderr) == (0, ""), ended
        self.calls: list[Call] = ended.hit
        self._known = Known(finished(trials_in(root, scenario)), texts(root))
        shutil.rmtree(root)

    def _new(self, name: str) -> Path:
        root = self._work / name
        root.mkdir(parents=True)
        return root

    def _run(self, root: Path, fault: str = "") -> Ended:
        return self._commands.run(
            self._scenario.program, ["--multirun", *self._scenario.arguments], root, fault
        )

    def attempt(self, fault: Fault, keep: bool = False) -> Case:
        """A fault, and the same command again."""
        root = self._new(f"{fault.call.number}-{fault.action}")
        first = self._run(root, fault.specification(root, self._commands.log))
        killed = fault.kills and bool(first.hit)
        before = Before(root, self._scenario, first)
        wrong = wrong_of_first(first, killed, before)
        if not first.hit or first.hit[0] != fault.call and fault.action not in ("full", "locked"):
            wrong.append(f"first: another call than before was hit: {first.hit[:1]}")
        second = self._run(root)
        wrong += wrong_of_second(root, self._scenario, self._known, before, second)
        if not (keep and wrong):
            shutil.rmtree(root)
        return Case(fault, wrong, first, second)


@contextmanager
def campaign_of(name: str, work: Path) -> Iterator[Campaign]:
    """Within it, faults of a scenario can be tried."""
    with Commands(work / "commands", IMPORTS) as commands:
        yield Campaign(commands, SCENARIOS[name], work / name)


def chosen(faults: Sequence[Fault], every: int, offset: int = 0) -> list[Fault]:
    """Every so many-th fault of each action."""
    picked = []
    for action in shim.ACTIONS:
        picked += [fault for fault in faults if fault.action == action][offset % every :: every]
    return picked


def main() -> int:
    """Runs it; 1 where something was lost or wrong."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("scenarios", nargs="*", default=list(SCENARIOS), help=", ".join(SCENARIOS))
    parser.add_argument("--every", type=int, default=1, metavar="K", help="only every K-th fault")
    parser.add_argument("--offset", type=int, default=0, help="of the first one")
    parser.add_argument("--actions", nargs="+", choices=shim.ACTIONS, default=list(shim.ACTIONS))
    parser.add_argument("--kinds", nargs="+", choices=list(shim.ERRORS), default=list(shim.ERRORS))
    parser.add_argument("--number", type=int, help="only the faults at this call")
    parser.add_argument("--keep", action="store_true", help="keep the folders in which something is wrong")
    options = parser.parse_args()
    if why := shim.why_not():
        print(why)
        return 1
    work = Path(tempfile.mkdtemp(prefix="faults-"))
    tried: Counter[tuple[str, str, str]] = Counter()
    lost: Counter[tuple[str, str, str]] = Counter()
    bad: Counter[tuple[str, str, str]] = Counter()
    for name in options.scenarios:
        with campaign_of(name, work) as campaign:
            faults = [
                fault
                for fault in shim.faults_of(campaign.calls, options.actions)
                if fault.call.kind in options.kinds and options.number in (None, fault.call.number)
            ]
            for fault in chosen(faults, options.every, options.offset):
                case = campaign.attempt(fault, options.keep)
                key = (name, fault.call.kind, fault.action)
                tried[key] += 1
                if case.wrong:
                    bad[key] += 1
                    lost[key] += any(text.startswith("LOST") for text in case.wrong)
                    print(f"{name}: {fault}")
                    for text in case.wrong:
                        print(f"    {text}", flush=True)
    print(f"\n{'study':12}{'call':10}{'fault':10}{'tried':>7}{'lost':>7}{'wrong':>7}")
    for key in tried:
        print(f"{key[0]:12}{key[1]:10}{key[2]:10}{tried[key]:7}{lost[key]:7}{bad[key]:7}")
    print(f"{'all':32}{sum(tried.values()):7}{sum(lost.values()):7}{sum(bad.values()):7}")
    if not options.keep:
        shutil.rmtree(work)
    elif bad:
        print(f"kept in {work}")
    return int(bool(bad))


if __name__ == "__main__":
    sys.exit(main())
