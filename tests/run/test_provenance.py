from __future__ import annotations

import subprocess

from lstm_vae.run import provenance
from tests.conftest import ROOT


def test_software_names_versions_and_the_commit() -> None:
    software = provenance.software()
    assert software["tensorflow_version"].count(".") == 2
    assert software["optuna_version"].startswith("5.")
    if (ROOT / ".git").exists():
        head = subprocess.run(["git", "-C", str(ROOT), "rev-parse", "HEAD"], capture_output=True, text=True)
        assert software["git_commit"] == (head.stdout.strip() or None)
        assert isinstance(software["git_dirty"], bool)


def test_hardware_names_cores_and_processor() -> None:
    hardware = provenance.hardware()
    assert hardware["cores"] >= 1
    assert hardware["processor"]
