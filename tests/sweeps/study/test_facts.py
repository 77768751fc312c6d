"""What of a trial is counted."""

from __future__ import annotations

import pytest
from optuna.trial import TrialState, create_trial

from sweeps.study import attributes
from sweeps.study.facts import facts_of
from sweeps.study.trial import Cause, Resumption, attributes_of


@pytest.mark.parametrize(
    ("attrs", "draws"),
    [
        ({}, True),
        (attributes_of(combination='{"x": 1}'), True),
        (attributes_of(retry_of=3), False),
        (attributes_of(resumes=Resumption(2, 1, 5)), False),
        ({attributes.CAUSE: Cause.SURPLUS}, False),
        ({attributes.CAUSE: Cause.LOST}, True),
    ],
)
def test_who_repeats_resumes_or_gives_way_takes_no_draw(attrs: dict[str, object], draws: bool) -> None:
    assert facts_of(create_trial(state=TrialState.FAIL, user_attrs=attrs)).draws == draws


def test_what_a_trial_says_of_others_is_known() -> None:
    attrs = attributes_of(retry_of=3, resumes=Resumption(2, 1, 5), combination="key")
    facts = facts_of(create_trial(state=TrialState.PRUNED, user_attrs=attrs))
    assert (facts.retry_of, facts.resumes, facts.combination) == (3, 2, "key")
    assert (facts.state, facts.surplus, facts.held) == (TrialState.PRUNED, False, "{}")
