"""A study as a sweep knows it: beside what Optuna has fields for, what it searches and by which program."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from optuna.study import Study

from sweeps.study import attributes


@dataclass(frozen=True, slots=True)
class StudyView:
    """What a study's attributes say."""

    _study: Study

    @property
    def spec(self) -> dict[str, Any] | None:
        """What it searches (`sweeps.plan.fingerprint.Spec`); None of one that is new, or not ours."""
        return self._study.user_attrs.get(attributes.SPEC)

    @property
    def program(self) -> str:
        """How its program is started."""
        return str(self._study.user_attrs.get(attributes.PROGRAM, "python PROGRAM.py"))

    @property
    def n_trials(self) -> int | None:
        """The budget of the last command; None for no number."""
        n_trials: int | None = self._study.user_attrs.get(attributes.BUDGET, {}).get("n_trials")
        return n_trials

    @property
    def columns(self) -> dict[str, str | None]:
        """Columns of records that tables show, and their headings; None for their names."""
        return self._study.user_attrs.get(attributes.COLUMNS, {})

    def note_search(self, spec: Mapping[str, Any], program: str) -> None:
        """Says what a new study searches, and by which program."""
        self._study.set_user_attr(attributes.SPEC, dict(spec))
        self._study.set_user_attr(attributes.PROGRAM, program)

    def note_command(self, n_trials: int | None, columns: Mapping[str, str | None]) -> None:
        """Says what the last command's budget is, and what it has tables show."""
        for name, value in ((attributes.BUDGET, {"n_trials": n_trials}), (attributes.COLUMNS, dict(columns))):
            if self._study.user_attrs.get(name, {}) != value:
                self._study.set_user_attr(name, value)
