"""value = mean + an effect of each factor's level + noise, by least squares.

Source: Fisher (1935), The Design of Experiments, chapter 6 (factorial experiments); Searle (1971), Linear
Models, chapters 3 and 5, for data in which not every combination stands equally often.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# `scipy.stats` has these, and costs most of a second to import.
from scipy.special import fdtrc, stdtr, stdtrit

from sweeps.results.statistics import ROUNDING, holm

Matrix = NDArray[np.float64]


class UndeterminedError(ValueError):
    """Data that do not say what each level adds: too few, or levels that stand only beside certain others."""


@dataclass(frozen=True)
class Factor:
    """What may matter, and which of its levels each observation has.

    Attributes:
        name: its own.
        levels: at least two.
        index: of each observation's level, int64 [N]; each level occurs.
    """

    name: str
    levels: tuple[str, ...]
    index: NDArray[np.int64]

    @property
    def coding(self) -> Matrix:
        """float64 [K, K - 1]: coefficients to effects that sum to zero over the levels."""
        count = len(self.levels)
        return np.vstack([np.eye(count - 1), -np.ones(count - 1)])


@dataclass(frozen=True)
class AdditiveModel:
    """The fit.

    Attributes:
        factors: in the order of their coefficients.
        values: float64 [N].
        design: float64 [N, P], ones first.
        columns: of each factor in the design.
        inverse: (X'X)^-1, float64 [P, P].
        coefficients: float64 [P].
        variance: of the noise, s^2; 0 where nothing but rounding is left over.
        degrees: of freedom, N - P.
    """

    factors: Sequence[Factor]
    values: Matrix
    design: Matrix
    columns: Sequence[slice]
    inverse: Matrix
    coefficients: Matrix
    variance: float
    degrees: int

    @classmethod
    def fitted_to(cls, factors: Sequence[Factor], values: Matrix) -> AdditiveModel:
        """Fits.

        Raises:
            UndeterminedError: the message says why.
        """
        blocks = [np.ones((len(values), 1)), *(factor.coding[factor.index] for factor in factors)]
        ends = np.cumsum([block.shape[1] for block in blocks])
        columns = [slice(int(a), int(b)) for a, b in itertools.pairwise(ends)]
        design = np.hstack(blocks)
        degrees = len(values) - design.shape[1]
        if degrees < 1:
            choices = sum(len(factor.levels) for factor in factors)
            raise UndeterminedError(f"{len(values)} are too few to tell {choices} choices from noise")
        if np.linalg.matrix_rank(design) < design.shape[1]:
            names = " and ".join(factor.name for factor in factors)
            raise UndeterminedError(f"some choices of {names} stand only beside certain others")
        inverse = np.linalg.inv(design.T @ design)
        coefficients = inverse @ design.T @ values
        residuals = values - design @ coefficients
        if np.abs(residuals).max() <= ROUNDING * np.abs(values).max():
            residuals = np.zeros_like(residuals)
        variance = float(residuals @ residuals) / degrees
        return cls(factors, values, design, columns, inverse, coefficients, variance, degrees)

    @property
    def mean(self) -> float:
        """Over all levels, each weighing the same."""
        return float(self.coefficients[0])

    @property
    def fitted(self) -> Matrix:
        """What the levels of each observation add up to, float64 [N]."""
        return self.design @ self.coefficients

    def effects(self, number: int) -> Matrix:
        """Of a factor's levels, float64 [K]; they sum to zero."""
        return self.factors[number].coding @ self.coefficients[self.columns[number]]

    def halves(self, number: int, confidence: float) -> Matrix:
        """How far the interval of each effect reaches to either side, float64 [K]; NaN without noise."""
        errors = np.sqrt(np.diag(self._covariance(number)))
        half = -float(stdtrit(self.degrees, (1 - confidence) / 2)) * errors
        return half if self.variance else np.full_like(half, math.nan)

    def f(self, number: int) -> float:
        """F = ((R' - R) / (K - 1)) / (R / degrees), with R' and R the sums of squares left over without the
        factor and with it; NaN without noise.

        R' - R is b' V^-1 b, of the factor's coefficients b and their block V of (X'X)^-1 (Searle 1971, 3.6).
        """
        if not self.variance:
            return math.nan
        own, block = self.coefficients[self.columns[number]], self._block(number)
        return float(own @ np.linalg.solve(block, own)) / len(own) / self.variance

    def p(self, number: int) -> float:
        """Of "the factor's levels are all alike"; NaN without noise."""
        return float(fdtrc(len(self.factors[number].levels) - 1, self.degrees, self.f(number)))

    def differences(self, number: int) -> Matrix:
        """p of "these two levels are alike", float64 [K, K], adjusted by Holm over all pairs; NaN on the
        diagonal, and without noise."""
        effects, covariance = self.effects(number), self._covariance(number)
        one, other = np.triu_indices(len(effects), 1)
        spread = covariance[one, one] + covariance[other, other] - 2 * covariance[one, other]
        with np.errstate(divide="ignore", invalid="ignore"):
            t = np.abs(effects[one] - effects[other]) / np.sqrt(spread)
        p = np.full((len(effects),) * 2, math.nan)
        if self.variance:
            p[one, other] = p[other, one] = holm(2 * stdtr(self.degrees, -t))
        return p

    def outliers(self, level: float) -> list[int]:
        """Observations that the model does not fit: whose externally studentised residual has, by Bonferroni,
        a probability below the level (Cook & Weisberg 1982, Residuals and Influence in Regression, 2.2)."""
        if not self.variance or self.degrees < 2:
            return []
        leverage = np.einsum("ij,jk,ik->i", self.design, self.inverse, self.design)
        free = 1 - leverage
        judged = free > 1e-9  # of the others nothing is left over, whatever their value
        residuals = (self.values - self.fitted)[judged]
        others = (self.variance * self.degrees - np.square(residuals) / free[judged]) / (self.degrees - 1)
        with np.errstate(divide="ignore"):
            t = np.abs(residuals) / np.sqrt(np.maximum(others, 0) * free[judged])
        p = 2 * stdtr(self.degrees - 1, -t) * len(self.values)
        return [int(row) for row in np.flatnonzero(judged)[p < level]]

    def _block(self, number: int) -> Matrix:
        return self.inverse[self.columns[number], self.columns[number]]

    def _covariance(self, number: int) -> Matrix:
        """Of the effects of a factor's levels."""
        coding = self.factors[number].coding
        return self.variance * coding @ self._block(number) @ coding.T
