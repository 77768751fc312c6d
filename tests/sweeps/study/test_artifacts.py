"""Files of trials that are kept with their study."""

from __future__ import annotations

import json
from pathlib import Path

from sweeps.study.artifacts import keep_artifacts
from tests.sweeps.parts import journal_study, started


def test_each_file_is_kept_once_in_order(tmp_path: Path) -> None:
    job = tmp_path / "0"
    (job / "figures").mkdir(parents=True)
    (job / "figures" / "folder.png").mkdir()
    for name in ("b.png", "a.png", "c.txt"):
        (job / "figures" / name).write_text(name, encoding="utf-8")
    study = journal_study(tmp_path)
    trial = started(study)
    keep_artifacts(tmp_path / "artifacts", trial, job, ["figures/b*", "figures/*.png", "nothing/*"])
    attrs = study.trials[0].system_attrs
    kept = [json.loads(value) for name, value in attrs.items() if name.startswith("artifacts:")]
    assert [artifact["filename"] for artifact in kept] == ["b.png", "a.png"]
    for artifact in kept:
        path = tmp_path / "artifacts" / artifact["artifact_id"]
        assert path.read_text(encoding="utf-8") == artifact["filename"]


def test_where_nothing_matches_nothing_is_made(tmp_path: Path) -> None:
    keep_artifacts(tmp_path / "artifacts", started(journal_study(tmp_path)), tmp_path, ["*.png"])
    assert not (tmp_path / "artifacts").exists()
