"""A real study and a campaign on it, made once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hostile.campaign import Campaign
from tests.hostile.studies import make_study


@pytest.fixture(scope="session")
def real_study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_study(tmp_path_factory.mktemp("study"))


@pytest.fixture
def campaign(real_study: Path, tmp_path: Path) -> Campaign:
    return Campaign(tmp_path, real_study)


@pytest.fixture
def run_campaign(real_study: Path, finished_run: Path, tmp_path: Path) -> Campaign:
    return Campaign(tmp_path, real_study, finished_run)
