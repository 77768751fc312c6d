"""Combinations to try first."""

from __future__ import annotations

import pytest

from sweeps.errors import SweepError
from sweeps.plan.warm_starts import warm_starts
from tests.sweeps.parts import settings_of, space_of


def test_warm_starts_are_values_of_the_search_space() -> None:
    chosen = settings_of("hydra.sweeper.enqueue=[{x:64.0,y:0.5},{y:1},{s:[1,2]},{s:[true,null]},{s:[a,b]}]")
    space = space_of("x=64,128", "y=interval(0,1)", "s=[1,2],[true,null],['a','b']")
    starts = warm_starts(chosen, space, [{"x": 128}], grid=False)
    assert starts[:2] == [{"x": 64, "y": 0.5}, {"y": 1}]
    assert isinstance(starts[0]["x"], int)
    (kind,) = [parameter for parameter in space.parameters if parameter.name == "s"]
    assert [start["s"] for start in starts[2:5]] == list(kind.values or ())
    assert starts[5] == {"x": 128}


@pytest.mark.parametrize(
    ("enqueue", "said"),
    [
        ("[{z:1}]", "hydra.sweeper.enqueue[0]: z is no parameter of the search (x, y)"),
        ("[{x:1},{x:3}]", "hydra.sweeper.enqueue[1]: x=3 is not in the search space (1, 2)"),
        ("[{y:2}]", "hydra.sweeper.enqueue[0]: y=2 is not in the search space (interval(0.0, 1.0))"),
        ("[{x:true}]", "hydra.sweeper.enqueue[0]: x=True is not in the search space"),
        ("[4]", "hydra.sweeper.enqueue[0]=4: must map parameters to values"),
        ("[{}]", "hydra.sweeper.enqueue[0]={}: must map parameters to values"),
    ],
)
def test_a_warm_start_outside_the_search_space_is_refused(enqueue: str, said: str) -> None:
    with pytest.raises(SweepError) as refused:
        warm_starts(
            settings_of(f"hydra.sweeper.enqueue={enqueue}"), space_of("x=1,2", "y=interval(0,1)"), [], False
        )
    assert str(refused.value).startswith(said)
