"""The audit's page and its JSON: every mark in place, escaped, the same bytes each time."""

import base64
import hashlib
import json

import pandas as pd
import pytest
from lxml import html

from analysis.manuscript.interchange import as_json
from analysis.manuscript.marks import VERDICTS, marks
from analysis.manuscript.page import as_page
from analysis.manuscript.passages import unclosed_marks
from analysis.manuscript.quotations import (
    essay_shares,
    themes_quoted,
    trace_quotations,
    with_first_use,
)
from analysis.manuscript.text import read_manuscript

TEXT = """# Care & rest

We saw *calm* (n = 14) in <b>22</b> essays: “the rain fell all night” [E1].

> the wind fell all night (E1)

| Theme | n |
|---|---|
| Calm | 14 |

```
code = 1
```

## References

1. Adams.
"""
ESSAYS = pd.DataFrame({"essay_id": ["E1", "E2"], "text": ["The rain fell all night.", "No."]})
THEMES = pd.DataFrame({"theme": ["calm"], "label": ["Calm & rest"]})
FINDINGS = pd.DataFrame(
    [("C001", "*calm* (n = 14)", "contradicts data", "It is <11>.", "11 of 22"),
     ("C002", "14", "agrees", "So it is.", ""),
     ("C003", "14 |", "ambiguous", "Which?", "")],
    columns=["id", "snippet", "verdict", "reason", "suggestion"],
)  # fmt: skip
FINDINGS["start"] = [TEXT.index(words) for words in FINDINGS["snippet"]]
FINDINGS["end"] = FINDINGS["start"] + FINDINGS["snippet"].str.len()
FINDINGS.loc[2, "end"] -= 2
NOTES = pd.DataFrame([(0, 6, "label", "Not in the codebook.")],
                     columns=["start", "end", "note", "sentence"])  # fmt: skip
SKIPPED = pd.DataFrame([(5, "1", "a <number>")], columns=["start", "snippet", "reason"])


@pytest.fixture
def audit(tmp_path):
    (tmp_path / "m.md").write_text(TEXT, encoding="utf-8")
    manuscript = read_manuscript(tmp_path / "m.md", [])
    quotations = trace_quotations(manuscript, ESSAYS, shortest=4, labels=[])
    return manuscript, with_first_use(quotations, shortest=4).assign(theme="")


def page_of(manuscript, quotations, findings=FINDINGS, notes=NOTES):
    return as_page(
        manuscript,
        marks(manuscript, findings, notes, quotations),
        quotations,
        skipped=SKIPPED,
        unclosed=unclosed_marks(manuscript),
        shares=essay_shares(quotations, ESSAYS),
        themes=themes_quoted(quotations, THEMES),
        title="Long <care>",
        remark="",
    )


def test_marks_have_one_order_and_say_the_worst_first(audit):
    table = marks(audit[0], FINDINGS, NOTES, audit[1])
    assert table[["number", "about", "verdict", "words"]].values.tolist() == [
        [1, "wording", "wording", "# Care"],
        [2, "count", "contradicts data", "*calm* (n = 14)"],
        [3, "count", "agrees", "14"],
        [4, "quotation", "verbatim", "“the rain fell all night”"],
        [5, "quotation", "altered", "the wind fell all night (E1)"],
        [6, "count", "ambiguous", "14"],
    ]
    assert table["verdict"].map(lambda verdict: VERDICTS[verdict].group).eq(table["group"]).all()


def test_each_mark_is_linked_both_ways_and_the_list_begins_with_the_worst(audit):
    page = html.fromstring(page_of(*audit))
    labels = page.xpath("//article//a[contains(@class, 'label')]")
    assert [label.get("id") for label in labels] == ["m1", "m2", "m3", "m4", "m5", "m6"]
    assert [label.get("href") for label in labels] == ["#f1", "#f2", "#f3", "#f4", "#f5", "#f6"]
    items = page.xpath("//aside//li")
    assert [item.get("id") for item in items] == ["f2", "f5", "f6", "f1", "f3", "f4"]
    assert [item.xpath("a/@href")[0] for item in items][:2] == ["#m2", "#m5"]
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert {link[1:] for link in page.xpath("//a/@href")} <= set(ids)


def test_the_text_is_shown_whole_with_its_marks_where_they_are(audit):
    page = html.fromstring(page_of(*audit))
    for label in page.xpath("//article//a[contains(@class, 'label')]"):
        label.drop_tree()
    assert [" ".join(part.text_content().split()) for part in page.find(".//article")] == [
        "Care & rest",
        "We saw calm (n = 14) in <b>22</b> essays: “the rain fell all night” [E1].",
        "the wind fell all night (E1)",
        "Themen Calm14",
        "``` code = 1 ```",
        "References",
        "1. Adams.",
    ]
    marked = page.xpath("//article//mark[contains(@class, 'contradicts-data')]")
    assert "".join(mark.text_content() for mark in marked) == "calm (n = 14)"
    assert page.xpath("//article//mark//em/text()") == ["calm"]


def test_nothing_is_loaded_run_or_left_unescaped(audit):
    text = page_of(*audit)
    page = html.fromstring(text)
    assert page.xpath("//script | //link | //img | //iframe | //form | //article//b") == []
    assert page.xpath("//@style | //@src | //@onclick") == []
    assert "It is &lt;11&gt;." in text and "Long &lt;care&gt;" in text
    style = page.find(".//style").text
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    assert policy == [f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; "
                      "form-action 'none'"]  # fmt: skip
    assert "url(" not in style and "@import" not in style


def test_every_verdict_has_a_box_that_hides_it_and_a_sign(audit):
    text = page_of(*audit)
    boxes = html.fromstring(text).xpath("//fieldset//input/@id")
    assert boxes == ["show-contradicts-data", "show-altered", "show-ambiguous", "show-wording",
                     "show-agrees", "show-verbatim"]  # fmt: skip
    for box in boxes:
        slug = box.removeprefix("show-")
        assert f"body:has(#{box}:not(:checked)) .item.{slug}" in text
    assert all(verdict.sign.strip() for verdict in VERDICTS.values())


def test_what_is_not_audited_is_said_with_its_reason(audit):
    more = html.fromstring(page_of(*audit)).xpath("//section[@class='more']")[0].text_content()
    assert "line 11: code (code is not audited)" in more
    assert "a <number>" in more
    assert "Themes without a quotation: Calm & rest." in more
    assert "Essays that are not quoted (1): E2." in more


def test_a_manuscript_without_marks_has_a_page(audit):
    manuscript, quotations = audit
    page = html.fromstring(page_of(manuscript, quotations.head(0), FINDINGS.head(0), NOTES.head(0)))
    assert "Nothing is marked." in page.text_content()
    assert "Nothing is quoted." in page.text_content()


def test_the_same_tables_give_the_same_page(audit):
    assert page_of(*audit) == page_of(*audit)


def test_the_json_says_all_and_is_the_same_each_time(audit):
    manuscript, quotations = audit
    findings = FINDINGS.assign(n=pd.array([14, None, 14], dtype="Int64"), share=[0.5, None, 1.0])
    tables = {"findings": findings, "notes": NOTES, "quotations": quotations, "skipped": SKIPPED}
    text = as_json(manuscript, **tables)
    assert text == as_json(manuscript, **tables)
    found = json.loads(text)
    assert list(found) == ["format", "manuscript", "characters", "findings", "notes", "quotations",
                           "skipped", "unread"]  # fmt: skip
    assert (found["manuscript"], found["characters"]) == ("m.md", len(TEXT))
    assert [row["n"] for row in found["findings"]] == [14, None, 14]
    assert [row["share"] for row in found["findings"]] == [0.5, None, 1.0]
    assert found["quotations"][0]["snippet"] == "“the rain fell all night”"
    assert found["quotations"][0]["cited"] is False
    assert found["unread"] == [{"where": "line 11", "what": "code", "why": "code is not audited"}]
    for row in found["findings"] + found["quotations"]:
        assert TEXT[row["start"] : row["end"]].startswith(row["snippet"][:2])
