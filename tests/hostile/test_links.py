"""Folders that were sent lead elsewhere: nothing is read, written or deleted there."""

from __future__ import annotations

import os
import shutil

import pytest

from sweeps.__main__ import main
from tests.hostile import values
from tests.hostile.campaign import Campaign
from tests.hostile.watching import Place, watched

pytestmark = pytest.mark.long


def jobs_moved(place: Place, folder: str) -> None:
    """Says that every job of the study has run in a folder."""
    path = place.sent / "study.journal"
    lines = values.lines_of(path)
    for line in lines:
        job = line.get("user_attr", {}).get("sweeps:job") or line.get("user_attrs", {}).get("sweeps:job")
        if job is not None:
            job.update(folder=folder, replicates=[folder, folder])
    values.write_lines(path, lines)


ELSEWHERE = [
    "../outside",
    "{outside}",
    ".",
    "..",
    "0/../../outside",
    "link",
    "link/../../outside",
    "",
    "conf/..",
]
ELSEWHERE += ["C:\\x", "\x00", "../sent-other"]


@pytest.mark.parametrize("folder", ELSEWHERE)
def test_gc_deletes_nothing_elsewhere(campaign: Campaign, folder: str) -> None:
    def change(place: Place) -> None:
        (place.sent / "link").symlink_to(place.outside)
        jobs_moved(place, folder.format(outside=place.outside))
        (place.sent / "checkpoints").mkdir()
        (place.sent / "checkpoints" / "mine").write_bytes(b"x")

    assert campaign.study_with(folder, change).wrong == []


def test_gc_follows_no_link(campaign: Campaign) -> None:
    left = []

    def change(place: Place) -> None:
        for trial in place.sent.glob("[0-9]*"):
            for checkpoints in list(trial.rglob("checkpoints")):
                shutil.rmtree(checkpoints)
                checkpoints.symlink_to(place.outside / "checkpoints")
        outcome = watched(place, lambda: main(["gc", str(place.sent), "--keep", "1", "--yes"]))
        left.append((outcome.code, outcome.out, outcome.wrong))

    assert campaign.study_with("links", change, ("gc",)).wrong == []
    assert left == [(0, "nothing to delete\n", [])]


def test_gc_spares_what_a_kept_trial_shares(campaign: Campaign) -> None:
    def change(place: Place) -> None:
        jobs_moved(place, "0")
        (place.sent / "0" / "checkpoints").mkdir(exist_ok=True)
        watched(place, lambda: main(["gc", str(place.sent), "--keep", "1", "--yes"]))
        assert (place.sent / "0" / "checkpoints").is_dir()

    assert campaign.study_with("one folder for all", change, ("gc",)).wrong == []


def test_nothing_is_written_through_a_link(campaign: Campaign) -> None:
    def change(place: Place) -> None:
        for name in ("trials.csv", "leaderboard.csv", ".lock", f".partial-{os.getpid()}-leaderboard.csv",
                     f".partial-{os.getpid()}-trials.csv"):  # fmt: skip
            (place.sent / name).unlink(missing_ok=True)
            (place.sent / name).symlink_to(place.outside / "letter.txt")

    assert campaign.study_with("links", change).wrong == []


def test_links_in_circles_are_walked_once(campaign: Campaign) -> None:
    def change(place: Place) -> None:
        above = place.sent / "above"
        above.mkdir()
        (place.sent / "spec.yaml").unlink()
        for number in range(12):
            (above / f"link{number}").symlink_to(above)

    assert campaign.study_with("circles", change, ("list",)).wrong == []
