"""What came of faults: how a command with one in it must end, and a table of all."""

from __future__ import annotations

import argparse
import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.faults import shim
from tests.faults.commands import Ended
from tests.faults.shim import Call, Fault


@dataclass(frozen=True)
class Case:
    """What came of a fault.

    Attributes:
        wrong: what is not as it must be; what was lost begins with LOST.
        first: how the command with the fault ended.
        second: how the one after it did.
    """

    fault: Fault
    wrong: list[str]
    first: Ended
    second: Ended


def wrong_end(first: Ended, killed: bool, may_be_refused: bool) -> list[str]:
    """What is wrong about the end of a command with a fault in it.

    Args:
        killed: by the fault.
        may_be_refused: whether nothing has begun, so that exit code 2 is right too.
    """
    wrong = []
    if first.hung:
        wrong.append("first: it hung")
    if "Traceback" in first.stderr:
        wrong.append(f"first: traceback on stderr: {first.stderr.strip().splitlines()[-1]}")
    if killed:
        return wrong
    errors = [line for line in first.stderr.splitlines() if line.startswith("error: ")]
    if first.code not in (0, 1, 2) or (first.code == 2 and not may_be_refused):
        wrong.append(f"first: exit code {first.code}; {first.stderr[-400:]!r}")
    if first.code and len(errors) != 1:
        wrong.append(f"first: exit code {first.code} with {len(errors)} error lines: {first.stderr[-400:]!r}")
    if first.code == 0 and errors:
        wrong.append(f"first: exit code 0 with {errors}")
    return wrong


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares which faults are tried."""
    parser.add_argument("--every", type=int, default=1, metavar="K", help="only every K-th fault")
    parser.add_argument("--offset", type=int, default=0, help="of the first one")
    parser.add_argument("--actions", nargs="+", choices=shim.ACTIONS, default=list(shim.ACTIONS))
    parser.add_argument("--kinds", nargs="+", choices=list(shim.ERRORS), default=list(shim.ERRORS))
    parser.add_argument("--number", type=int, help="only the faults at this call")
    parser.add_argument("--keep", action="store_true", help="keep the folders in which something is wrong")


def chosen(calls: Sequence[Call], options: argparse.Namespace) -> list[Fault]:
    """The faults that the options name: of each action, every so many-th."""
    faults = [
        fault
        for fault in shim.faults_of(calls, options.actions)
        if fault.call.kind in options.kinds and options.number in (None, fault.call.number)
    ]
    picked = []
    for action in options.actions:
        of_action = [fault for fault in faults if fault.action == action]
        picked += of_action[options.offset % options.every :: options.every]
    return picked


def a_sample(calls: Sequence[Call]) -> list[Fault]:
    """Of each kind of call and action, the one in the middle."""
    faults = list(shim.faults_of(calls, shim.ACTIONS))
    kinds = dict.fromkeys((fault.call.kind, fault.action) for fault in faults)
    found = [[f for f in faults if (f.call.kind, f.action) == kind] for kind in kinds]
    return [some[len(some) // 2] for some in found]


def report(name: str, case: Case) -> None:
    """Prints what is wrong about a case; nothing where all is well."""
    if case.wrong:
        print(f"{name}: {case.fault}")
        for text in case.wrong:
            print(f"    {text}", flush=True)


def summary(cases: Sequence[tuple[str, Case]], work: Path, keep: bool) -> int:
    """Prints a table, and removes the folder where nothing is to be kept; returns the exit code."""
    tried: Counter[tuple[str, str, str]] = Counter()
    lost: Counter[tuple[str, str, str]] = Counter()
    bad: Counter[tuple[str, str, str]] = Counter()
    for name, case in cases:
        key = (name, case.fault.call.kind, case.fault.action)
        tried[key] += 1
        bad[key] += bool(case.wrong)
        lost[key] += any(text.startswith("LOST") for text in case.wrong)
    print(f"\n{'':12}{'call':10}{'fault':10}{'tried':>7}{'lost':>7}{'wrong':>7}")
    for key in tried:
        print(f"{key[0]:12}{key[1]:10}{key[2]:10}{tried[key]:7}{lost[key]:7}{bad[key]:7}")
    wrong = sum(bad.values())
    print(f"{'all':32}{sum(tried.values()):7}{sum(lost.values()):7}{wrong:7}")
    if keep and wrong:
        print(f"kept in {work}")
    else:
        shutil.rmtree(work)
    return int(bool(wrong))
