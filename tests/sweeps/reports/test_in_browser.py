"""The page in a real browser: it sorts, filters, draws, tells what is pointed at, without a complaint."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sweeps.reports.content import content_of
from sweeps.reports.page import page_of
from sweeps.study.finding import find_study
from tests.sweeps.reports.studies import make_long, make_study

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
sync_api = pytest.importorskip("playwright.sync_api")
pytestmark = [
    pytest.mark.skipif(BROWSER is None, reason="no Chromium is installed"),
    pytest.mark.long,
    pytest.mark.xdist_group("browser"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        own = playwright.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        yield own
        own.close()


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("browser")
    contents = []
    for name in ("one", "two"):
        make_study(folder / name, name=name)
        contents.append(content_of(find_study(folder / name), 3))
    contents[1] = replace(contents[1], effects=None)
    path = folder / "report.html"
    path.write_text(page_of(contents, 3), encoding="utf-8")
    return path


@pytest.fixture
def opened(browser: Any, report: Path) -> Iterator[Any]:
    """The page, which must not have complained in the end."""
    page = browser.new_page(viewport={"width": 1200, "height": 900})
    complaints: list[str] = []
    requests: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: requests.append(request.url))
    page.goto(report.as_uri())
    yield page
    page.close()
    assert complaints == []
    assert [url for url in requests if not url.startswith(("data:", "file:", "blob:"))] == []


def draw_all(page: Any) -> int:
    figures = page.locator("figure[data-chart]")
    for index in range(figures.count()):
        figures.nth(index).scroll_into_view_if_needed()
        page.wait_for_function(f"document.querySelectorAll('figure[data-chart]')[{index}].dataset.drawn")
    return int(figures.count())


def column(page: Any, index: int, table: str = "study-0-board") -> list[str]:
    cells = page.locator(f"#{table} tbody tr:visible td:nth-child({index + 1})")
    return [text.strip() for text in cells.all_text_contents()]


def test_a_click_on_a_heading_sorts_and_another_turns_it_round(opened: Any) -> None:
    heads = [text.strip() for text in opened.locator("#study-0-board th").all_text_contents()]
    value = next(index for index, text in enumerate(heads) if text.startswith("val"))
    button = opened.locator(f"#study-0-board th:nth-child({value + 1}) button")
    button.click()
    numbers = [float(text) for text in column(opened, value) if text]
    assert numbers == sorted(numbers)
    assert button.locator("..").get_attribute("aria-sort") == "ascending"
    button.press("Enter")  # by keyboard
    numbers = [float(text) for text in column(opened, value) if text]
    assert numbers == sorted(numbers, reverse=True)
    assert [text for text in column(opened, value)][-1] == ""  # empty ones stay last


def test_words_filter_and_the_count_says_so(opened: Any) -> None:
    field = opened.get_by_label("Filter").first
    field.fill("PRUNED [32]")
    states = column(opened, 2)
    assert states
    assert set(states) == {"PRUNED"}
    count = opened.locator("[data-count='study-0-board']").text_content()
    assert count == f"{len(states)} of 13 rows"
    field.fill("")
    assert len(column(opened, 2)) == 13


def test_charts_are_drawn_and_tell_what_is_pointed_at(opened: Any) -> None:
    assert draw_all(opened) == 10
    chart = opened.locator("figure[data-chart='study-1-importance']")
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    opened.mouse.move(box["x"] + box["width"] / 3, box["y"] + 15)
    opened.wait_for_selector("#vg-tooltip-element.visible")
    assert "importance" in opened.locator("#vg-tooltip-element").text_content()


@pytest.mark.parametrize("width", [390, 1200])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_and_can_be_read(opened: Any, width: int, scheme: str) -> None:
    opened.emulate_media(color_scheme=scheme)
    opened.set_viewport_size({"width": width, "height": 800})
    draw_all(opened)
    assert opened.evaluate("document.documentElement.scrollWidth") <= width
    paper, ink = (
        opened.evaluate(f"getComputedStyle(document.body).{name}") for name in ("backgroundColor", "color")
    )
    assert contrast(paper, ink) > 7
    for name in ("soft", "accent", "best", "complete", "stopped", "other", "quiet"):
        probe = f"(() => {{ const e = document.createElement('i'); e.style.color = 'var(--{name})'; "
        probe += "document.body.append(e); const c = getComputedStyle(e).color; e.remove(); return c; })()"
        assert contrast(paper, opened.evaluate(probe)) > 4.5, name


def contrast(one: str, other: str) -> float:
    """Of two colours, as WCAG 2 defines it."""
    lights = sorted(map(luminance, (one, other)))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def luminance(color: str) -> float:
    numbers = [int(part) / 255 for part in color[color.index("(") + 1 : -1].split(",")[:3]]
    linear = [x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in numbers]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("n_trials", [300, pytest.param(10_000, marks=pytest.mark.slow)])
def test_a_long_study_opens(browser: Any, tmp_path: Path, n_trials: int) -> None:
    make_long(tmp_path / "s", n_trials)
    path = tmp_path / "report.html"
    path.write_text(page_of([content_of(find_study(tmp_path / "s"), 3)], 0), encoding="utf-8")
    assert path.stat().st_size < 1_000_000
    page = browser.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    started = time.perf_counter()
    page.goto(path.as_uri())
    draw_all(page)
    print(f"{n_trials} trials: {time.perf_counter() - started:.1f} s, {path.stat().st_size / 1e6:.2f} MB")
    assert complaints == []
    page.close()
