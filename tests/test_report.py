import pandas as pd
import pytest

from analysis.report import (
    agreement_table,
    as_markdown,
    codebook_table,
    compare_with_published,
    count_table,
    decision_table,
    meaning_of_n,
    n_of_N,
    read_published,
    theme_table,
    theme_table_to_print,
)

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
        ["self", "Renewed purpose", "why go on", "Meaning", "restart", "11 of 22 (50 %)"],
        ["self", "– Meaning", "", "", "why", "7 of 22 (32 %)"],
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


@pytest.mark.parametrize(
    ("low", "high", "essays", "expected"),
    [
        (10, 10, 22, "10 of 22 (45 %)"),
        (9, 11, 22, "9-11 of 22"),
        (3, 3, 19, "3 of 19"),
        (25, 25, 200, "25 of 200 (13 %)"),
        (1, 1, 787, "1 of 787 (<1 %)"),
        (786, 786, 787, "786 of 787 (>99 %)"),
        (0, 0, 22, "0 of 22 (0 %)"),
        (22, 22, 22, "22 of 22 (100 %)"),
        (0, 0, 0, "0 of 0"),
    ],
    ids="whole range few half rare nearly-all none all unread".split(),
)
def test_count_is_said_with_its_whole_percent_where_it_may_have_one(low, high, essays, expected):
    assert n_of_N(low, high, essays) == expected


def test_no_percent_of_22_is_printed_that_22_essays_cannot_give():
    possible = {round(100 * k / 22) for k in range(23)}
    printed = {int(n_of_N(k, k, 22).split("(")[1].removesuffix(" %)")) for k in range(23)}
    assert printed == possible and 44 not in printed


def test_an_interval_of_n_is_given_to_who_asks_and_the_words_follow():
    counts = pd.DataFrame(
        {"label": ["Pride", "Nobody read it"], "parent": "", "n_low": [11, 0], "n_high": [11, 0],
         "essays": [22, 0], "all_coders": [9, 0], "any_coder": [12, 0],
         "share_low": [0.307, None], "share_high": [0.693, None]}
    )  # fmt: skip
    assert "n / N" not in " ".join(count_table(counts))
    asked = count_table(counts, level=0.95)
    assert asked["n / N (95\N{NO-BREAK SPACE}% interval)"].tolist() == ["31% to 69%", "undefined"]
    assert "no confidence interval" in " ".join(meaning_of_n("any", 22))
    said = " ".join(meaning_of_n("any", 22, level=0.95))
    assert "no confidence interval" not in said and "drawn at random" in said


def test_meaning_of_n_names_the_rule_and_the_essays():
    text = " ".join(meaning_of_n("adjudicated", 22))
    assert (
        "of N = 22" in text and "as it was adjudicated" in text and "no confidence interval" in text
    )
    assert "by one rule: if ana marked it" in " ".join(meaning_of_n("ana", 3))


COUNTS = PREVALENCE.assign(
    parent=["", "renewal", ""], all_coders=[9, 6, 15], any_coder=[12, 8, 20], coder_A=[10, 7, 16],
    coder_B=[11, 7, 19],
)  # fmt: skip


def test_count_table_sets_first_passes_beside_the_count():
    table = count_table(COUNTS)
    assert list(table) == ["theme", "n of N", "first passes: both", "either", "A", "B"]
    assert table.values.tolist()[1] == ["– Meaning", "7 of 22 (32 %)", 6, 8, 7, 7]
    many = count_table(COUNTS.drop(columns=["coder_A", "coder_B"]))
    assert list(many)[2:] == ["first passes: all", "any"]


def test_printed_theme_table_leaves_out_empty_columns_and_under_reflexive_the_count():
    table = theme_table(
        THEMES, PREVALENCE, EXEMPLARS, CODES, exemplars_shown=1, places=False
    ).assign(sub_themes="")
    printed = theme_table_to_print(table, "codebook")
    assert list(printed) == ["perspective", "theme", "definition", "codes", "n of N", "quotations"]
    assert "n of N" not in theme_table_to_print(table, "reflexive")


AGREEMENT = pd.DataFrame(
    {
        "code": ["small_gesture", "humility"],
        "essays": [22, 22],
        "coders": [2, 2],
        "marked": [0.295, 0.0],
        "percent_agreement": [0.77, 1.0],
        "positive_agreement": [0.62, None],
        "ac1": [0.61, 1.0],
        "alpha": [-0.001, None],
        "undefined": ["", "no coder used it"],
        "alpha_low": [-0.4, None],
        "alpha_high": [0.75, None],
        "level": [0.9, None],
    }
)
PAIRS = pd.DataFrame(
    [("humility", "A", "B", 0, 0, 0, 22, None), ("small_gesture", "A", "B", 4, 4, 1, 13, 0.47)],
    columns=["code", "first", "second", "both", "first_only", "second_only", "neither", "kappa"],
)


def test_agreement_table_of_two_coders_by_eye():
    table = agreement_table(AGREEMENT, PAIRS)
    assert list(table) == ["code", "essays", "both", "only A", "only B", "neither", "agreement",
                           "positive agreement", "AC1", "kappa",
                           "alpha (90\N{NO-BREAK SPACE}% interval)"]  # fmt: skip
    assert table.values.tolist() == [
        ["small gesture", "22", "4", "4", "1", "13", "0.77", "0.62", "0.61", "0.47",
         "0.00 (−0.40\N{NO-BREAK SPACE}to\N{NO-BREAK SPACE}0.75)"],
        ["humility", "22", "0", "0", "0", "22", "1.00", "undefined", "1.00", "undefined",
         "undefined: no coder used it"],
    ]  # fmt: skip


def test_a_coefficient_without_an_interval_says_so():
    table = agreement_table(AGREEMENT.assign(alpha_low=None, alpha_high=None))
    assert table.iloc[0, -1] == "0.00 (no interval)"


def test_agreement_of_many_pairs_has_no_counts_of_a_pair_and_no_kappa():
    many = agreement_table(AGREEMENT, pd.concat([PAIRS, PAIRS.assign(second="C")]))
    assert many["marked"].tolist() == ["0.29", "0.00"] and "kappa" not in many
    third = agreement_table(AGREEMENT.assign(coders=3), PAIRS)  # whose alpha is of three
    assert "both" not in third and "kappa" not in third
    bare = AGREEMENT[["code", "essays", "marked", "alpha", "undefined"]].assign(label="A label")
    assert agreement_table(bare.rename(columns={"code": "theme"})).values.tolist() == [
        ["A label", "22", "0.29", "0.00"],
        ["A label", "22", "0.00", "undefined: no coder used it"],
    ]


def test_a_code_that_nobody_was_asked_for_has_no_counts_of_a_pair():
    table = agreement_table(AGREEMENT, PAIRS[PAIRS["code"].eq("small_gesture")])
    assert table["both"].tolist() == ["4", ""] and table["kappa"].tolist() == ["0.47", "undefined"]


def test_codebook_table_follows_the_themes_and_ends_with_parked_codes():
    codebook = pd.DataFrame(
        {"code": ["noise", "we_won", "why"], "theme": ["", "pride", "renewal"],
         "definition": ["d", "e", "f"], "include": "", "exclude": "", "example": "",
         "note": ["too thin", "", ""]}
    )  # fmt: skip
    assert codebook_table(codebook, THEMES).values.tolist() == [
        ["Renewed purpose", "why", "f", ""],
        ["Pride", "we won", "e", ""],
        ["(none)", "noise", "d", "too thin"],
    ]


def test_decision_table_has_one_row_a_step_with_what_it_did_to_n():
    effect = pd.DataFrame(
        [("1", "2026-04-20", "A", "merge", "hope;joy", "pride", "one idea", "hope", "9", ""),
         ("1", "2026-04-20", "A", "merge", "hope;joy", "pride", "one idea", "pride", "", "17"),
         ("2", "2026-04-21", "B", "drop", "pride", "", "too thin", "pride", "17", "")],
        columns=["step", "date", "by", "action", "from", "to", "reason", "theme", "n_before",
                 "n_after"],
    )  # fmt: skip
    assert decision_table(effect, THEMES).values.tolist() == [
        ["1", "2026-04-20", "A", "merge hope; joy → Pride", "one idea",
         "hope: 9 → gone\nPride: new → 17"],
        ["2", "2026-04-21", "B", "drop Pride", "too thin", "Pride: 17 → gone"],
    ]  # fmt: skip
    assert decision_table(effect.iloc[:0], THEMES).empty
