"""Numbers of trials by what they share, and in their order: as plain sets and lists have them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sweeps.study.indexes import Index, Ordered

PAIRS = st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 5)), max_size=30)


@given(PAIRS)
def test_an_index_has_the_numbers_that_were_put_and_not_taken_away(pairs: list[tuple[str, int]]) -> None:
    index, there = Index(), set[tuple[str, int]]()
    for pair in pairs:  # each one in turn put and taken away
        there ^= {pair}
        index.change(*pair, pair in there)
        assert {key: index[key] for key in "abc"} == {
            key: {number for own, number in there if own == key} for key in "abc"
        }
        assert len(index) == len({key for key, _ in there})
        assert [key in index for key in "abc"] == [bool(index[key]) for key in "abc"]


def test_asking_for_a_key_does_not_make_it() -> None:
    index = Index()
    assert index["a"] == set()
    assert "a" not in index
    assert len(index) == 0


def test_a_number_that_is_put_twice_is_there_once() -> None:
    index = Index()
    index.change("a", 1, True)
    index.change("a", 1, True)
    index.change("a", 1, False)
    assert "a" not in index


@given(st.lists(st.integers(0, 9), max_size=30), st.integers(-1, 10))
def test_numbers_stand_in_their_order(numbers: list[int], limit: int) -> None:
    ordered, there = Ordered(), set[int]()
    for number in numbers:
        there ^= {number}
        ordered.change(number, number in there)
        assert list(ordered) == sorted(there)
        assert len(ordered) == len(there)
        assert [own in ordered for own in range(10)] == [own in there for own in range(10)]
        assert ordered.below(limit) == sum(own < limit for own in there)


def test_they_may_change_while_somebody_goes_through_them() -> None:
    ordered = Ordered()
    for number in range(4):
        ordered.change(number, True)
    seen = []
    for number in ordered:
        ordered.change(number, False)
        seen.append(number)
    assert seen == [0, 1, 2, 3]
    assert list(ordered) == []
