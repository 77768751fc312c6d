"""What a sweep says on the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from optuna.study import Study
from optuna.trial import FrozenTrial, TrialState

from sweeps.plan.again import again
from sweeps.search.budget import Budget, Verdict
from sweeps.search.racing import Loss
from sweeps.study.objective import front, objectives_of
from sweeps.study.tally import Tally
from sweeps.study.trial import TrialView
from sweeps.terminal.console import mention as say
from sweeps.terminal.situation_lines import best_of, done_of
from sweeps.terminal.wording import brief_params, shown_params, shown_path, shown_seconds


def tell_outcome(trial: FrozenTrial, tally: Tally, budget: Budget, folder: Path) -> None:
    """A line on a trial that has ended.

    Args:
        folder: the study's.
    """
    so_far = "; ".join(filter(None, [done_of(tally, budget.expected(tally)), best_of(tally)]))
    say(f"trial {trial.number}: {_ending(trial, folder)} [{shown_params(trial.params)}] {so_far}")


def tell_briefly(trial: FrozenTrial, folder: Path) -> None:
    """The same above a table that says the rest."""
    say(f"trial {trial.number}: {_ending(trial, folder)}  {brief_params(trial.params)}".rstrip())


def _ending(trial: FrozenTrial, folder: Path) -> str:
    view = TrialView(trial)
    reason = view.reason or ""
    if trial.state == TrialState.COMPLETE:
        return " ".join(f"{value:.6g}" for value in trial.values)
    if trial.state == TrialState.PRUNED:
        return reason
    return f"FAILED: {reason}" + (f" ({shown_path(folder / view.folder)})" if view.folder else "")


def tell_going_on(trial: FrozenTrial, replicate: int | None, since: FrozenTrial | None) -> None:
    """A line on a job that begins where another ended.

    Args:
        replicate: of a trial with several, the job's.
        since: the other's trial; None where its folder is not on this machine.
    """
    view = TrialView(trial)
    which = "" if replicate is None else f"replicate {replicate} "
    if since is None:
        other = view.retry_of if view.goes_on else view.resumes.trial if view.resumes else None
        told = f"would go on with trial {other}, whose folder is not here: it begins again"
    else:
        how = "stopped" if since.state == TrialState.PRUNED else "cut off"
        told = f"goes on with trial {since.number}, which was {how}{_where(since, replicate)}"
    say(f"trial {trial.number}: {which}{told}")


def _where(since: FrozenTrial, replicate: int | None) -> str:
    step = since.last_step if not replicate else TrialView(since).reached.get(replicate)
    return "" if step is None else f" at step {step}"


def tell_finished_replicates(number: int, n_finished: int, n_replicates: int) -> None:
    """A line on a trial whose earlier try had come to the end of some replicates."""
    say(f"trial {number}: {n_finished} of {n_replicates} replicates had ended before; the others run")


def told_loss(loss: Loss, n_seeds: int) -> str:
    """Why a finalist is stopped."""
    shared = f"on average of {loss.seeds} seeds" if loss.seeds > 1 else "with the one seed that both have"
    return (
        f"lost to trial {loss.to}: worse by {loss.by:.3g} {shared}; with all "
        f"{n_seeds} it would be better with a probability of {100 * loss.chance:.2g} %"
    )


def tell_finals(n_finalists: int, n_seeds: int) -> None:
    """A line between the search and its finals."""
    say(f"\nfinals: the best {n_finalists}, up to {n_seeds} seeds each, which the search has not used")


def announce(
    name: str, folder: Path, space: Mapping[str, str], budget: Budget, tally: Tally, searching: str
) -> None:
    """What is about to be done."""
    say(f"study {name} in {shown_path(folder)}")
    for parameter, values in space.items():
        say(f"  {parameter}: {values}")
    say(f"  {searching}; until {budget.described}")
    if tally.finished or tally.failed or tally.retried:
        say(f"  going on: {tally.complete} complete, {tally.pruned} pruned, {tally.failed} failed so far")


def summarize(
    study: Study, tally: Tally, verdict: Verdict, budget: Budget, folder: Path, invocation: str, several: bool
) -> None:
    """What came of it, and what to type next."""
    counts = f"{tally.complete} complete, {tally.pruned} pruned, {tally.failed} failed"
    extra = f", {tally.retried} tried again" if tally.retried else ""
    extra += f", {tally.promoted} promoted" if tally.promoted else ""
    say(f"\n{counts}{extra} in {shown_seconds(tally.seconds)} of running; {shown_path(folder)}")
    trials = study.get_trials(deepcopy=False)
    if several:
        _tell_front(front(trials, objectives_of(study)))
    elif tally.best is not None:
        place = f"(trial {tally.best.number}{_certainty(tally.best)})"
        say(f"best: {tally.best.values[0]:.6g} {place} {shown_params(tally.best.params)}")
        commands = again(invocation, tally.best) or []
        which = f", the first of its {len(commands)} runs" if len(commands) > 1 else ""
        for line in commands[:1]:
            say(f"  again{which}: {line}")
    failed_trials = [trial for trial in trials if trial.state == TrialState.FAIL]
    if tally.failed and failed_trials:
        last = failed_trials[-1]
        say(f"last failure: trial {last.number}, {TrialView(last).reason or 'no reason known'}")
    if verdict == "failures":
        say(
            f"stopped: more than hydra.sweeper.max_failures={budget.max_failures} trials failed; the same "
            "command with a higher number goes on"
        )
    elif verdict == "exhausted":
        say(
            "ended: combinations that failed are left; the same command with a higher "
            "hydra.sweeper.retries tries them again"
        )
    elif verdict == "met" and (outlook := budget.outlook(tally)).is_poor:
        say(
            f"ended: {outlook.trials} more trials can be expected to gain {outlook.gain:.2g} on the best, "
            f"less than hydra.sweeper.stop_when ({outlook.worth:.3g}); hydra.sweeper.stop_when=null goes on"
        )
    elif verdict == "met" and budget.is_used_up(tally):
        say(f"ended: all {budget.size} combinations of the space have been tried")
    elif verdict == "go on":
        say("stopped before the budget was met; the same command goes on")


def _certainty(trial: FrozenTrial) -> str:
    """Of a trial with replicates, where its mean over very many seeds would be."""
    replicates = TrialView(trial).replicates
    if len(replicates) < 2:
        return ""
    from sweeps.results.statistics import mean_interval  # scipy: not for every worker

    interval = mean_interval(replicates)
    return f"; mean of {interval.n} seeds, 95 % interval {interval.low:.6g} to {interval.high:.6g}"


def _tell_front(trials: Sequence[FrozenTrial]) -> None:
    say(f"Pareto front: {len(trials)} trials")
    for trial in sorted(trials, key=lambda trial: trial.values):
        values = ", ".join(f"{value:.6g}" for value in trial.values)
        say(f"  trial {trial.number}: {values}  {shown_params(trial.params)}")
