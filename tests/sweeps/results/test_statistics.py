"""Intervals, Welch's test and Holm's adjustment: worked examples, other implementations, simulation."""

from __future__ import annotations

import math
import subprocess
import sys

import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from sweeps.results.statistics import holm, mean_interval, paired, welch

# Hours of sleep gained with either of two drugs by ten patients: Student (1908), The probable error of a
# mean, after Cushny and Peebles (1905); R's data set `sleep`.
FIRST = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
SECOND = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]

NUMBERS = st.floats(-1e6, 1e6).map(lambda x: round(x, 3))
SAMPLES = st.lists(NUMBERS, min_size=2, max_size=8)
P_VALUES = st.lists(st.one_of(st.floats(0, 1), st.just(math.nan), st.sampled_from([0.01, 0.5])), max_size=7)


def test_students_interval_of_the_additional_sleep() -> None:
    # R: t.test(extra ~ group, data = sleep, paired = TRUE) gives -2.4598858 to -0.7001142, mean -1.58.
    found = mean_interval(np.subtract(FIRST, SECOND))
    assert found.mean == pytest.approx(-1.58)
    assert (found.low, found.high) == pytest.approx((-2.4598858, -0.7001142), abs=1e-7)
    assert found.n == 10


def test_welch_of_the_two_drugs() -> None:
    # R: t.test(extra ~ group, data = sleep): t = -1.8608, df = 17.776, p-value = 0.07939.
    found = welch(FIRST, SECOND)
    assert found.difference == pytest.approx(0.75 - 2.33)
    assert (found.low, found.high) == pytest.approx((-3.3654832, 0.2054832), abs=1e-7)
    assert found.p == pytest.approx(0.07939, abs=5e-6)
    assert found.degrees == pytest.approx(17.776, abs=5e-4)


def test_the_pairs_of_student() -> None:
    # R: t.test(extra ~ group, data = sleep, paired = TRUE): t = -4.0621, df = 9, p-value = 0.002833.
    found = paired(FIRST, SECOND)
    assert found.difference == pytest.approx(-1.58)
    assert (found.low, found.high) == pytest.approx((-2.4598858, -0.7001142), abs=1e-7)
    assert found.p == pytest.approx(0.002833, abs=5e-7)
    assert found.degrees == 9


@given(st.lists(st.tuples(NUMBERS, NUMBERS), min_size=2, max_size=8), st.sampled_from([0.5, 0.95]))
def test_the_test_of_pairs_is_scipys(pairs: list[tuple[float, float]], confidence: float) -> None:
    a, b = zip(*pairs, strict=True)
    found = paired(a, b, confidence)
    differences = np.subtract(a, b)
    if np.ptp(differences) < 1e-6:
        return  # without spread, or none but of rounding
    theirs = scipy.stats.ttest_rel(a, b)
    assert found.p == pytest.approx(theirs.pvalue, rel=1e-6, abs=1e-12)
    interval = theirs.confidence_interval(confidence)
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high), rel=1e-6, abs=1e-6)
    back = paired(b, a, confidence)
    assert back.difference == pytest.approx(-found.difference)
    assert back.p == pytest.approx(found.p)


def test_pairs_without_spread_or_partner_say_nothing() -> None:
    alike = paired([1.0, 2.0], [0.5, 1.5])
    assert alike.difference == 0.5
    assert all(math.isnan(x) for x in (alike.low, alike.high, alike.p, alike.degrees))
    assert paired([1.0, 2.0], [1.0, 2.0]).p == 1
    assert math.isnan(paired([1.0], [2.0]).p)
    with pytest.raises(ValueError, match="pairs: 2 values and 1"):
        paired([1.0, 2.0], [1.0])


def test_welch_of_samples_of_different_sizes() -> None:
    # https://www.statscodes.com/tests-and-intervals/welchs-two-sample-t-tests-in-r/, the first example.
    found = welch([5.1, 2.0, 4.1, 6.2, 7.1, 8.3], [1.5, 6.4, 3.3, 5.8, 4.8, 7.2, 5.6, 4.5])
    assert (found.low, found.high) == pytest.approx((-1.935420, 3.093754), abs=1e-6)
    assert found.p == pytest.approx(0.617, abs=5e-4)
    assert found.degrees == pytest.approx(9.48, abs=5e-3)


def test_holm_of_five() -> None:
    # The example in the documentation of pingouin.multicomp, method="holm".
    found = holm([0.50, 0.003, 0.32, 0.054, 0.0003])
    assert found == pytest.approx([0.64, 0.012, 0.64, 0.162, 0.0015])


@given(SAMPLES, st.sampled_from([0.5, 0.9, 0.95, 0.999]))
def test_the_interval_is_scipys(values: list[float], confidence: float) -> None:
    found = mean_interval(values, confidence)
    if len(set(values)) == 1:
        assert found.low == found.mean == found.high == values[0]
        return
    theirs = scipy.stats.t.interval(
        confidence, len(values) - 1, loc=np.mean(values), scale=scipy.stats.sem(values)
    )
    scale = max(map(abs, values))
    assert (found.low, found.high) == pytest.approx(theirs, rel=1e-7, abs=1e-7 * scale)


@given(SAMPLES, SAMPLES, st.sampled_from([0.5, 0.9, 0.95, 0.999]))
def test_welch_is_scipys(a: list[float], b: list[float], confidence: float) -> None:
    found = welch(a, b, confidence)
    assert found.difference == pytest.approx(np.mean(a) - np.mean(b), rel=1e-9, abs=1e-6)
    if 1 in (len(set(a)), len(set(b))):
        return  # scipy warns of these
    theirs = scipy.stats.ttest_ind(a, b, equal_var=False)
    assert found.p == pytest.approx(float(theirs.pvalue), rel=1e-5, abs=1e-12)
    assert found.degrees == pytest.approx(float(theirs.df), rel=1e-6)
    interval = theirs.confidence_interval(confidence)
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high), rel=1e-6, abs=1e-3)


@given(P_VALUES)
def test_holm_is_its_definition(p_values: list[float]) -> None:
    adjusted = holm(p_values)
    known = [p for p in p_values if not math.isnan(p)]
    for alpha in {*known, *adjusted, 0.0, 0.05, 1.0} - {math.nan}:
        # Holm (1979): reject in ascending order while p_(i) <= alpha / (m - i + 1).
        rejected = 0
        for i, p in enumerate(sorted(known)):
            if p * (len(known) - i) > alpha:
                break
            rejected += 1
        limit = sorted(known)[rejected - 1] if rejected else -1.0
        for p, q in zip(p_values, adjusted, strict=True):
            assert math.isnan(q) == math.isnan(p)
            if alpha < 1:  # at 1, what is above it was cut
                assert (q <= alpha) == (p <= limit)
    assert all(q <= 1 for q in adjusted if not math.isnan(q))


@pytest.mark.parametrize("p", [-0.1, 1.1, math.inf])
def test_holm_refuses_what_is_no_probability(p: float) -> None:
    with pytest.raises(ValueError, match="at least 0 and at most 1"):
        holm([0.5, p])


def test_one_value_has_a_mean_and_no_interval() -> None:
    one = mean_interval([3.0])
    assert (one.mean, one.n) == (3.0, 1)
    assert math.isnan(one.low)
    assert math.isnan(one.high)
    none = mean_interval([])
    assert none.n == 0
    assert math.isnan(none.mean)
    for a, b in (([3.0], [1.0, 2.0]), ([1.0, 2.0], [3.0]), ([3.0], [3.0])):
        found = welch(a, b)
        assert found.difference == np.mean(a) - np.mean(b)
        assert all(map(math.isnan, (found.low, found.high, found.p, found.degrees)))


def test_no_spread_in_either_sample_says_nothing_of_a_difference() -> None:
    apart = welch([0.1] * 3, [0.3] * 3)  # the mean of 0.1 thrice, summed, is not 0.1
    assert apart.difference == 0.1 - 0.3
    assert all(map(math.isnan, (apart.low, apart.high, apart.p, apart.degrees)))
    alike = welch([0.1] * 3, [0.1] * 7)
    assert (alike.difference, alike.p) == (0.0, 1.0)
    assert math.isnan(alike.low)


def test_spread_in_one_sample_gives_its_degrees() -> None:
    found = welch([1.0, 2.0, 3.0, 4.0], [0.1] * 3)
    alone = mean_interval([0.9, 1.9, 2.9, 3.9])
    assert found.degrees == pytest.approx(3)
    assert (found.low, found.high) == pytest.approx((alone.low, alone.high))


@pytest.mark.parametrize("scale", [1e-200, 1e-160, 1e160, 1e300])
def test_the_unit_does_not_matter(scale: float) -> None:
    plain, scaled = welch(FIRST, SECOND), welch(np.multiply(FIRST, scale), np.multiply(SECOND, scale))
    assert (scaled.p, scaled.degrees) == pytest.approx((plain.p, plain.degrees))
    assert scaled.low / scale == pytest.approx(plain.low)


@pytest.mark.parametrize("odd", [math.inf, -math.inf, math.nan])
def test_values_that_are_not_finite_have_no_interval(odd: float) -> None:
    assert math.isnan(mean_interval([odd, 1.0, 2.0]).low)
    assert math.isnan(welch([odd, 1.0], [1.0, 2.0]).p)
    assert math.isnan(welch([odd, 1.0], [odd, 1.0]).p)
    assert math.isnan(mean_interval([math.inf, -math.inf]).mean)


@pytest.mark.parametrize("confidence", [0.0, 1.0, 95, math.nan])
def test_confidence_is_between_0_and_1(confidence: float) -> None:
    with pytest.raises(ValueError, match="must be above 0 and below 1"):
        mean_interval([1.0], confidence)
    with pytest.raises(ValueError, match="must be above 0 and below 1"):
        welch([1.0], [1.0], confidence)


def test_the_interval_covers_the_mean_as_often_as_it_says() -> None:
    samples = np.random.default_rng(20).normal(7, 3, (6000, 5))
    found = [mean_interval(sample) for sample in samples]
    covered = sum(interval.low <= 7 <= interval.high for interval in found)
    low, high = scipy.stats.binom.interval(0.9999, 6000, 0.95)
    assert low <= covered <= high  # the normal quantile instead of Student's covers 88 %


def test_welch_is_right_as_often_as_it_says_though_the_variances_differ() -> None:
    generator = np.random.default_rng(21)
    pairs = zip(generator.normal(7, 1, (4000, 20)), generator.normal(5, 4, (4000, 6)), strict=True)
    found = [welch(a, b) for a, b in pairs]
    covered = sum(test.low <= 2 <= test.high for test in found)
    # Welch's degrees are an approximation, good to half a per cent; pooled variances cover 74 %.
    low, high = scipy.stats.binom.interval(0.9999, 4000, 0.95)
    assert low - 20 <= covered <= high + 20
    # An interval excludes 0 just when p is below 1 - confidence.
    assert all((test.p < 0.05) == (not test.low <= 0 <= test.high) for test in found)


@settings(max_examples=25)
@given(SAMPLES)
def test_order_does_not_matter(values: list[float]) -> None:
    forth, back = mean_interval(values), mean_interval(values[::-1])
    assert (forth.mean, forth.low) == pytest.approx((back.mean, back.low), rel=1e-9, abs=1e-6)


def test_scipy_stats_stays_out() -> None:
    code = (
        "import sys, sweeps.results.comparison; "
        "print('scipy.stats' in sys.modules, 'scipy.special' in sys.modules)"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert result.stdout == "False True\n"


def test_rounding_is_no_spread() -> None:
    assert math.isnan(paired([0.80, 0.82], [0.83, 0.85]).p)
    assert math.isnan(paired([90.0, 91.0, 92.0], [91.0, 92.0, 93.0]).p)
    assert paired([0.80, 0.82], [0.83, 0.851]).degrees == 1
    assert math.isnan(welch([0.1 + 0.2, 0.3, 0.3], [0.6, 0.7 - 0.1, 0.6]).p)
    assert welch([0.1 + 0.2, 0.3, 0.3], [0.3, 0.3, 0.3]).p != 0
