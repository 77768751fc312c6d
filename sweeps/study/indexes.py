"""Numbers of trials, kept so that few of many are found at once."""

from __future__ import annotations

import bisect
from collections.abc import Iterator


class Index:
    """Numbers of trials by something that they share."""

    def __init__(self) -> None:
        self._numbers: dict[object, set[int]] = {}

    def __contains__(self, key: object) -> bool:
        return key in self._numbers

    def __len__(self) -> int:
        return len(self._numbers)

    def __getitem__(self, key: object) -> set[int]:
        return self._numbers.get(key, set())

    def change(self, key: object, number: int, present: bool) -> None:
        """Puts a number under a key, or takes it away."""
        if present:
            self._numbers.setdefault(key, set()).add(number)
            return
        self._numbers[key].discard(number)
        if not self._numbers[key]:
            del self._numbers[key]


class Ordered:
    """Numbers in their order."""

    def __init__(self) -> None:
        self._numbers: list[int] = []

    def __len__(self) -> int:
        return len(self._numbers)

    def __iter__(self) -> Iterator[int]:
        return iter(self._numbers.copy())  # whoever goes through them may change the study

    def __contains__(self, number: int) -> bool:
        place = bisect.bisect_left(self._numbers, number)
        return place < len(self._numbers) and self._numbers[place] == number

    def change(self, number: int, present: bool) -> None:
        """Adds a number, or takes it away."""
        place = bisect.bisect_left(self._numbers, number)
        if present:
            self._numbers.insert(place, number)
        else:
            del self._numbers[place]

    def below(self, limit: int) -> int:
        """How many are lower."""
        return bisect.bisect_left(self._numbers, limit)
