"""The program of docs/any_program.md, word for word, in a folder of its own."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

from tests.conftest import OUTSIDE, ROOT
from tests.sweeps.conftest import states, study_in


def blocks(language: str) -> list[str]:
    text = (ROOT / "docs" / "any_program.md").read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def test_the_documented_program_is_swept_as_documented(tmp_path: Path) -> None:
    (tmp_path / "bowl.py").write_text(blocks("python")[0], encoding="utf-8")
    words = shlex.split(blocks("bash")[0].replace("\\\n", ""))
    assert words[:2] == ["python", "bowl.py"]
    result = subprocess.run(
        [sys.executable, *words[1:]], cwd=tmp_path, env=OUTSIDE, capture_output=True, text=True, timeout=120
    )
    assert result.returncode == 0, result.stderr
    (folder,) = (tmp_path / "multirun").iterdir()
    trials = study_in(folder).trials
    assert len(trials) == 20
    assert set(states(trials)) == {"COMPLETE", "PRUNED"}
    for trial in trials:
        assert ("bonus" in trial.params) == (trial.params["kind"] == "fancy")
    outside = subprocess.run(
        [sys.executable, "bowl.py", "+x=0.3"],
        cwd=tmp_path,
        env=OUTSIDE,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (outside.returncode, outside.stderr) == (0, "")
