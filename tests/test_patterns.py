"""Ratings as bytes, and the counts of their patterns."""

from collections import Counter

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.agreement import agreement
from analysis.patterns import (
    Ratings,
    contributions,
    pair_counts,
    pattern_counts,
    ratings_of,
    ratings_of_parts,
    totals,
    totals_by_group,
)
from tests.worked_examples import marks, ratings


def random_values(seed, coders, units, missing):
    rng = np.random.default_rng(seed)
    values = (rng.random((2, coders, units)) < 0.4).astype(np.uint8)
    values[rng.random(values.shape) < missing] = 2
    return values


def test_ratings_by_hand():
    found = ratings("10.", "0.1")
    assert found.values.tolist() == [[[1, 0, 2], [0, 2, 1]]]
    assert (found.names, found.coders) == (("c",), ("a", "b"))
    assert found.units["essay_id"].tolist() == ["E00", "E01", "E02"]


def test_the_order_of_rows_is_not_the_order_of_coders_and_units():
    presence = marks("10.", "0.1").iloc[::-1]
    assert ratings_of(presence, of="code", unit=["essay_id"]).values.tolist() == [
        [[1, 0, 2], [0, 2, 1]]
    ]


def test_a_unit_may_be_a_sentence():
    presence = marks("1010", "1000").assign(sentence=[0, 1, 0, 1] * 2)
    presence["essay_id"] = ["E1", "E1", "E2", "E2"] * 2
    found = ratings_of(presence, of="code", unit=["essay_id", "sentence"])
    assert found.units.values.tolist() == [["E1", 0], ["E1", 1], ["E2", 0], ["E2", 1]]
    assert found.values.tolist() == [[[1, 0, 1, 0], [1, 0, 0, 0]]]
    pd.testing.assert_frame_equal(agreement(found), agreement(ratings("1010", "1000")))


def test_a_rating_in_two_rows_is_refused():
    presence = pd.concat([marks("10"), marks("1")])
    with pytest.raises(ValueError, match=r"a rating stands in two rows: .*'E00'"):
        ratings_of(presence, of="code", unit=["essay_id"])


def test_a_rating_that_is_neither_yes_nor_no_is_refused():
    with pytest.raises(ValueError, match="present must be 0 or 1"):
        ratings_of(marks("102"), of="code", unit=["essay_id"])


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (np.zeros((1, 2, 3)), "float64 of shape"),
        (np.zeros((2, 1, 3), np.uint8), "must be uint8 of shape"),
        (np.full((1, 2, 3), 3, np.uint8), "values must be 0"),
    ],
    ids=["not bytes", "turned", "a fourth value"],
)
def test_an_array_that_is_no_ratings_is_refused(values, message):
    units = pd.DataFrame({"essay_id": ["E1", "E2", "E3"]})
    with pytest.raises(ValueError, match=message):
        Ratings("code", ("c",), ("a", "b"), units, values)


SENTENCES = pd.DataFrame({"essay_id": ["E1", "E1", "E2"], "sentence": [0, 1, 0]})
READINGS = pd.DataFrame(
    [("a", "E1", "x"), ("a", "E2", "x"), ("b", "E1", "x"), ("b", "E1", "y"), ("b", "E9", "y")],
    columns=["coder", "essay_id", "code"],
)


def coded(*rows):
    return pd.DataFrame(rows, columns=["essay_id", "sentence", "coder", "code"])


def test_sentences_are_read_with_their_essay_and_marked_one_by_one():
    found = ratings_of_parts(
        SENTENCES, READINGS, coded(("E1", 1, "a", "x"), ("E1", 0, "b", "y")), of="code"
    )
    assert (found.names, found.coders) == (("x", "y"), ("a", "b"))
    assert found.values.tolist() == [[[0, 1, 0], [0, 0, 2]], [[2, 2, 2], [1, 0, 2]]]


def test_parts_meet_the_long_table():
    marked = coded(("E1", 1, "a", "x"), ("E1", 0, "b", "y"), ("E2", 0, "a", "x"))
    long = READINGS.merge(SENTENCES, on="essay_id")
    long = long.merge(marked.assign(present=1), how="left").fillna({"present": 0})
    there = ratings_of(long, of="code", unit=["essay_id", "sentence"])
    back = ratings_of_parts(SENTENCES, READINGS, marked, of="code")
    assert there.values.tolist() == back.values.tolist()
    pd.testing.assert_frame_equal(there.units, back.units)


@pytest.mark.parametrize(
    "row",
    [("E2", 0, "b", "x"), ("E1", 0, "a", "y"), ("E1", 7, "a", "x"), ("E1", 0, "z", "x")],
    ids=["essay not read", "code not asked", "no such sentence", "no such coder"],
)
def test_what_is_coded_and_was_not_read_is_refused(row):
    with pytest.raises(ValueError, match="coded and not read: .*" + row[0]):
        ratings_of_parts(SENTENCES, READINGS, coded(("E1", 0, "a", "x"), row), of="code")


def test_a_theme_is_marked_where_any_of_its_codes_is_and_missing_where_one_is():
    codes = np.array([[[0, 1, 0, 2, 2]], [[0, 0, 1, 1, 2]], [[1, 1, 1, 1, 1]]], np.uint8)
    units = pd.DataFrame({"essay_id": list("12345")})
    of_codes = Ratings("code", ("x", "y", "z"), ("a",), units, codes)
    themes = of_codes.rolled_up("theme", {"one": ["x", "y"], "none": [], "two": ["z"]})
    assert (themes.of, themes.names) == ("theme", ("one", "two"))
    assert themes.values.tolist() == [[[0, 1, 1, 2, 2]], [[1, 1, 1, 1, 1]]]


def test_pattern_counts_by_hand():
    # Three coders; 1 of 3 yes, 0 of 3, 1 of 2, none read.
    counts = pattern_counts(ratings("1010", "0000", "00..").values)[0]
    assert {(int(y), int(v)): int(counts[y, v]) for y, v in np.argwhere(counts)} == {
        (1, 3): 1, (0, 3): 1, (1, 2): 1, (0, 2): 1,
    }  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 2**32 - 1), st.integers(1, 20), st.integers(0, 60), st.sampled_from([0, 0.3, 1])
)
def test_pattern_counts_are_those_of_counting_unit_by_unit(seed, coders, units, missing):
    values = random_values(seed, coders, units, missing)
    for of_code, found in zip(values, pattern_counts(values), strict=True):
        seen = Counter((int((unit == 1).sum()), int((unit < 2).sum())) for unit in of_code.T)
        assert {(int(y), int(v)): int(found[y, v]) for y, v in np.argwhere(found)} == seen


@pytest.mark.parametrize("coders", [3, 6])
def test_counts_in_blocks_are_those_of_the_whole(coders, monkeypatch):
    values = random_values(1, coders, 50, 0.2)
    whole, pairs = pattern_counts(values), pair_counts(values)
    monkeypatch.setattr("analysis.patterns.BLOCK", 7)
    assert np.array_equal(pattern_counts(values), whole)
    assert np.array_equal(pair_counts(values), pairs)


def test_contributions_by_hand():
    # y of v: disagreements y (v-y) / (v-1), yes, no, unit, agreeing pairs; unit, share of yes.
    found = contributions(3)
    assert found[1, 3].tolist() == [1, 1, 2, 1, pytest.approx(1 / 3), 1, pytest.approx(1 / 3)]
    assert found[2, 2].tolist() == [0, 2, 0, 1, 1, 1, 1]
    assert found[1, 1].tolist() == [0, 0, 0, 0, 0, 1, 1]
    assert not found[0, 0].any() and not found[2, 1].any()


@pytest.mark.parametrize("coders", [2, 7])
def test_totals_of_groups_add_up_to_the_totals(coders):
    values = random_values(3, coders, 40, 0.3)
    group = np.random.default_rng(1).integers(5, size=40)
    by_group = totals_by_group(values, group, 5)
    assert by_group.sum(axis=0) == pytest.approx(totals(pattern_counts(values)))
    for number in range(5):
        of_group = totals(pattern_counts(values[:, :, group == number]))
        assert by_group[number] == pytest.approx(of_group)
