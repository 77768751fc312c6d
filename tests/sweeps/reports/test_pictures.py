"""Pictures of the best trials' folders: those that are pictures, and theirs."""

from __future__ import annotations

from pathlib import Path

import pytest

from sweeps.reports import pictures
from sweeps.reports.content import Content, content_of
from sweeps.reports.pictures import pictures_of
from sweeps.study.finding import find_study
from tests.sweeps.reports.studies import PNG, make_study


@pytest.fixture
def content(tmp_path: Path) -> Content:
    make_study(tmp_path / "s")
    return content_of(find_study(tmp_path / "s"), 3)


def test_the_best_trials_stand_side_by_side(content: Content) -> None:
    (content.path / "6" / "extra.png").write_bytes(PNG)
    found = pictures_of(content, 2)
    assert [trial.number for trial in found.trials] == [7, 6]
    assert [row.name for row in found.rows] == ["samples", "extra"]
    assert found.rows[1].images[0] is None
    assert str(found.rows[1].images[1]).startswith("data:image/png;base64,")


def test_none_are_shown_where_none_are_wanted_or_left(content: Content) -> None:
    assert pictures_of(content, 0).rows == ()
    for number in (7, 6, 5):
        (content.path / str(number) / "figures" / "samples.png").unlink()
    assert pictures_of(content, 3).rows == ()


def test_what_is_no_picture_or_too_large_or_elsewhere_is_left_out(
    content: Content, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "LARGEST", len(PNG))
    figures = content.path / "7" / "figures"
    (figures / "samples.png").unlink()
    (figures / "text.png").write_text("no picture", encoding="utf-8")
    (figures / "large.png").write_bytes(PNG + b"0")
    (tmp_path / "private.png").write_bytes(PNG)
    (figures / "link.png").symlink_to(tmp_path / "private.png")
    assert pictures_of(content, 1).rows == ()
