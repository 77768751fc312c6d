"""What a job returned, and what its trial is then."""

from __future__ import annotations

import decimal
import json
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as nps
from optuna.trial import TrialState

from sweeps.results.outcome import Outcome
from tests.sweeps.parts import settings_of
from tests.sweeps.workers.outcomes import ONE, MuteError, outcome_of

TWO = settings_of("hydra.sweeper.direction=[minimize,maximize]")
BEST = settings_of("hydra.sweeper.direction=maximize")


class Liar(Sequence[float]):
    """Says that it has another number of items than it has."""

    def __init__(self, said: int, has: int) -> None:
        self._said, self._has = said, has

    def __len__(self) -> int:
        return self._said

    def __getitem__(self, index: Any) -> Any:
        raise KeyError

    def __iter__(self) -> Iterator[float]:
        return iter([1.0] * self._has)


class Raising(Sequence[float]):
    """Whatever it is asked, it raises."""

    def __len__(self) -> int:
        raise KeyError

    def __getitem__(self, index: Any) -> Any:
        raise KeyError

    def __float__(self) -> float:
        raise MemoryError

    def __repr__(self) -> str:
        raise RecursionError


@pytest.mark.parametrize("chosen", [ONE, BEST], ids=["minimize", "maximize"])
@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (math.nan, "the job returned NaN"),
        (np.float32("nan"), "the job returned NaN"),
        (decimal.Decimal("NaN"), "the job returned NaN"),
        (math.inf, "the job returned inf; the study needs a finite number"),
        (-math.inf, "the job returned -inf; the study needs a finite number"),
        (10**400, "the job returned inf; the study needs a finite number"),
        (None, "the job returned None; the study needs a number"),
        (True, "the job returned True; the study needs a number"),
        ("1.5", "the job returned '1.5'; the study needs a number"),
        (b"1.5", "the job returned b'1.5'; the study needs a number"),
        (1j, "the job returned 1j; the study needs a number"),
        ({"loss": 1.0}, "the job returned {'loss': 1.0}; the study needs a number"),
        ((1.0, 2.0), "the job returned 2 values; hydra.sweeper.direction names 1"),
        ([], "the job returned 0 values; hydra.sweeper.direction names 1"),
        (np.array([1.0, 2.0]), "the job returned 2 values; hydra.sweeper.direction names 1"),
        (((1.0,),), "the job returned (1.0,); the study needs a number"),
        (range(10**12), "the job returned 1000000000000 values; hydra.sweeper.direction names 1"),
        (Liar(1, 3), "the job returned 1 values; hydra.sweeper.direction names 1"),
        (Liar(1, 0), "the job returned 1 values; hydra.sweeper.direction names 1"),
    ],
    ids=lambda value: value[17:40] if isinstance(value, str) else "",
)
def test_a_job_that_returned_no_finite_number_failed_and_says_so(
    value: Any, reason: str, chosen: Any
) -> None:
    assert outcome_of(value, chosen) == Outcome(TrialState.FAIL, (), reason)


def test_a_value_that_raises_has_failed() -> None:
    said = outcome_of(Raising()).reason
    assert said.startswith("the job returned <Raising instance at ")
    assert said.endswith(": KeyError")


@pytest.mark.parametrize(
    "value", [0, -1.5, np.float32(1.5), np.array([1.5]), (1.5,), [1], 1e308, 5e-324, decimal.Decimal("1.5")]
)
def test_a_number_is_the_trials_value(value: Any) -> None:
    wanted = value[0] if isinstance(value, (tuple, list, np.ndarray)) else value
    assert outcome_of(value) == Outcome(TrialState.COMPLETE, (float(wanted),))


@pytest.mark.parametrize("value", [(1, 2), [1.0, 2.0], np.array([1, 2]), (np.float32(1), np.array([2.0]))])
def test_several_objectives_take_a_number_each(value: Any) -> None:
    assert outcome_of(value, TWO) == Outcome(TrialState.COMPLETE, (1.0, 2.0))


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (1.5, "the job returned 1.5; the study needs 2 numbers"),
        (None, "the job returned None; the study needs 2 numbers"),
        ("ab", "the job returned 'ab'; the study needs 2 numbers"),
        ({1: 1, 2: 2}, "the job returned {1: 1, 2: 2}; the study needs 2 numbers"),
        ({1, 2}, "the job returned {1, 2}; the study needs 2 numbers"),
        ((1.5,), "the job returned 1 values; hydra.sweeper.direction names 2"),
        ((1, 2, 3), "the job returned 3 values; hydra.sweeper.direction names 2"),
        ((1, None), "the job returned None; the study needs a number"),
        ((1, math.nan), "the job returned NaN"),
        ((math.inf, 1), "the job returned inf; the study needs a finite number"),
        (((1, 2), (3, 4)), "the job returned (1, 2); the study needs a number"),
    ],
    ids=lambda value: value[17:40] if isinstance(value, str) else "",
)
def test_several_objectives_take_nothing_else(value: Any, reason: str) -> None:
    assert outcome_of(value, TWO) == Outcome(TrialState.FAIL, (), reason)


def test_an_objective_of_the_record_is_taken_whatever_the_job_returned(tmp_path: Path) -> None:
    chosen = settings_of("hydra.sweeper.objective=[loss]")
    (tmp_path / "record.json").write_text(json.dumps({"metrics": {"loss": 1.5}}))
    assert outcome_of(None, chosen, tmp_path) == Outcome(TrialState.COMPLETE, (1.5,))
    (tmp_path / "record.json").write_text(json.dumps({"metrics": {"loss": math.nan}}))
    failed = outcome_of(1.5, chosen, tmp_path)
    said = "hydra.sweeper.objective=loss: is nan, not a finite number; the record has none"
    assert failed == Outcome(TrialState.FAIL, (), said)


class Made:
    """An object of whose methods each may raise."""

    def __init__(self, raised: dict[str, Exception], number: float) -> None:
        self._raised, self._number = raised, number

    def _maybe(self, name: str) -> None:
        if name in self._raised:
            raise self._raised[name]

    def __float__(self) -> float:
        self._maybe("float")
        return self._number

    def __repr__(self) -> str:
        self._maybe("repr")
        return "\udcff\n\x00" * 99

    def __iter__(self) -> Iterator[float]:
        self._maybe("iter")
        return iter([self._number])

    def __len__(self) -> int:
        self._maybe("len")
        return 1

    @property
    def shape(self) -> tuple[int, ...]:
        self._maybe("shape")
        return (1,)

    def __getattr__(self, name: str) -> Any:
        self._maybe("attribute")
        raise AttributeError(name)


errors = st.sampled_from([ValueError("a\nb"), KeyError(), OverflowError(), MuteError()])
made = st.builds(
    Made,
    st.dictionaries(st.sampled_from(["float", "repr", "iter", "len", "shape", "attribute"]), errors),
    st.floats(),
)
plain = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.complex_numbers(), st.text(), st.binary(),
    st.decimals(), st.fractions(), st.dates(), st.timedeltas(), st.uuids(), st.functions(), made,
    nps.arrays(nps.scalar_dtypes(), nps.array_shapes(min_dims=0, max_dims=2, min_side=0, max_side=3)),
    nps.scalar_dtypes().flatmap(lambda kind: nps.arrays(kind, ()).map(lambda array: array[()])),
)  # fmt: skip
anything = st.recursive(
    plain,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(st.text(max_size=3), inner, max_size=3),
        st.lists(inner, max_size=3).map(iter),
    ),
    max_leaves=4,
)


@given(anything, st.sampled_from([ONE, BEST, TWO]))
@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_a_job_returns_its_trial_is_complete_with_finite_numbers_or_says_why_not(
    value: Any, chosen: Any
) -> None:
    outcome = outcome_of(value, chosen)
    if outcome.state == TrialState.COMPLETE:
        assert len(outcome.values) == len(chosen.directions)
        assert all(type(number) is float and math.isfinite(number) for number in outcome.values)
        assert outcome.reason == ""
    else:
        assert outcome.state == TrialState.FAIL
        assert outcome.values == ()
        assert outcome.reason.startswith("the job returned ")
        assert len(outcome.reason.splitlines()) == 1
        assert len(outcome.reason) <= 500
        outcome.reason.encode("utf-8")
