"""When a study had a good network, and what of two studies is compared."""

import json
import math
import os
from pathlib import Path
from typing import Any

import pytest
from encoder_study import (
    Trial,
    best,
    compare,
    median_ratios,
    plain,
    ratio,
    read_trials,
    study_figures,
    time_to,
)


def trial(finished: float, value: float | None, epochs: int = 9) -> Trial:
    state = "PRUNED" if value is None else "COMPLETE"
    return Trial(finished, state, value, epochs, epochs * 1.0, [128], [64])


def test_time_to_a_target_is_that_of_the_first_good_enough_trial() -> None:
    trials = [trial(10, 160.0), trial(20, None, 3), trial(30, 151.0), trial(40, 150.0)]
    assert best(trials) == 150.0
    assert time_to(trials, 151.0) == 30
    assert time_to(trials, 149.0) == math.inf
    assert best([trial(20, None)]) == math.inf


def test_a_ratio_of_two_times_that_never_came_says_nothing() -> None:
    assert ratio(math.inf, math.inf) is None
    assert ratio(math.inf, 3.0) == math.inf
    assert ratio(3.0, math.inf) == 0


def studies(**trials: list[Trial]) -> dict[str, dict[str, Any]]:
    return {name: study_figures(each, 100.0, 1000, 2) for name, each in trials.items()}


def test_the_target_is_common_to_the_studies_compared_only() -> None:
    found = compare(
        studies(
            batch=[trial(40, 150.5), trial(80, 150.0)],
            ours=[trial(20, 150.9), trial(90, 155.0)],
            pruned=[trial(10, None, 3), trial(50, 152.0)],
            keras=[trial(60, 140.0)],
        )
    )
    assert found["batch, ours"]["target"] == 151.0
    assert found["batch, ours"]["ratios"]["time to the target"] == 2.0
    assert found["batch, pruned"]["ratios"]["time to the target"] == 0
    assert found["batch, pruned"]["ratios"]["time to within a nat of the own best"] == 40 / 50
    assert found["batch, pruned"]["ratios"]["epochs"] == 18 / 12
    assert found["keras, ours"]["target"] == 141.0


def test_medians_over_seeds_and_what_json_says_of_infinity() -> None:
    one = compare(studies(batch=[trial(40, 150.0)], ours=[trial(20, 150.0)], pruned=[trial(30, 170.0)]))
    other = compare(studies(batch=[trial(90, 150.0)], ours=[trial(30, 150.0)], pruned=[trial(60, 150.0)]))
    assert median_ratios([one, other])["batch, ours"]["time to the target"] == 2.5
    never = compare(studies(batch=[trial(5, None)], ours=[trial(9, 1.0)], pruned=[trial(5, None)]))
    assert never["batch, pruned"]["ratios"]["time to the target"] is None
    assert "time to the target" not in median_ratios([never])["batch, pruned"]
    assert plain(never)["batch, ours"]["ratios"]["time to the target"] == "inf"


def test_trials_are_read_from_their_records(tmp_path: Path) -> None:
    for number, (hidden, finished) in enumerate([([64, 32], 30.0), (128, 20.0)]):
        folder = tmp_path / str(number)
        folder.mkdir()
        record = {
            "state": "COMPLETE",
            "objective": {"value": 150.0 + number},
            "provenance": {"epochs": 9, "training_seconds": 4.5},
            "config": {"encoder": {"hidden": hidden, "fc": []}},
        }
        (folder / "record.json").write_text(json.dumps(record), encoding="utf-8")
        os.utime(folder / "record.json", (1000 + finished, 1000 + finished))
    trials = read_trials(tmp_path, 1000.0)
    assert [(t.finished, t.value, t.hidden) for t in trials] == [
        (pytest.approx(20), 151.0, [128]),
        (pytest.approx(30), 150.0, [64, 32]),
    ]
