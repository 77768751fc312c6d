"""`python -m tests.faults.sweep`: every fault of a small sweep, one at a time.

A fault, then the same command again without one, in a folder of their own; then the study must be what it is
where nothing befalls it. Prints a line a case in which it is not, and a table at the end.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.faults import shim
from tests.faults.commands import Commands, Ended
from tests.faults.outcomes import Case, add_arguments, chosen, report, summary, wrong_end
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
    wrong_of_second,
)


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
        wrong = wrong_end(first, killed, may_be_refused=not before.any)
        if first.hit[:1] != [fault.call] and fault.action not in ("full", "locked"):
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


def main() -> int:
    """Runs it; 1 where something was lost or wrong."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("scenarios", nargs="*", default=list(SCENARIOS), help=", ".join(SCENARIOS))
    add_arguments(parser)
    options = parser.parse_args()
    if why := shim.why_not():
        print(why)
        return 1
    work = Path(tempfile.mkdtemp(prefix="faults-"))
    cases = []
    for name in options.scenarios:
        with campaign_of(name, work) as campaign:
            for fault in chosen(campaign.calls, options):
                cases.append((name, campaign.attempt(fault, options.keep)))
                report(*cases[-1])
    return summary(cases, work, options.keep)


if __name__ == "__main__":
    sys.exit(main())
