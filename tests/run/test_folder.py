from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from lstm_vae.config.run_config import RunConfig
from lstm_vae.errors import UserError
from lstm_vae.run.folder import RunFolder, claim, claim_named, next_number, sole_user
from tests.conftest import OUTSIDE


def test_a_claimed_name_gets_a_number(tmp_path: Path) -> None:
    names = [claim(tmp_path / "outputs" / "now").name for _ in range(3)]
    assert names == ["now", "now-2", "now-3"]


def test_a_named_folder_must_be_new_or_empty(tmp_path: Path) -> None:
    assert claim_named(tmp_path / "new").is_dir()
    assert claim_named(tmp_path / "new").is_dir()
    (tmp_path / "new" / "thesis.tex").touch()
    with pytest.raises(UserError, match="must be a new or empty folder"):
        claim_named(tmp_path / "new")


def test_a_file_in_the_way_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for way in (claim, claim_named):
        with pytest.raises(UserError, match="cannot be made"):
            way(tmp_path / "file" / "run")


def test_the_configuration_reads_back(tmp_path: Path) -> None:
    config = RunConfig().replace(encoder__hidden=[256, 128], training__learning_rate=1e-5, encoder__fc=[])
    RunFolder(tmp_path).write_config(config)
    assert RunFolder(tmp_path).read_config() == config


@pytest.mark.parametrize("content", ["- 1", "a: [", "encoder: {hiden: 3}", ""])
def test_a_damaged_configuration_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "config.yaml").write_text(content)
    with pytest.raises(UserError):
        RunFolder(tmp_path).read_config()
    with pytest.raises(UserError, match="no such run folder"):
        RunFolder(tmp_path / "none").read_config()


@pytest.mark.skipif(sys.platform == "win32", reason="no file locks of this kind")
def test_one_process_at_a_time_works_on_a_run(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom pathlib import Path\nfrom lstm_vae.errors import UserError\n"
        "from lstm_vae.run.folder import RunFolder, sole_user\n"
        "try:\n  with sole_user(RunFolder(Path(sys.argv[1]))): print('mine')\n"
        "except UserError as e: print(e)"
    )

    def other() -> str:
        return subprocess.run(
            [sys.executable, "-c", code, str(tmp_path)],
            env=OUTSIDE,
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        ).stdout

    with sole_user(RunFolder(tmp_path)):
        assert "another process works on this run" in other()
    assert other() == "mine\n"


def test_earlier_parts_of_a_run_are_kept(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    folder.set_aside()
    for part in ("one", "two"):
        folder.record.write_text(part)
        folder.model.write_text(part)
        folder.set_aside()
        assert folder.model.read_text() == part  # it goes when the record says that another part has begun
        folder.model.unlink()
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "model.1.keras", "model.2.keras", "record.1.json", "record.2.json", "record.json",
    ]  # fmt: skip
    assert (tmp_path / "model.2.keras").read_text() == "two"


def test_what_was_deleted_makes_no_room_for_another(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    for part in ("one", "two", "three"):
        folder.record.write_text(part)
        if part == "three":
            (tmp_path / "record.1.json").unlink()
        folder.set_aside()
    assert (tmp_path / "record.2.json").read_text() == "two"
    assert (tmp_path / "record.3.json").read_text() == "three"
    (tmp_path / "record.mine.json").touch()
    assert next_number(tmp_path, "record.*.json") == 4


def test_a_configuration_of_an_earlier_version_reads_as_what_that_did(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    config = RunConfig()
    assert config.encoder.initial_mean_std is not None
    folder.write_config(config)
    lines = folder.config.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if "initial_mean_std" not in line]
    assert len(kept) == len(lines) - 1
    folder.config.write_text("".join(kept), encoding="utf-8")
    assert folder.read_config() == config.replace(encoder__initial_mean_std=None)
    folder.config.write_text("".join(line for line in lines if "relocation" not in line), encoding="utf-8")
    assert folder.read_config() == config.replace(training__relocation=0.0)
