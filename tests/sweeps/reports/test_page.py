"""The page: whole in itself, safe whatever a study says, and small."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest

from sweeps.reports.content import Content, content_of
from sweeps.reports.page import MOST_ROWS, board_table, page_of, table_of
from sweeps.study.finding import find_study
from tests.sweeps.reports.studies import make_study


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> Content:
    folder: Path = tmp_path_factory.mktemp("page") / "s"
    make_study(folder)
    return content_of(find_study(folder), 3)


class Tags(HTMLParser):
    """The tags of a page with their attributes, and the texts between them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_nothing_is_fetched(content: Content) -> None:
    tags = Tags(page_of([content], 3)).tags
    for tag, attributes in tags:
        for name in ("src", "href"):
            value = attributes.get(name) or "#"
            assert value.startswith(("#", "data:")), f"{tag} {name}={value}"
    policies = [own["content"] for tag, own in tags if own.get("http-equiv") == "Content-Security-Policy"]
    assert [policy.split(";")[0] for policy in policies if policy] == ["default-src 'none'"]


def test_what_a_study_says_is_text_and_nothing_else(content: Content) -> None:
    hostile = "</script><script>alert(1)</script><img src=x onerror=alert(1)>"
    board = content.board.assign(reason=hostile, params_evil=hostile)
    page = page_of([replace(content, name=hostile, board=board, space={hostile: hostile})], 0)
    tags = Tags(page).tags
    assert not [own for tag, own in tags if tag == "img"]
    assert sum(tag == "script" for tag, _ in tags) == sum(
        tag == "script" for tag, _ in Tags(page_of([content], 0)).tags
    )
    assert "alert(1)</script>" not in page
    assert "secret" not in page


def test_it_says_the_answer_the_failures_and_how_to_repeat_the_best(content: Content) -> None:
    text = " ".join(Tags(page_of([content], 3)).texts)
    assert content.answer.answer in text
    assert "no luck with postgresql://me:***@host/db <script>" in text
    assert content.again is not None
    assert "\n".join(content.again) in text
    assert "Saved by stopping" in text
    assert "1 went on after all" in text


def test_pictures_are_in_it_where_they_are_wanted(content: Content) -> None:
    assert page_of([content], 2).count("data:image/png;base64,") == 2
    assert "data:image/png" not in page_of([content], 0)


def test_headings_go_down_step_by_step_and_every_field_has_a_label(content: Content) -> None:
    tags = Tags(page_of([content, replace(content, name="other")], 3)).tags
    levels = [int(tag[1]) for tag, _ in tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    ids = [own["id"] for _, own in tags if "id" in own]
    assert len(set(ids)) == len(ids)
    labels = {own.get("for") for tag, own in tags if tag == "label"}
    assert {own.get("id") for tag, own in tags if tag == "input"} <= labels
    for _, own in tags:
        for name in ("aria-labelledby", "aria-describedby"):
            assert own.get(name) is None or own[name] in ids


def test_several_studies_are_compared_or_it_is_said_why_not(content: Content) -> None:
    assert "A study stands there" not in page_of([content], 0)
    other = replace(content, name="other")
    page = page_of([content, other], 0)
    assert 'id="comparison-rows"' in page
    refused = replace(other, board=other.board.assign(direction="maximize"))
    assert "These boards cannot be compared" in page_of([content, refused], 0)


def test_a_table_sorts_numbers_by_all_their_digits() -> None:
    frame = pd.DataFrame({"v": [1.23456, None], "n": pd.array([3, None], dtype="Int64"), "t": ["a", None]})
    table = table_of(frame, {"v": "value", "n": "count", "t": "text"}, "one")
    assert [(cell.text, cell.sort) for cell in table.rows[0].cells] == [
        ("1.23", 1.23456),
        ("3", None),
        ("a", None),
    ]
    assert [cell.text for cell in table.rows[1].cells] == ["", "", ""]
    assert [column.number for column in table.columns] == [True, True, False]


def test_a_long_board_shows_its_best_and_says_so(content: Content) -> None:
    board = pd.concat([content.board.head(8)] * 200, ignore_index=True)
    table = board_table(replace(content, board=board))
    assert len(table.rows) == MOST_ROWS
    assert f"The best {MOST_ROWS} of 1600 rows" in table.left_out
    assert board_table(content).left_out == ""
