"""The tables of phase 2: each value with its interval, or why it has none."""

import numpy as np
import pandas as pd
import pytest

from analysis.agreement import agreement, four_cells, pair_agreement, rating_patterns
from analysis.bootstrap import bootstrap_intervals, pair_bootstrap_intervals
from analysis.codings import placed_readings, readings
from analysis.comparison import (
    compare_all_codes,
    compare_coders,
    compare_pairs,
    compare_spans,
    every_name,
    every_name_over_parts,
    in_long,
    patterns_over,
)
from analysis.intervals import pair_intervals
from analysis.ratings import Ratings, ratings_of_parts
from analysis.unitizing import unitizing
from tests.worked_examples import ratings

DRAWS = {"n_resamples": 40, "seed": 7, "level": 0.9}


def sentences(*coders):
    """Ratings of code c; essays of four sentences from one string a coder."""
    values = np.array([[int(m) if m != "." else 2 for m in coder] for coder in coders], np.uint8)
    n = len(coders[0])
    units = pd.DataFrame({"essay_id": [f"E{k // 4}" for k in range(n)], "sentence": range(n)})
    return Ratings("code", ("c",), tuple("abcde"[: len(coders)]), units, values[None])


def codings(*rows):
    table = pd.DataFrame(rows, columns=["essay_id", "coder", "code", "start", "end"])
    return table.astype({"start": "Int64", "end": "Int64"})


def test_two_coders_over_essays_have_the_intervals_that_need_no_draws():
    two = ratings("1110001", "1100011")
    expected = pair_intervals(pair_agreement(four_cells(two, [("a", "b")])), level=0.9)
    found = compare_coders(two, **DRAWS)
    for name in ("alpha_low", "alpha_high", "ac1_low", "ac1_high", "pabak_low"):
        assert found[name].item() == expected[name].item()
    said = found[["resamples", "alpha_undefined_resamples", "alpha_note", "level"]].iloc[0].tolist()
    assert said == [0, 0, "", 0.9]
    assert found["interval"].item().startswith("goodness of fit")


def test_ac1_of_two_coders_is_of_the_essays_that_both_read():
    more = ratings("11100011", "110001..")
    assert compare_coders(more, **DRAWS)["ac1"].item() == pytest.approx(
        agreement(ratings("111000", "110001"))["ac1"].item()
    )


@pytest.mark.parametrize(
    "of",
    [ratings("1110001", "1100011", "1010011"), sentences("11000001", "10100001")],
    ids=["three coders", "sentences"],
)
def test_more_coders_and_parts_of_essays_are_resampled(of):
    expected = bootstrap_intervals(of, drawn="essay_id", **DRAWS)
    found = compare_coders(of, **DRAWS)
    assert found["alpha_low"].tolist() == expected["alpha_low"].tolist()
    assert found[["interval", "resamples"]].iloc[0].tolist() == ["bootstrap", 40]
    assert found["alpha_note"].item().startswith("few essays")


def test_a_pair_over_essays_says_why_kappa_has_no_interval():
    found = compare_pairs(ratings("1110001", "1100000"), [("a", "b")], **DRAWS).iloc[0]
    assert np.isnan(found["kappa_low"]) and found["alpha_low"] < found["alpha"]
    assert found["kappa_note"] == "no interval: the coders use the code unequally often"


def test_a_pair_over_sentences_has_the_interval_of_its_resampled_essays():
    of = sentences("110000011000", "101000010000", "110000010001")
    pairs = [("a", "b"), ("b", "c")]
    expected = pair_bootstrap_intervals(of, pairs, drawn="essay_id", **DRAWS)
    found = compare_pairs(of, pairs, **DRAWS)
    assert found[["first", "second"]].values.tolist() == [list(pair) for pair in pairs]
    assert found["kappa_high"].tolist() == expected["kappa_high"].tolist()
    assert found["interval"].eq("bootstrap").all()


@pytest.mark.parametrize("of", [ratings("10", "01"), sentences("1000", "0100")])
def test_without_pairs_there_is_an_empty_table_with_all_columns(of):
    found = compare_pairs(of, [], **DRAWS)
    assert found.empty and {"alpha_low", "kappa_high", "kappa_note", "interval"} <= set(found)


def test_every_name_has_a_row_and_without_ratings_a_reason():
    table = compare_coders(ratings("110", "100"), **DRAWS)
    found = every_name(table, "code", {"new": ["new"], "c": ["c"], "empty theme": []})
    assert found["code"].tolist() == ["new", "c", "empty theme"]
    assert found["undefined"].tolist() == ["nobody was asked for it", "", "it has no code"]
    assert found["units"].tolist() == [0, 3, 0] and found["coders"].tolist() == [0, 2, 0]
    assert found["alpha_note"].eq("").all()


def test_over_parts_the_reason_is_that_whole_essays_say_no_place():
    codes = {"only": ["x"], "mixed": ["x", "y"], "unused beside": ["x", "z"], "unused": ["z"]}
    none = "nothing was read by two coders"
    table = pd.DataFrame(
        {"theme": list(codes), "undefined": [none, none, "no coder used it", none]}
    )
    coded = codings(("E0", "A", "x", None, None), ("E0", "A", "y", None, None),
                    ("E1", "A", "y", 0, 4))  # fmt: skip
    found = every_name_over_parts(table, "theme", codes, coded)
    assert found["undefined"].tolist() == [
        "marked on whole essays only",
        "nothing was read by two coders who say where",
        "marked on whole essays only",
        none,
    ]


def test_rounding_in_another_order_makes_no_interval():
    """Three coders of whom one marks in every essay: every resample gives the same value."""
    for coders in (["100" * 4, "010" * 4, "001" * 4], [*["1000" * 3] * 2, *["0111" * 3] * 3]):
        found = compare_coders(ratings(*coders), n_resamples=200, seed=1, level=0.95).iloc[0]
        assert found[["percent_agreement_low", "pabak_low"]].isna().all()
        assert found["pabak_note"] == "no interval: the resamples give one value"


def test_in_long_each_coefficient_stands_with_its_own_reason():
    never = in_long(compare_coders(ratings("000", "000"), **DRAWS), "code", "essay")
    found = never.set_index("coefficient")
    assert found.at["alpha", "undefined"] == "no coder used it"
    assert (found.at["ac1", "value"], found.at["ac1", "undefined"]) == (1, "")
    assert found.at["ac1", "low"] < found.at["ac1", "high"] == 1
    assert found[["of", "name", "unit"]].drop_duplicates().values.tolist() == [
        ["code", "c", "essay"]
    ]


ASKED = readings(
    ["A", "B"], pd.DataFrame({"essay_id": ["E0", "E1"]}), pd.DataFrame({"code": ["c", "d"]}), None
)
CODED = codings(
    ("E0", "A", "c", None, None),  # says yes, and not where
    ("E1", "A", "c", None, None),
    ("E1", "A", "c", 0, 4),  # says where too
    ("E0", "B", "c", 0, 4),
    ("E1", "B", "d", None, None),
)


def test_a_reading_that_says_yes_and_not_where_is_left_out():
    left = placed_readings(ASKED, CODED)
    gone = ASKED.merge(left, how="left", indicator=True).query("_merge == 'left_only'")
    rows = gone[["coder", "essay_id", "code"]].values.tolist()
    assert sorted(rows) == [["A", "E0", "c"], ["B", "E1", "d"]]


def test_who_coded_the_whole_essay_is_missing_in_its_sentences_and_not_against_the_other():
    parts = pd.DataFrame({"essay_id": ["E0", "E0", "E1", "E1"], "sentence": [0, 1, 0, 1]})
    coded = pd.DataFrame(
        [("E1", 0, "A", "c"), ("E0", 0, "B", "c")],
        columns=["essay_id", "sentence", "coder", "code"],
    )
    placed = placed_readings(ASKED, CODED)
    of = {"of": "code", "names": ["c", "d"], "coders": ["A", "B"]}
    cells = four_cells(ratings_of_parts(parts, placed, coded, **of), [("A", "B")])
    found = cells.set_index("code")[["both", "first_only", "second_only", "neither"]]
    assert found.loc["c"].tolist() == [0, 1, 0, 1]  # of E1 alone
    assert found.loc["d"].tolist() == [0, 0, 0, 2]  # of E0 alone


def test_over_words_each_code_has_its_rows_and_its_reason():
    lengths = pd.Series({"E0": 10, "E1": 10})
    placed = placed_readings(ASKED, CODED)
    of_codes, together = compare_spans(CODED, lengths, placed, ["c", "d"], **DRAWS)
    expected = unitizing(CODED, lengths, placed).query("scope == 'code' and code == 'c'")
    of_c = of_codes[of_codes["name"].eq("c")]
    assert of_c["coefficient"].tolist() == expected["coefficient"].tolist() == ["u", "dice"]
    assert of_c["value"].tolist() == expected["value"].tolist()
    assert (
        of_codes.loc[of_codes["name"].eq("d"), "undefined"].tolist()
        == ["marked on whole essays only"] * 2
    )
    assert together["scope"].tolist() == ["pooled", "pooled"] + ["alternatives"] * 3


def test_all_codes_together_stand_unit_by_unit():
    lengths = pd.Series({"E0": 10, "E1": 10})
    _, words = compare_spans(CODED, lengths, ASKED, ["c", "d"], **DRAWS)
    found = compare_all_codes(
        ratings("1100", "1010", "1..."),
        sentences("1100", "1010", "...."),
        words,
        whole=True,
        **DRAWS,
    )
    assert found[["unit", "coefficient"]].apply(": ".join, axis=1).tolist() == [
        "essay: pooled alpha",
        "sentence: pooled alpha",
        "sentence: alpha of sets, MASI",
        "sentence: alpha of sets, Jaccard",
        "character: u, pooled",
        "character: overlap (Dice), pooled",
        "character: u, alternatives",
        "character: |u, alternatives",
        "character: cu, alternatives",
    ]
    assert (found["value"].isna() == found["undefined"].ne("")).all()
    assert found["coders"].tolist() == [3, 3, 2, 2, 2, 2, 2, 2, 2]  # who take part


def test_patterns_count_the_units_by_who_read_and_who_marked():
    found = rating_patterns(ratings("111.", "110.", "10.."))
    assert found.values.tolist() == [
        ["c", 2, 1, 1],  # the third essay: two read it, one marked it
        ["c", 3, 2, 1],
        ["c", 3, 3, 1],
    ]
    both = patterns_over([("essay", ratings("1", "1")), ("sentence", sentences("1000", "0100"))])
    assert both[["unit", "read", "marked", "units"]].values.tolist() == [
        ["essay", 2, 2, 1],
        ["sentence", 2, 0, 2],
        ["sentence", 2, 1, 2],
    ]
