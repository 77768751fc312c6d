"""Runs that were sent: loading, scoring, drawing and resuming give a right result, or one line and exit code
2."""

from __future__ import annotations

import functools
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lstm_vae.config.run_config import RunConfig
from lstm_vae.model import build_vae
from lstm_vae.run.loading import least_parameters
from tests.conftest import OUTSIDE, ROOT
from tests.hostile import mutation, runs
from tests.hostile.campaign import RUN_READERS, Campaign
from tests.hostile.test_studies import MUTATIONS
from tests.hostile.watching import Outcome, Place, judge, place_for, watched

FUZZ = settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
RIGHT = ("a cycle", "a member above the folder", "a config that", "a config with")


def test_an_honest_run_is_read_by_every_command(run_campaign: Campaign) -> None:
    codes = {}

    def keep(place: Place) -> None:
        for name, run in runs.commands(place).items():
            outcome = watched(place, run)
            codes[name] = outcome.code, outcome.wrong

    assert run_campaign.run_with("nothing changed", keep, ("load",)).wrong == []
    assert codes == dict.fromkeys(("load", "evaluate", "generate", "resume"), (0, []))


KINDS = (
    *mutation.PLACES,
    "empty",
    "zeros",
    "no UTF-8",
    "deep mappings",
    "a list",
    "a pickle",
    "torn at 80 %",
)


@pytest.mark.parametrize("name", runs.FILES)
def test_anything_in_a_files_place(run_campaign: Campaign, name: str) -> None:
    for kind in KINDS:
        example = run_campaign.run_with(
            kind, functools.partial(replaced, name=name, kind=kind), RUN_READERS[name]
        )
        assert example.wrong == [], kind


def replaced(place: Place, name: str, kind: str) -> None:
    mutation.replace_by(place.sent / name, kind)


def tried(run: Path, root: Path, name: str, change: Callable[[Path], None], command: str) -> Outcome:
    place = place_for(root / "place", run)
    change(place.sent / name)
    outcome = watched(place, runs.commands(place)[command])
    shutil.rmtree(place.root)
    return outcome


@pytest.mark.slow
def test_states_that_are_none(finished_run: Path, tmp_path: Path) -> None:
    name = "checkpoints/last.npz"
    for what in runs.npz_variants(finished_run / name):
        change = functools.partial(varied, variants=runs.npz_variants, what=what)
        outcome = tried(finished_run, tmp_path, name, change, "resume")
        assert (outcome.code, outcome.wrong) == (0 if what == "not finite" else 2, []), what


def test_models_that_are_none_or_bring_more(finished_run: Path, tmp_path: Path) -> None:
    for what in runs.keras_variants(finished_run / "model.keras"):
        change = functools.partial(varied, variants=runs.keras_variants, what=what)
        outcome = tried(finished_run, tmp_path, "model.keras", change, "load")
        assert (outcome.code, outcome.wrong) == (0 if what.startswith(RIGHT) else 2, []), what


def varied(path: Path, variants: Callable[[Path], dict[str, Callable[[], None]]], what: str) -> None:
    variants(path)[what]()


@pytest.mark.parametrize("name", runs.FILES)
@FUZZ
@given(mutations=MUTATIONS)
def test_some_bytes_changed(
    real_study: Path,
    finished_run: Path,
    tmp_path_factory: pytest.TempPathFactory,
    name: str,
    mutations: list[mutation.Mutation],
) -> None:
    root = tmp_path_factory.mktemp("fuzz")
    assert Campaign(root, real_study, finished_run).mutated_run(name, mutations).wrong == []
    shutil.rmtree(root)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["config.yaml", "record.json"])
@FUZZ
@given(seed=st.integers(0, 2**32))
def test_values_where_others_belong(
    real_study: Path, finished_run: Path, tmp_path_factory: pytest.TempPathFactory, name: str, seed: int
) -> None:
    root = tmp_path_factory.mktemp("values")
    example = Campaign(root, real_study, finished_run).misplaced_run(name, random.Random(seed))
    assert example.wrong == [], example.what
    shutil.rmtree(root)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"hidden": [64, 32], "bidirectional": True, "fc": [], "latent_dim": 5},
        {"hidden": [7], "fc": [9, 4, 6], "latent_dim": 4},
    ],
)
@pytest.mark.parametrize("filters", [[5], [8, 4], [6, 5, 4]])
def test_the_number_of_weights_is_known_before_the_model(
    changes: dict[str, object], filters: list[int]
) -> None:
    config = RunConfig.from_mapping({"encoder": changes, "decoder": {"filters": filters, "fc": [11]}})
    assert least_parameters(config) == build_vae(config).count_params()


def changed(config: Path, **encoder: object) -> None:
    values = yaml.safe_load(config.read_text(encoding="utf-8"))
    values["encoder"] |= encoder
    config.write_text(yaml.safe_dump(values), encoding="utf-8")


@pytest.mark.parametrize(
    "encoder",
    [{"hidden": [2**31 - 1]}, {"hidden": [1] * 5000}, {"latent_dim": 2**31 - 1}, {"fc": [10**9, 10**9]},
     {"hidden": [10**400]}, {"kind": "os.system"}, {"kind": "antigravity.GRUEncoder"}, {"kind": ".x.Y"},
     {"kind": "a..b"}, {"kind": "lstm_vae.model.encoder.Encoder"}, {"kind": "lstm_vae.model.VAE"},
     {"activation": "${oc.env:HOME}"}, {"kind": "no_such.Thing"}, {"kind": "keras.Model"}],
)  # fmt: skip
def test_configurations_of_another_model(
    finished_run: Path, tmp_path: Path, encoder: dict[str, object]
) -> None:
    for command in ("load", "resume"):
        outcome = tried(finished_run, tmp_path, "config.yaml", lambda path: changed(path, **encoder), command)
        assert (outcome.code, outcome.wrong) == (2, [])
    assert "antigravity" not in sys.modules


CODE = """
from pathlib import Path
Path("canary").touch()
class Evil:
    pass
"""


@pytest.mark.parametrize("command", ["load", "resume"])
def test_a_module_beside_the_run_is_not_imported(finished_run: Path, tmp_path: Path, command: str) -> None:
    place = place_for(tmp_path / "place", finished_run)
    for folder in (place.root, place.sent):
        (folder / "brought.py").write_text(CODE, encoding="utf-8")
    changed(place.sent / "config.yaml", kind="brought.Evil")
    code = {
        "load": "import lstm_vae; lstm_vae.load('sent')",
        "resume": "from lstm_vae import train; from lstm_vae.command import exits; exits.run(train.train)",
    }[command]
    words = {"load": [], "resume": ["training.resume=sent", "training.epochs=5"]}[command]
    done = subprocess.run(
        [sys.executable, "-c", code, *words], cwd=place.root, env={**OUTSIDE, "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode != 0
    assert "encoder.kind=brought.Evil: the run names code that is not imported" in done.stderr
    assert not place.canary.exists()


def test_a_run_whose_files_are_links_is_not_written_to(finished_run: Path, tmp_path: Path) -> None:
    place = place_for(tmp_path / "place", finished_run)
    history = place.sent / "history.csv"
    shutil.move(history, place.outside / "history.csv")
    history.symlink_to(place.outside / "history.csv")
    outcome = watched(place, runs.commands(place)["resume"])
    assert (outcome.code, outcome.wrong) == (2, [])
    assert "its history.csv is a link that leads elsewhere" in outcome.err


@pytest.mark.slow
def test_in_a_process_of_its_own(finished_run: Path, tmp_path: Path) -> None:
    place = place_for(tmp_path / "place", finished_run)
    changed(place.sent / "config.yaml", hidden=[10**9])
    for words in (
        ["lstm_vae.generate", "sent", "--out=x.png"],
        ["lstm_vae.train", "training.resume=sent", "training.epochs=5"],
    ):
        done = subprocess.run(
            [sys.executable, "-m", *words], cwd=place.root, env=OUTSIDE,
            capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
        outcome = Outcome(done.returncode, done.stdout, done.stderr)
        judge(outcome)
        assert (outcome.code, outcome.wrong) == (2, [])


@pytest.mark.slow
def test_many_more(run_campaign: Campaign) -> None:
    assert [example for example in run_campaign.drawn(400, seed=2) if example.wrong] == []
