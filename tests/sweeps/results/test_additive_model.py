"""The additive model: worked by other means, and its error rates."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweeps.results.additive_model import AdditiveModel, Factor, UndeterminedError


def crossed(rows: int, columns: int, repeats: int = 1) -> tuple[Factor, Factor]:
    """Two factors, every combination as often."""
    cells = np.array(list(itertools.product(range(rows), range(columns))) * repeats)
    return (
        Factor("a", tuple(f"a{level}" for level in range(rows)), cells[:, 0]),
        Factor("b", tuple(f"b{level}" for level in range(columns)), cells[:, 1]),
    )


def test_a_table_worked_by_hand() -> None:
    """Two by three, in sixths: rows differ by 4, columns by -3, 0 and 3, and what is left are ±1/2 in four
    cells: R = 1 with 2 degrees of freedom."""
    a, b = crossed(2, 3)
    values = np.array([5.5, 7.5, 11.0, 8.5, 12.5, 15.0])
    # Rows' means 8 and 12; columns' 7, 10 and 13.
    model = AdditiveModel.fitted_to((a, b), values)
    assert model.mean == pytest.approx(10)
    assert model.effects(0) == pytest.approx([-2, 2])
    assert model.effects(1) == pytest.approx([-3, 0, 3])
    assert model.degrees == 2
    left = values - np.array([5, 8, 11, 9, 12, 15])
    assert model.variance == pytest.approx((left @ left) / 2)
    # Sums of squares: of rows 3 (4 + 4) = 24, of columns 2 (9 + 0 + 9) = 36.
    assert model.f(0) == pytest.approx(24 / 1 / model.variance)
    assert model.f(1) == pytest.approx(36 / 2 / model.variance)
    # F with 1 and 2 degrees is the square of t with 2, whose tail is known in closed form.
    t = math.sqrt(model.f(0))
    p = 1 - t / math.sqrt(2 + t * t)
    assert model.p(0) == pytest.approx(p)
    assert model.differences(0)[0, 1] == pytest.approx(p)  # of two levels the difference is the factor
    # The interval of an effect of rows: t quantile 4.302653 of 2 degrees, standard error s / sqrt(6).
    assert model.halves(0, 0.95) == pytest.approx([4.302653 * math.sqrt(model.variance / 6)] * 2, rel=1e-6)


@given(st.data())
def test_unbalanced_data_as_the_textbook_solves_them(data: st.DataObject) -> None:
    """Against least squares with one column a level, and residual sums with and without the factor."""
    seed = data.draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    sizes = [int(rng.integers(2, 5)) for _ in range(int(rng.integers(1, 4)))]
    count = sum(sizes) * 3
    factors = []
    for number, size in enumerate(sizes):
        index = np.concatenate([np.arange(size), rng.integers(0, size, count - size)])
        factors.append(Factor(f"f{number}", tuple(map(str, range(size))), rng.permutation(index)))
    values = rng.normal(size=count) * 10.0 ** rng.integers(-3, 4)

    def residual(chosen: list[Factor]) -> float:
        columns = [np.ones(count)]
        columns += [(own.index == level).astype(float) for own in chosen for level in range(len(own.levels))]
        design = np.stack(columns, axis=1)
        return float(np.square(values - design @ np.linalg.pinv(design) @ values).sum())

    try:
        model = AdditiveModel.fitted_to(factors, values)
    except UndeterminedError:
        return
    whole = residual(factors)
    assert model.variance * model.degrees == pytest.approx(whole, rel=1e-6)
    for number, own in enumerate(factors):
        without = residual([factor for factor in factors if factor is not own])
        assert model.f(number) == pytest.approx(
            (without - whole) / (len(own.levels) - 1) / model.variance, rel=1e-5, abs=1e-7
        )
        assert model.effects(number).sum() == pytest.approx(0, abs=1e-9 * np.abs(values).max())


def test_error_rates_are_what_is_promised() -> None:
    """Where nothing matters, 5 % of tests say that a factor does, at most 5 % that a level differs from the
    one that came out best, and at most 5 % that there is an outlier; the interval of an effect holds the
    truth 95 times in 100."""
    rng = np.random.default_rng(0)
    factors = crossed(4, 3, 2)
    told = called = missed = odd = 0
    runs = 2000
    for _ in range(runs):
        model = AdditiveModel.fitted_to(factors, rng.normal(size=24))
        told += model.p(0) < 0.05
        best = int(np.argmin(model.effects(0)))
        called += bool((np.delete(model.differences(0)[best], best) < 0.05).any())
        odd += bool(model.outliers(0.05))
        missed += abs(model.effects(1)[1]) > model.halves(1, 0.95)[1]
    error = 3 * math.sqrt(0.05 * 0.95 / runs)
    assert told / runs == pytest.approx(0.05, abs=error)
    assert missed / runs == pytest.approx(0.05, abs=error)
    for rate in (called / runs, odd / runs):
        assert 0.01 < rate <= 0.05 + error


def test_an_outlier_is_found() -> None:
    factors = crossed(5, 4)
    values = factors[0].index * 3.0 + np.random.default_rng(1).normal(size=20)
    values[7] += 15
    assert AdditiveModel.fitted_to(factors, values).outliers(0.01) == [7]


def test_without_noise_nothing_is_judged() -> None:
    a, b = crossed(3, 3)
    model = AdditiveModel.fitted_to((a, b), 0.1 * a.index + 1e3 * b.index)
    assert model.variance == 0
    assert model.effects(0) == pytest.approx([-0.1, 0, 0.1], abs=1e-9)
    assert math.isnan(model.f(0))
    assert math.isnan(model.p(0))
    assert np.isnan(model.halves(0, 0.95)).all()
    assert np.isnan(model.differences(0)).all()
    assert model.outliers(0.05) == []


def test_too_few_or_entangled_levels_are_refused() -> None:
    a, b = crossed(2, 2)
    short = [Factor(own.name, own.levels, own.index[:3]) for own in (a, b)]
    with pytest.raises(UndeterminedError, match="3 are too few to tell 4 choices from noise"):
        AdditiveModel.fitted_to(short, np.arange(3.0))
    twin = Factor("c", ("c0", "c1"), a.index)
    with pytest.raises(UndeterminedError, match="a and c stand only beside certain others"):
        AdditiveModel.fitted_to((a, twin), np.arange(4.0))
