"""Published results are what the studies beside them hold."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pandas as pd
import pytest

import sweeps
from sweeps.reports.effects import effects_of
from sweeps.results import tables
from sweeps.results.leaderboard import leaderboard
from sweeps.study.finding import find_study
from tests.conftest import ROOT

RESULTS = sorted(path.parent for path in (ROOT / "docs" / "results").glob("*/leaderboard.csv"))


@pytest.mark.parametrize("folder", RESULTS, ids=lambda folder: folder.name)
def test_a_published_board_is_of_its_study_and_the_page_shows_it(folder: Path) -> None:
    found = find_study(folder / "study")
    board = tables.read(folder / "leaderboard.csv")
    again = leaderboard(found.study, found.folder.path)
    assert board["trial"].tolist() == again["trial"].tolist()
    assert board["value"].equals(again["value"])  # missing where a trial was cut off and another went on
    page = (folder / "README.md").read_text(encoding="utf-8")
    for _, row in board[board["state"] == "COMPLETE"].iterrows():
        assert f"| {row['value']:.2f} | {row['test_loss']:.2f} | {row['test_nll']:.2f} |" in page
    assert set(board["git_commit"].dropna().str[:7]) <= set(re.findall(r"\b[0-9a-f]{7}\b", page))


def test_what_the_report_page_says_is_in_the_runs_record() -> None:
    folder = ROOT / "docs" / "results" / "report"
    page = (folder / "README.md").read_text(encoding="utf-8")
    metrics = json.loads((folder / "record.json").read_text(encoding="utf-8"))["metrics"]
    for part in ("val", "test"):
        told = " | ".join(f"{metrics[f'{part}_{name}']:.2f}" for name in ("loss", "bce", "kl"))
        assert f"| {told} |" in page
    assert f"| {metrics['test_nll']:.2f} |" in page
    shares = [f"{metrics[name]:.1%}".replace("%", " %") for name in ("gen_ambiguous", "gen_ambiguous_1_7")]
    assert f"| 1 | {' | '.join(shares)} |" in page


def test_what_the_encoder_page_says_of_each_choice() -> None:
    found = find_study(ROOT / "docs" / "results" / "encoder" / "study")
    told = effects_of(leaderboard(found.study, found.folder.path), found.study.get_trials(deepcopy=False))
    assert told is not None
    page = (ROOT / "docs" / "results" / "encoder" / "README.md").read_text(encoding="utf-8")
    assert f"--step {told.step} --without {' '.join(str(own.trial) for own in told.left_out)}`" in page
    assert_says(page, told.frame)


def test_what_the_decoder_page_says_of_each_choice() -> None:
    folder = ROOT / "docs" / "results" / "decoder"
    board = tables.read(folder / "leaderboard.csv")
    assert_says((folder / "README.md").read_text(encoding="utf-8"), sweeps.effects(board))


def assert_says(page: str, effects: pd.DataFrame) -> None:
    for _, row in effects.iterrows():
        choice = row["choice"].strip("[]") or "none"
        assert f"| {choice} | {row['effect']:.1f} ({row['low']:.1f} to {row['high']:.1f}) |" in page
