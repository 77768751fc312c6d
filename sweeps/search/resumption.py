"""Which stopped trials go on: the promoted ones of a search, the reinstated ones of a race."""

from __future__ import annotations

from collections.abc import Callable

from optuna.study import Study

from sweeps.search.budget import Budget
from sweeps.search.promotion import enqueue_promotion
from sweeps.search.reinstatement import enqueue_reinstated
from sweeps.settings import Settings
from sweeps.study.tally import Tally


def enqueue_resumed(
    study: Study, settings: Settings, races: bool, budget: Budget, tally: Callable[[], Tally]
) -> None:
    """Enqueues the trials that go on with stopped ones, as long as the budget allows for it.

    Args:
        races: whether the study is a race of finalists.
        tally: counts the study's trials.
    """
    if not (races or settings.promotes) or not budget.may_promote(tally()):
        return
    if races:
        enqueue_reinstated(study, settings.retries)
    else:
        enqueue_promotion(study)
