import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from core.export.card import card_html, card_markdown
from core.export.facts import BundleSpec, MeaningFact
from core.export.templates import markdown_text
from core.framing.frame import Task


class Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs


def test_hostile_texts_are_text_in_html(spec: BundleSpec) -> None:
    page = Page()
    page.feed(card_html(spec))
    assert "script" not in page.tags
    assert "img" not in page.tags
    assert "{{ 7 * 7 }}" in card_html(spec)


def test_the_page_asks_no_other_machine(spec: BundleSpec) -> None:
    page = Page()
    page.feed(card_html(spec))
    assert [value for name, value in page.attributes if name in ("src", "href")] == ["data:,"]


def test_hostile_texts_are_text_in_markdown(spec: BundleSpec) -> None:
    text = card_markdown(spec)
    assert not re.search(r"(?<!\\)<script", text)
    assert not re.search(r"(?<!\\)!?(?<!\\)\[p", text)
    assert "49" not in text


@pytest.mark.parametrize("of", [card_markdown, card_html])
@pytest.mark.parametrize(
    "told",
    [
        "Ranking (ROC AUC)",
        "0.812",
        "0.790 to 0.830",
        "opened 1 time",
        "2026-11-23",
        "28.1% (23.5% to 33.1%)",
        "not defined",
        "1,904 rows were trained on; 476 were sealed",
        "−1 to 12,345",
        "at least 0.27",
    ],
)
def test_the_card_tells(spec: BundleSpec, of: object, told: str) -> None:
    assert told in of(spec)


@pytest.mark.parametrize("of", [card_markdown, card_html])
def test_a_seal_never_opened_is_told(spec: BundleSpec, of: object) -> None:
    closed = replace(spec, card=replace(spec.card, openings=(), groups=(), accepted=()))
    text = of(closed)
    assert "opened 0 times" in text
    assert "The sealed test part was never opened" in text
    assert "Whether it treats groups of people alike was not examined" in text


def test_findings_still_open_are_told_by_step_severity_and_evidence(spec: BundleSpec) -> None:
    assert "| Train | Error | A tie | 4 of 9 |" in card_markdown(spec)
    assert "<td>Train</td><td>Error</td><td>A tie</td><td>4 of 9</td>" in card_html(spec)
    assert "<td>Data</td><td>Warning</td><td>&lt;script&gt;" in card_html(spec)


@pytest.mark.parametrize("of", [card_markdown, card_html])
def test_nothing_open_is_told_only_where_it_was_looked_for(spec: BundleSpec, of: object) -> None:
    settled = of(replace(spec, card=replace(spec.card, still_open=())))
    part = settled.split("Findings still open")[1].split("Limits")[0]
    assert "None." in part
    assert "Looked for in Data, Train and Export." in part
    unknown = of(replace(spec, card=replace(spec.card, still_open=(), examined=())))
    part = unknown.split("Findings still open")[1].split("Limits")[0]
    assert "None." not in part
    assert "Not looked for." in part


@pytest.mark.parametrize("of", [card_markdown, card_html])
def test_the_card_tells_whether_it_is_good_enough_and_how_openings_widened_it(spec: BundleSpec, of: object) -> None:
    told = of(
        replace(
            spec, card=replace(spec.card, verdict="Do not ship", verdict_reason="None of it.", uncertainty="Twice.")
        )
    )
    assert "Do not ship" in told
    assert "None of it." in told
    assert "Twice." in told
    assert "Widened interval" in told
    assert "Good enough to use" not in of(spec)
    assert "Widened interval" not in of(spec)


@pytest.mark.parametrize("of", [card_markdown, card_html])
def test_what_was_expected_is_told_as_text(spec: BundleSpec, of: object) -> None:
    said = (("Recall at least 0.8 where sex is <b>f</b>", "not met", "4 of 9"),)
    told = of(replace(spec, card=replace(spec.card, expectations=said)))
    part = told.split("What was expected of it")[1].split("Fairness")[0]
    assert "not met" in part
    assert "<b>f</b>" not in part
    assert "What was expected of it" not in of(spec)


@pytest.mark.parametrize("count", [2, 3])
def test_a_seal_opened_often_is_a_limit(spec: BundleSpec, count: int) -> None:
    often = replace(spec, card=replace(spec.card, openings=spec.card.openings * count))
    assert f"was opened {count} times: the more often" in card_markdown(often)


def test_a_rule_by_group_takes_the_place_of_the_line(spec: BundleSpec) -> None:
    text = card_html(replace(spec, rule={"version": 1}))
    assert "differs by group" in text
    assert "at least 0.27" not in text


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("a_b*c", r"a\_b\*c"),
        ("- list", r"\- list"),
        ("1. list", r"1\. list"),
        ("# head", r"\# head"),
        ("http://a", r"http:\//a"),
        ("www.a.b", r"www\.a.b"),
        ("two\n\nlines", "two lines"),
        ("2026-11-23", "2026-11-23"),
        ("&lt;", r"\&lt;"),
    ],
)
def test_markdown_text(given: str, expected: str) -> None:
    assert markdown_text(given) == expected


def test_what_the_user_said_of_columns_is_told_as_text(spec: BundleSpec) -> None:
    said = (MeaningFact("lvrat", "Loan <b>to</b> value", "share", "0 to 2", "the bank"),)
    told = replace(spec, card=replace(spec.card, dictionary=said))
    assert "Loan &lt;b&gt;to&lt;/b&gt; value" in card_html(told)
    assert "| lvrat | Loan \\<b\\>to\\</b\\> value | share | 0 to 2 | the bank |" in card_markdown(told)
    assert "What the columns mean" not in card_html(spec)


@pytest.mark.parametrize("of", [card_markdown, card_html])
def test_what_an_expert_asked_for_is_told(spec: BundleSpec, of: object) -> None:
    asked = replace(spec.card, directions="rises with age", settings="Loss absolute error")
    told = of(replace(spec, card=asked))
    assert "he answer rises with age" in told
    assert "Loss absolute error" in told
    assert "not at their usual value" not in of(spec)


def test_a_quantile_is_told_as_what_it_means(spec: BundleSpec) -> None:
    quantile = replace(spec, task=Task.REGRESSION, classes=(), positive=None, metric="pinball", quantile=0.9)
    assert "an amount that 90% of the outcomes should lie below" in card_markdown(quantile)
