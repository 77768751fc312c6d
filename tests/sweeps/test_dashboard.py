"""optuna-dashboard, started on a study that a sweep has left."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import OUTSIDE
from tests.sweeps.conftest import Sweep, wait_for

Ask = Callable[[str], bytes]


@pytest.fixture
def study(sweep: Sweep, tmp_path: Path) -> Path:
    """Of two trials of three steps, with their configurations as artifacts."""
    result = sweep(
        *("x=0.1,0.2", "steps=3", "hydra.sweep.dir=study", "hydra.sweeper.artifacts=['.hydra/o*.yaml']"),
    )
    assert result.returncode == 0, result.stderr
    return tmp_path / "study"


@pytest.fixture
def ask(study: Path) -> Iterator[Ask]:
    """Asks the dashboard of it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    words = [str(Path(sys.executable).parent / "optuna-dashboard"), str(study / "study.journal")]
    words += ["--artifact-dir", str(study / "artifacts"), "--port", str(port)]
    log = (study / "dashboard.log").open("wb")
    with log, subprocess.Popen(words, env=OUTSIDE, stdout=log, stderr=log) as process:

        def get(path: str) -> bytes:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=30) as response:
                return bytes(response.read())

        def is_up() -> bool:
            assert process.poll() is None, (study / "dashboard.log").read_text(encoding="utf-8")
            try:
                return bool(get("/api/studies"))
            except urllib.error.URLError:
                return False

        try:
            wait_for(is_up)
            yield get
        finally:
            process.kill()


def test_it_shows_values_by_step_and_the_files_of_each_trial(ask: Ask, study: Path) -> None:
    (summary,) = json.loads(ask("/api/studies"))["study_summaries"]
    detail: Any = json.loads(ask(f"/api/studies/{summary['study_id']}"))
    assert [trial["number"] for trial in detail["trials"]] == [0, 1]
    for trial in detail["trials"]:
        assert trial["state"] == "Complete"
        assert [value["step"] for value in trial["intermediate_values"]] == [1, 2, 3]
        (artifact,) = trial["artifacts"]
        assert artifact["filename"] == "overrides.yaml"
        file = ask(f"/artifacts/{summary['study_id']}/{trial['trial_id']}/{artifact['artifact_id']}")
        assert file == (study / str(trial["number"]) / ".hydra" / "overrides.yaml").read_bytes()


def test_files_that_cannot_be_kept_fail_no_trial(sweep: Sweep, tmp_path: Path) -> None:
    words = ("x=0.1,0.2", "hydra.sweep.dir=study")
    assert sweep(*words, "hydra.sweeper.n_trials=1").returncode == 0
    (tmp_path / "study" / "artifacts").write_text("in the way", encoding="utf-8")
    result = sweep(*words, "hydra.sweeper.artifacts=.hydra/config.yaml")
    assert result.returncode == 0, result.stderr
    assert "trial 1: its artifacts are not kept: " in result.stderr
    assert "2 complete" in result.stdout


def test_without_patterns_there_is_no_folder_for_them(sweep: Sweep, tmp_path: Path) -> None:
    assert sweep("x=0.1", "hydra.sweep.dir=study").returncode == 0
    assert "artifacts" not in os.listdir(tmp_path / "study")  # noqa: PTH208
