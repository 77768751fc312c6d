"""A figure is a whole picture, and nothing of it stays behind."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
import matplotlib.image
import matplotlib.pyplot as plt
import pytest

from lstm_vae.figures.style import STYLE, figure


def test_a_picture_has_the_size_that_was_asked_for(tmp_path: Path) -> None:
    with figure(tmp_path / "deep" / "a.png", 2, 1) as drawn:
        drawn.add_subplot().plot([1, 2])
    height, width = matplotlib.image.imread(tmp_path / "deep" / "a.png").shape[:2]
    assert (width, height) == (2 * STYLE["savefig.dpi"], STYLE["savefig.dpi"])
    assert [path.name for path in tmp_path.rglob("*")] == ["deep", "a.png"]


def test_a_figure_that_fails_leaves_the_old_picture(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_text("old")
    with pytest.raises(ZeroDivisionError), figure(tmp_path / "a.png", 2, 1):
        _ = 1 / 0
    with pytest.raises(ValueError, match="Format 'odd' is not supported"), figure(tmp_path / "a.odd", 2, 1):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]
    assert (tmp_path / "a.png").read_text() == "old"
    assert plt.get_fignums() == []


def test_the_look_is_that_of_the_figure_and_of_nothing_else(tmp_path: Path) -> None:
    with mpl.rc_context():
        mpl.rcdefaults()
        before = mpl.rcParams.copy()
        with figure(tmp_path / "a.png", 2, 1) as drawn:
            assert {name: mpl.rcParams[name] for name in STYLE} == STYLE
            assert not drawn.add_subplot().spines["top"].get_visible()
        assert mpl.rcParams == before
    assert plt.get_fignums() == []


@pytest.mark.parametrize("suffix", [".png", ".pdf", ".svg"])
def test_a_picture_is_of_the_kind_that_its_name_says(tmp_path: Path, suffix: str) -> None:
    with figure(tmp_path / f"a{suffix}", 2, 1):
        pass
    start = {".png": b"\x89PNG", ".pdf": b"%PDF", ".svg": b"<?xml"}[suffix]
    assert (tmp_path / f"a{suffix}").read_bytes().startswith(start)
