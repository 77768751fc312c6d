"""Which cells are run, what is read of a run, and whom it is compared with."""

import argparse
import json
import sys
from pathlib import Path

import pytest
from single_run import Peer, Result, Setting, train_at_once
from throughput import cells, ratios

PEER = """
import json, sys
if sys.argv[sys.argv.index("--seed") + 1] == "7":
    sys.exit("out of luck")
for epoch in range(int(sys.argv[sys.argv.index("--epochs") + 1])):
    print(json.dumps({"train_samples_per_s": 100 * (epoch + 1), "test_loss": 200 - epoch}))
"""


def named(**given: list[int] | None) -> argparse.Namespace:
    return argparse.Namespace(
        epochs=3, limit=100, **{"threads": None, "hidden": None, "batch": None, **given}
    )


def test_one_thing_at_a_time_is_varied() -> None:
    found = [(cell.threads, cell.hidden, cell.batch) for cell in cells(named())]
    assert found == [
        (2, 128, 128),
        (1, 128, 128),
        (2, 64, 128),
        (2, 256, 128),
        (2, 128, 64),
        (2, 128, 512),
    ]


def test_given_values_are_combined() -> None:
    found = [(cell.threads, cell.hidden, cell.batch) for cell in cells(named(threads=[1, 2], hidden=[64]))]
    assert found == [(1, 64, 128), (2, 64, 128)]


def test_the_fastest_peer_is_that_of_the_round() -> None:
    rates = {"keras": [100.0, 300.0], "torch": [200.0, 100.0], "ours": [300.0, 300.0]}
    assert ratios(rates, ["keras", "torch"]) == {"ours": [1.5, 1.0]}


def test_the_first_epoch_and_for_two_at_once_the_last_do_not_count() -> None:
    result = Result([1.0, 10.0, 20.0, 60.0], 150.0)
    assert result.images_per_second == 20.0
    assert result.middle == 15.0


def test_peers_run_at_once_and_are_read(tmp_path: Path) -> None:
    (tmp_path / "peer.py").write_text(PEER, encoding="utf-8")
    peer = Peer(tmp_path / "peer.py", sys.executable)
    results = train_at_once(peer, [Setting(epochs=3), Setting(epochs=2, seed=1)])
    assert results == [Result([100, 200, 300], 198), Result([100, 200], 199)]
    with pytest.raises(SystemExit, match="out of luck"):
        train_at_once(peer, [Setting(seed=7)])


def test_a_peer_is_told_everything_but_default_threads() -> None:
    command = Peer(Path("peer.py"), "python").command(Setting(threads=0, hidden=64, batch=32), Path())
    assert "--threads" not in command
    assert command[:6] == ["python", "peer.py", "--encoder", "lstm", "--hidden", "64"]
    assert json.loads(command[command.index("--batch") + 1]) == 32
