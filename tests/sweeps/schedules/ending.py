"""What must hold when everybody has come to an end, and a last sweep has done what was left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from optuna.trial import FrozenTrial, TrialState

from sweeps.search.budget import Verdict
from sweeps.study import attributes
from sweeps.study.holding import combination_key, held_key
from sweeps.study.objective import MINIMIZED
from sweeps.study.tally import tally
from sweeps.study.trial import Cause, TrialView, is_surplus
from tests.sweeps.schedules.promises import ENDED, Promises

if TYPE_CHECKING:
    from tests.sweeps.schedules.world import World


@dataclass(frozen=True)
class Ending:
    """Of a schedule.

    Attributes:
        world: in which everybody has come to an end.
        promises: kept beside its study.
    """

    world: World
    promises: Promises

    def check(self, verdict: Verdict) -> None:
        """What holds when everybody has come to an end, and a last sweep has done what was left."""
        trials, rules = self.world.trials, self.world.rules
        left = [trial for trial in trials if trial.state == TrialState.RUNNING]
        # A sweep that is not to go on does not wait to see whether another machine's worker lives.
        assert not left or verdict in ("failures", "met")
        assert all(self.promises.taken[trial.number].machine is not self.world.machines[0] for trial in left)
        counted = [trial for trial in trials if not is_surplus(trial)]
        failed = [trial for trial in counted if trial.state == TrialState.FAIL]
        repeated = {trial.user_attrs.get(attributes.RETRY_OF) for trial in trials}
        for_good = [trial for trial in failed if trial.number not in repeated]
        for trial in for_good:
            self._check_failure(trials, trial)
        # Two machines may have enqueued a combination at once: what repeats the one gives way to the other.
        kept = {trial.user_attrs.get(attributes.RETRY_OF) for trial in counted}
        others = {t.user_attrs.get(attributes.COMBINATION) for t in counted if t.state != TrialState.FAIL}
        for trial in failed:
            in_vain = trial.number in repeated and trial.number not in kept
            assert not in_vain or trial.user_attrs.get(attributes.COMBINATION) in others
        now = tally(trials, MINIMIZED)
        assert now.failed == len(for_good)
        finished = now.finished
        too_many = rules.max_failures is not None and len(for_good) > rules.max_failures
        if rules.n_trials is not None and finished >= rules.n_trials:
            assert verdict == "met"
        elif too_many:
            assert verdict == "failures"
        elif rules.kind != "interval":
            # Of a sampled space, one that failed before anything was drawn owes nothing.
            owing = [trial for trial in for_good if rules.grid or held_key(trial) is not None]
            assert verdict == ("exhausted" if owing else "met")
            assert now.waiting == 0
            self._check_grid(counted, for_good)
        else:
            raise AssertionError(f"it ended before its budget was met: {verdict}")

    def _check_failure(self, trials: list[FrozenTrial], trial: FrozenTrial) -> None:
        assert trial.user_attrs[attributes.CAUSE] != Cause.INTERRUPTED
        assert trial.number not in self.promises.innocent, "failed for what it had no part in"
        causes = []
        link: FrozenTrial | None = trial
        while link is not None:
            causes.append((link.user_attrs[attributes.CAUSE], link.number in self.promises.innocent))
            before = link.user_attrs.get(attributes.RETRY_OF)
            link = trials[before] if before is not None else None
        cause = causes[0][0]
        allowed = {Cause.RAISED: self.world.rules.retries, Cause.LOST: 1}[cause]
        assert causes.count((cause, False)) == allowed + 1

    def _check_grid(self, counted: list[FrozenTrial], for_good: list[FrozenTrial]) -> None:
        keys = {combination_key(values) for values in self.world.rules.space.combinations()}
        ended = {self._key(trial) for trial in counted if trial.state in ENDED}
        failed = {self._key(trial) for trial in for_good} - {None}
        assert ended | failed == keys
        # One that failed as it went on stands as it was stopped.
        begun = {self._key(trial) for trial in for_good if TrialView(trial).resumes is None} - {None}
        assert not ended & begun or self.world.rules.machines > 1

    def _key(self, trial: FrozenTrial) -> str | None:
        """The combination of a trial: of a grid as it was enqueued, else as it was drawn."""
        if self.world.rules.grid:
            return trial.user_attrs.get(attributes.COMBINATION)
        return held_key(trial)
