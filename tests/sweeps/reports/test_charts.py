"""Charts: what they show, what they leave out, and that Vega-Lite takes them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import vl_convert

from sweeps.reports.charts import Chart, charts_of
from sweeps.reports.charts.chart import MOST_LINES, in_order
from sweeps.reports.content import Content, Curve, content_of
from sweeps.results.effects import Misfit
from sweeps.study.finding import find_study
from tests.sweeps.reports.studies import make_study

THEME = {"width": 600, "columns": 2, "small": 280}


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> Content:
    folder: Path = tmp_path_factory.mktemp("charts") / "s"
    make_study(folder)
    return content_of(find_study(folder), 3)


def by_key(content: Content) -> dict[str, Chart]:
    return {chart.key: chart for chart in charts_of(content)}


def filled(part: Any) -> Any:
    """As the page fills in what only it knows."""
    if isinstance(part, str) and part.startswith("@"):
        return THEME.get(part[1:], "#123456")
    if isinstance(part, dict):
        return {key: filled(own) for key, own in part.items()}
    return [filled(own) for own in part] if isinstance(part, list) else part


@pytest.mark.parametrize("key", ["effects", "curves", "progress", "importance", "slices", "parallel"])
def test_vega_lite_takes_them(content: Content, key: str) -> None:
    if key == "importance":  # which effects say better
        content = replace(content, effects=None)
    svg = vl_convert.vegalite_to_svg(json.dumps(filled(by_key(content)[key].spec)))
    assert svg.startswith("<svg")
    assert len(svg) > 3000


def test_curves_mark_the_best_the_stopped_and_the_promoted(content: Content) -> None:
    chart = by_key(content)["curves"]
    lines, crosses, triangles = chart.spec["layer"]
    kinds = {value["t"]: value["k"] for value in chart.spec["data"]["values"]}
    assert (kinds[7], kinds[0], kinds[9], kinds[11]) == ("best", "complete", "stopped", "complete")
    assert lines["encoding"]["detail"] == {"field": "t"}
    assert {value["t"] for value in crosses["data"]["values"]} == {9, 10}
    assert [(value["t"], value["s"]) for value in triangles["data"]["values"]] == [(11, 2)]
    assert "a cross where one was stopped" in chart.note
    assert "nats/image" in lines["encoding"]["y"]["title"]


def test_of_many_curves_the_best_and_a_sample_are_shown(content: Content) -> None:
    curves = tuple(Curve(n, "COMPLETE", "x=1", (1, 2), (5.0, float(n)), None) for n in range(2000))
    chart = by_key(replace(content, curves=curves))["curves"]
    shown = {value["t"] for value in chart.spec["data"]["values"]}
    assert len(shown) <= MOST_LINES
    assert set(range(MOST_LINES // 2)) <= shown
    assert max(shown) > 1900
    assert f"{len(shown)} of 2000 trials are shown" in chart.note


def test_a_few_bad_values_do_not_flatten_the_good(content: Content) -> None:
    curves = tuple(
        Curve(n, "COMPLETE", "x=1", (1, 2), (10.0, 5.0 + n / 100) if n else (1e6, 1e5), None)
        for n in range(40)
    )
    chart = by_key(replace(content, curves=curves))["curves"]
    low, high = chart.spec["layer"][0]["encoding"]["y"]["scale"]["domain"]
    assert 4 < low < 5.01
    assert 10 <= high < 20
    assert "are cut off" in chart.note


def test_choices_stand_best_first_by_the_last_step_that_all_reached(content: Content) -> None:
    """Some stopped after their second step; the promoted one counts with what it had reported before."""
    assert content.effects is not None
    assert content.effects.step == 2
    chart = by_key(content)["effects"]
    assert "importance" not in by_key(content)
    assert "at step 2, of 11 trials" in chart.note
    sizes, rates = chart.spec["concat"]
    assert sizes["title"]["text"][0] == "x"
    assert {value["c"] for value in sizes["data"]["values"]} == {"[32]", "[64]", "[64,32]"}
    assert sum(value["n"] for value in sizes["data"]["values"]) == 11
    for panel in (sizes, rates):
        effects = [value["e"] for value in panel["data"]["values"]]
        assert effects == sorted(effects)
        assert all(value["l"] < value["e"] < value["h"] for value in panel["data"]["values"])


def test_a_trial_without_which_effects_are_told_is_named(content: Content) -> None:
    assert content.effects is not None
    assert "Left out" not in by_key(content)["effects"].note
    astray = replace(content, effects=replace(content.effects, left_out=[Misfit(3, 205.5784, 141.2)]))
    note = by_key(astray)["effects"].note
    assert note.endswith("Left out, since the others do not explain it: trial 3 (205.578).")


def test_trials_without_a_value_are_named(content: Content) -> None:
    assert content.effects is not None
    diverged = replace(content, effects=replace(content.effects, undefined=[9, 10]))
    note = by_key(diverged)["effects"].note
    assert note.endswith("Without a value, since they came to NaN: trial 9, trial 10.")


def test_what_there_is_nothing_to_show_in_is_left_out(content: Content) -> None:
    bare = replace(content, curves=(), progress=(), importances={}, effects=None, board=content.board.head(1))
    assert charts_of(bare) == []


def test_hidden_sizes_stand_by_length_and_size_and_words_by_name() -> None:
    assert in_order(["[64,32]", "[128]", "[]", "[32]", "[64,32]"]) == ["[]", "[32]", "[128]", "[64,32]"]
    assert in_order(["adam", "10", "9"]) == ["9", "10", "adam"]


def test_what_was_drawn_on_a_log_scale_is_shown_on_one(content: Content) -> None:
    """`rate`, of which the trials have four values only: 0.1 down to 0.0002."""

    def axis_of(content: Content) -> Any:
        charts = by_key(content)["slices"].spec["concat"]
        return next(x for chart in charts if (x := chart["encoding"]["x"])["title"] == "rate")

    def ticks_of(content: Content) -> dict[str, float]:
        values = by_key(content)["parallel"].spec["layer"][1]["data"]["values"]
        return {tick["l"]: tick["y"] for tick in values if tick["d"] == "rate"}

    assert content.intervals == {"rate": True}
    assert axis_of(content)["scale"] == {"type": "log"}
    assert ticks_of(content) == {"0.0002": 0.0, "0.00447": 0.5, "0.1": 1.0}
    linear = replace(content, intervals={"rate": False})
    assert axis_of(linear)["scale"] == {"zero": False}
    assert ticks_of(linear) == {"0.000199526": 0.0, "0.0500998": 0.5, "0.1": 1.0}
    assert axis_of(replace(content, intervals={}))["type"] == "nominal"
    # Drawn by a trial that has no value, or by an older search that was not on a log scale.
    nobody = content.board.assign(params_rate=float("nan"))
    assert ticks_of(replace(content, board=nobody)) == {}
    zeros = content.board.assign(params_rate=content.board["params_rate"] - 0.1)
    assert axis_of(replace(content, board=zeros))["scale"] == {"zero": False}
    assert max(ticks_of(replace(content, board=zeros)).values()) == 1.0
