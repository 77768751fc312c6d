"""Studies that were sent: every command gives a right result, or one line and exit code 2."""

from __future__ import annotations

import csv
import json
import random
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import optuna
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sweeps.__main__ import main
from sweeps.results import tables
from tests.conftest import OUTSIDE
from tests.hostile import mutation, studies, values
from tests.hostile.campaign import Campaign
from tests.hostile.mutation import Mutation
from tests.hostile.watching import Outcome, Place, judge, place_for, watched

MUTATIONS = st.lists(
    st.builds(
        Mutation,
        st.sampled_from(mutation.KINDS),
        st.floats(0, 1, exclude_max=True),
        st.integers(1, 300),
        st.sampled_from(mutation.SPICE) | st.binary(max_size=8),
    ),
    min_size=1,
    max_size=4,
)
FUZZ = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))


def test_an_honest_study_is_read_by_every_command(campaign: Campaign) -> None:
    outcomes = []

    def keep(place: Place) -> None:
        for name, run in studies.commands(place, campaign._clean).items():
            outcomes.append((name, watched(place, run, exact=name == "csv")))

    campaign.study_with("nothing changed", keep, ("status",))
    # Its complete trials are too few for effects, and replicated ones have no steps.
    assert [(name, outcome.code, outcome.wrong) for name, outcome in outcomes] == [
        (name, 2 if name.startswith("effects") else 0, []) for name, _ in outcomes
    ]
    assert len(outcomes) == 19


@pytest.mark.parametrize("name", studies.FILES)
def test_anything_in_a_files_place(campaign: Campaign, name: str) -> None:
    kinds = [*mutation.PLACES, "empty", "zeros", "no UTF-8", "a mark before it", "deep mappings", "a list"]
    wrong = [campaign.replaced(name, kind) for kind in kinds]
    assert [example for example in wrong if example.wrong] == []


@pytest.mark.slow
@pytest.mark.parametrize("name", studies.FILES)
def test_anything_else_in_a_files_place(campaign: Campaign, name: str) -> None:
    wrong = [campaign.replaced(name, kind) for kind in mutation.SHAPES]
    assert [example for example in wrong if example.wrong] == []


@pytest.mark.parametrize("name", studies.FILES)
@FUZZ
@given(mutations=MUTATIONS)
def test_some_bytes_changed(real_study: Path, tmp_path_factory: pytest.TempPathFactory, name: str,
                            mutations: list[Mutation]) -> None:  # fmt: skip
    root = tmp_path_factory.mktemp("fuzz")
    assert Campaign(root, real_study).mutated(name, mutations).wrong == []
    shutil.rmtree(root)


@pytest.mark.parametrize("name", ["study.journal", "spec.yaml", "0/record.json", "0/trial.json"])
@FUZZ
@given(seed=st.integers(0, 2**32))
def test_values_where_others_belong(real_study: Path, tmp_path_factory: pytest.TempPathFactory, name: str,
                                    seed: int) -> None:  # fmt: skip
    root = tmp_path_factory.mktemp("values")
    example = Campaign(root, real_study).misplaced(name, random.Random(seed))
    assert example.wrong == [], example.what
    shutil.rmtree(root)


@pytest.mark.slow
def test_many_more(campaign: Campaign) -> None:
    assert [example for example in campaign.drawn(2000, seed=1) if example.wrong] == []


def grown(first: str, further: str) -> str:
    """Nine nested values of which each has the one before nine times."""
    lines = [first]
    for before, name in zip("abcdefgh", "bcdefghi", strict=True):
        lines.append(further.format(name=name, before=", ".join([f"*{before}"] * 9)))
    return "".join(line + "\n" for line in lines)


BOMB = grown("a: &a [x, x, x, x, x, x, x, x, x]", "{name}: &{name} [{before}]")
MERGES = grown("a: &a {k0: 1, k1: 1, k2: 1}", "{name}: &{name} {{<<: [{before}]}}")
SPECS = {
    "a value that grows": BOMB + "study: *i\n",
    "a mapping that grows": MERGES + "study: s\n",
    "a list in itself": "study: &a [*a]\n",
    "a Python object": "study: !!python/object/apply:os.system ['touch canary']\n",
    "no date": "study: 2001-99-99\n",
    "a name that steers": 'study: "\\e[2J\\x07"\n',
    "a storage that is none": "study: s\nstorage: [1]\n",
    "a file of the system": "study: s\nstorage: /etc/passwd\n",
    "a file outside": "study: s\nstorage: ../outside/letter.txt\n",
    "a folder": "study: s\nstorage: ../outside\n",
    "another kind": "study: s\nstorage: evil://host/db\n",
    "a file's address": "study: s\nstorage: file:///etc/passwd\n",
    "a database outside": "study: s\nstorage: sqlite:///../outside/app.db\n",
    "a database that is not there": "study: s\nstorage: sqlite:///../outside/new.db\n",
    "a database in memory": "study: s\nstorage: 'sqlite://'\n",
    "a database by address": "study: s\nstorage: sqlite:///file:../outside/new.db?mode=rwc&uri=true\n",
    "a text as a database": "study: s\nstorage: sqlite:///../outside/letter.txt\n",
    "a server that is not there": "study: s\nstorage: postgresql://me@127.0.0.1:9/db\n",
    "a broken address": "study: s\nstorage: postgresql://[::1/db\n",
}


@pytest.mark.parametrize("what", SPECS)
def test_specifications_that_lead_elsewhere(campaign: Campaign, what: str) -> None:
    seen = []

    def change(place: Place) -> None:
        with sqlite3.connect(place.outside / "app.db") as database:
            database.execute("CREATE TABLE bookmarks (url TEXT)")
        (place.sent / "spec.yaml").write_text(SPECS[what], encoding="utf-8")
        outcome = watched(place, lambda: main(["status", str(place.sent)]))
        seen.append((outcome.code, outcome.wrong))

    assert campaign.study_with(what, change, ("leaderboard", "gc", "list")).wrong == []
    assert seen == [(2, [])]


def test_a_line_says_which_server_is_called(campaign: Campaign) -> None:
    def change(place: Place) -> None:
        (place.sent / "spec.yaml").write_text(SPECS["a server that is not there"], encoding="utf-8")
        outcome = watched(place, lambda: main(["status", str(place.sent)]))
        assert "its study is kept at postgresql://me@127.0.0.1:9/db; connecting to 127.0.0.1" in outcome.err

    campaign.study_with("a server", change, ("list",))


@pytest.mark.parametrize("how", ["table", "markdown"])
def test_words_of_others_stay_in_their_cell(campaign: Campaign, how: str) -> None:
    said = "\x1b[31m|red|\x07\r\n<script>"

    def change(place: Place) -> None:
        path = place.sent / "0" / "record.json"
        record = json.loads(path.read_text(encoding="utf-8"))
        record["objective"]["name"] = said
        path.write_text(json.dumps(record), encoding="utf-8")
        for own in place.sent.rglob("record.json"):
            shutil.copy(path, own) if own != path else None
        outcome = watched(place, lambda: main(["leaderboard", str(place.sent), "--format", how]))
        assert (outcome.code, outcome.wrong) == (0, [])
        head, *_ = outcome.out.splitlines()
        assert "\\x1b" in head
        if how == "markdown":
            assert "\\|red\\|" in head
            assert "<" not in head

    campaign.study_with("words", change, ("status",))


FORMULAS = ["=1+1", "=cmd|'/C calc'!A1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "'=1", "''=1"]


def test_no_text_in_a_table_is_a_formula(real_study: Path, tmp_path: Path) -> None:
    place = place_for(tmp_path / "place", real_study)
    storage = optuna.storages.JournalStorage(
        optuna.storages.journal.JournalFileBackend(str(place.sent / "study.journal"))
    )
    (name,) = optuna.study.get_all_study_names(storage)
    study = optuna.load_study(study_name=name, storage=storage)
    for text in FORMULAS:
        study.add_trial(
            optuna.trial.create_trial(
                value=-1.5,
                params={"=x": text},
                distributions={"=x": optuna.distributions.CategoricalDistribution(FORMULAS)},
                user_attrs={"sweeps:reason": text, "sweeps:replicates": [-1.5, -1.5]},
            )
        )
    assert main(["export", str(place.sent), str(tmp_path / "all.csv")]) == 0
    with (tmp_path / "all.csv").open(encoding="utf-8", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert [cell for cell in cells if cell[:1] in ("=", "+", "@", "\t", "\r")] == []
    minus = {cell for cell in cells if cell.startswith("-")}
    assert all([float(part) for part in cell.split()] for cell in minus)
    assert "-1.5" in minus
    board = tables.read(tmp_path / "all.csv")
    assert set(board["params_=x"].dropna()) == set(FORMULAS)
    assert set(board["reason"].dropna()) >= set(FORMULAS)


def test_the_command_to_repeat_a_trial_brings_no_other(real_study: Path, tmp_path: Path) -> None:
    place = place_for(tmp_path / "place", real_study)
    path = place.sent / "study.journal"
    lines = values.lines_of(path)
    for line in lines:
        if "sweeps:program" in line.get("user_attr", {}):
            line["user_attr"]["sweeps:program"] = "python app.py; touch canary #"
    values.write_lines(path, lines)
    outcome = watched(place, lambda: main(["best", str(place.sent)]))
    assert outcome.code == 0
    subprocess.run(["sh", "-c", outcome.out.replace("python ", "true ")], cwd=place.root, check=False)
    assert not place.canary.exists()


@pytest.mark.parametrize("name", ["study.journal", "0/record.json", "leaderboard.csv"])
def test_a_huge_file_takes_no_memory(real_study: Path, tmp_path: Path, name: str) -> None:
    place = place_for(tmp_path / "place", real_study)
    mutation.replace_by(place.sent / name, "huge")
    words = ["leaderboard", str(place.sent), "--rebuild"]
    if name.endswith(".csv"):
        words = ["compare", str(place.sent / name), str(real_study / name)]
    code = (
        "import resource, sys; from sweeps.__main__ import main; import pandas, scipy.stats\n"
        "resource.setrlimit(resource.RLIMIT_DATA, (2**30, 2**30))\n"
        f"sys.exit(main({words!r}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=OUTSIDE, capture_output=True, text=True, timeout=300, check=False
    )
    outcome = Outcome(done.returncode, done.stdout, done.stderr)
    judge(outcome)
    assert outcome.wrong == []


def spoiled(place: Place) -> None:
    (place.sent / "study.journal").write_bytes(b'{"op_code":\x1b[2J\n' * 3)


def piped(place: Place) -> None:
    mutation.replace_by(place.sent / "spec.yaml", "pipe")


@pytest.mark.parametrize("change", [spoiled, piped])
def test_in_a_process_of_its_own(real_study: Path, tmp_path: Path, change: Callable[[Place], None]) -> None:
    place = place_for(tmp_path / "place", real_study)
    change(place)
    done = subprocess.run(
        [sys.executable, "-m", "sweeps", "leaderboard", str(place.sent), "--format", "json"],
        cwd=place.root, env=OUTSIDE, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    outcome = Outcome(done.returncode, done.stdout, done.stderr)
    judge(outcome)
    assert (outcome.code, outcome.wrong) == (2, [])
