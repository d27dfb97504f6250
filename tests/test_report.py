import pandas as pd
import pytest

from analysis.report import as_markdown, compare_with_published, read_published, theme_table

THEMES = pd.DataFrame(
    {
        "theme": ["renewal", "meaning", "pride"],
        "label": ["Renewed purpose", "Meaning", "Pride"],
        "parent": ["", "renewal", ""],
        "perspective": ["self", "self", "team"],
        "definition": ["why go on", "", "we did it"],
    }
)
PREVALENCE = pd.DataFrame(
    {
        "theme": ["renewal", "meaning", "pride"],
        "label": ["Renewed purpose", "Meaning", "Pride"],
        "n_low": [11, 7, 17],
        "n_high": [11, 7, 20],
        "essays": [22, 22, 22],
    }
)
CODES = pd.DataFrame(
    [("meaning", "why", True), ("renewal", "why", False), ("renewal", "restart", True)],
    columns=["theme", "code", "own"],
)
EXEMPLARS = pd.DataFrame(
    [
        ("pride", 1, "E1", 3, 7, "wept"),
        ("pride", 2, "E2", 0, 2, "We"),
        ("pride", 3, "E3", 1, 2, "x"),
    ],
    columns=["theme", "rank", "essay_id", "start", "end", "quotation"],
)


def published(*rows):
    table = pd.DataFrame(rows, columns=["theme", "n", "where"], dtype=str)
    return table.assign(essays="")


def verdict(*rows):
    return compare_with_published(PREVALENCE, published(*rows))["verdict"].tolist()


@pytest.mark.parametrize(
    ("theme", "n", "expected"),
    [
        ("renewal", "11", "agree"),
        ("renewal", "14", "differ"),
        ("pride", "18", "differ"),
        ("hope", "3", "not in our themes"),
    ],
    ids=["equal", "other", "inside an unresolved range", "unknown"],
)
def test_published_count_is_judged(theme, n, expected):
    assert verdict((theme, n, "Results")) == [expected]


def test_both_published_counts_of_a_theme_are_compared_and_placed():
    table = compare_with_published(
        PREVALENCE, published(("renewal", "11", "Results"), ("renewal", "14", "Table 2"))
    )
    named = ["label", "where", "published", "ours", "verdict"]
    assert table[named].values.tolist() == [
        ["Renewed purpose", "Results", 11, "11", "agree"],
        ["Renewed purpose", "Table 2", 14, "11", "differ"],
    ]


def test_unresolved_count_is_shown_as_a_range():
    assert compare_with_published(PREVALENCE, published(("pride", "18", "")))["ours"].item() == (
        "17-20"
    )


def test_published_counts_are_optional_and_read_with_their_place(tmp_path):
    assert read_published(tmp_path, []) is None
    (tmp_path / "published_counts.csv").write_text("theme,n,where\nrenewal,11,Results\n")
    table = read_published(tmp_path, problems := [])
    assert problems == []
    assert table[["theme", "n", "where"]].values.tolist() == [["renewal", "11", "Results"]]


def test_published_count_that_is_no_number_is_a_problem_with_its_row(tmp_path):
    (tmp_path / "published_counts.csv").write_text("theme,n\nrenewal,11\npride,nineteen\nhope,\n")
    read_published(tmp_path, problems := [])
    assert [problem.row for problem in problems] == [3, 4]


def test_theme_table_by_eye():
    table = theme_table(THEMES, PREVALENCE, EXEMPLARS, CODES, exemplars_shown=2)
    named = ["perspective", "theme", "definition", "sub_themes", "codes", "n_of_N"]
    assert table[named].values.tolist() == [
        ["self", "Renewed purpose", "why go on", "Meaning", "restart", "11 of 22"],
        ["self", "– Meaning", "", "", "why", "7 of 22"],
        ["team", "Pride", "we did it", "", "", "17-20 of 22"],
    ]
    assert table["exemplars"].tolist() == ["", "", "“wept” (E1, 3-7) “We” (E2, 0-2)"]


def test_markdown_escapes_bars_and_line_ends():
    table = pd.DataFrame({"n_of_N": ["1 of 2"], "quotation": ["a|b\nc"]})
    assert as_markdown(table, title="Themes", note="Invented.").splitlines() == [
        "# Themes",
        "",
        "Invented.",
        "",
        "| n of N | quotation |",
        "| --- | --- |",
        "| 1 of 2 | a\\|b c |",
    ]


def test_markdown_without_a_note_or_rows_is_still_a_table():
    page = as_markdown(pd.DataFrame({"theme": []}), title="Themes", note="")
    assert page == "# Themes\n\n| theme |\n| --- |\n"


def test_the_same_count_of_another_number_of_essays_differs():
    printed = published(("pride", "17", "Results"))
    ours = PREVALENCE.assign(n_high=PREVALENCE["n_low"])
    verdicts = [
        compare_with_published(ours, printed.assign(essays=n))["verdict"].item()
        for n in ("22", "30")
    ]
    assert verdicts == ["agree", "differ"]


def test_theme_table_to_be_read_has_one_quotation_a_line_without_its_place():
    table = theme_table(THEMES, PREVALENCE, EXEMPLARS, CODES, exemplars_shown=2, places=False)
    assert table["exemplars"].tolist() == ["", "", "“wept” (E1)\n“We” (E2)"]


def test_a_published_count_at_one_end_of_a_range_does_not_agree():
    assert verdict(("pride", "17", "")) == ["differ"]
