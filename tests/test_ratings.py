"""Ratings: tables as bytes, of any unit."""

import numpy as np
import pandas as pd
import pytest

from analysis.agreement import agreement
from analysis.ratings import Ratings, ratings_of, ratings_of_parts
from tests.worked_examples import marks, ratings


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


OF = {"of": "code", "names": ["x", "y"], "coders": ["a", "b"]}


def coded(*rows):
    return pd.DataFrame(rows, columns=["essay_id", "sentence", "coder", "code"])


def test_sentences_are_read_with_their_essay_and_marked_one_by_one():
    found = ratings_of_parts(
        SENTENCES, READINGS, coded(("E1", 1, "a", "x"), ("E1", 0, "b", "y")), **OF
    )
    assert (found.names, found.coders) == (("x", "y"), ("a", "b"))
    assert found.values.tolist() == [[[0, 1, 0], [0, 0, 2]], [[2, 2, 2], [1, 0, 2]]]


def test_a_coder_without_a_reading_is_missing_everywhere():
    found = ratings_of_parts(
        SENTENCES, READINGS, coded(), of="code", names=["x", "y"], coders=["a", "b", "c"]
    )
    assert (found.values[:, 2] == 2).all()


def test_a_reading_of_nobody_who_is_named_is_refused():
    with pytest.raises(ValueError, match="a reading is of no known code or coder"):
        ratings_of_parts(SENTENCES, READINGS, coded(), of="code", names=["x"], coders=["a", "b"])


def test_parts_meet_the_long_table():
    marked = coded(("E1", 1, "a", "x"), ("E1", 0, "b", "y"), ("E2", 0, "a", "x"))
    long = READINGS.merge(SENTENCES, on="essay_id")
    long = long.merge(marked.assign(present=1), how="left").fillna({"present": 0})
    there = ratings_of(long, of="code", unit=["essay_id", "sentence"])
    back = ratings_of_parts(SENTENCES, READINGS, marked, **OF)
    assert there.values.tolist() == back.values.tolist()
    pd.testing.assert_frame_equal(there.units, back.units)


@pytest.mark.parametrize(
    "row",
    [("E2", 0, "b", "x"), ("E1", 0, "a", "y"), ("E1", 7, "a", "x"), ("E1", 0, "z", "x")],
    ids=["essay not read", "code not asked", "no such sentence", "no such coder"],
)
def test_what_is_coded_and_was_not_read_is_refused(row):
    with pytest.raises(ValueError, match="coded and not read: .*" + row[0]):
        ratings_of_parts(SENTENCES, READINGS, coded(("E1", 0, "a", "x"), row), **OF)


def test_a_theme_is_marked_where_any_of_its_codes_is_and_missing_where_one_is():
    codes = np.array([[[0, 1, 0, 2, 2]], [[0, 0, 1, 1, 2]], [[1, 1, 1, 1, 1]]], np.uint8)
    units = pd.DataFrame({"essay_id": list("12345")})
    of_codes = Ratings("code", ("x", "y", "z"), ("a",), units, codes)
    themes = of_codes.rolled_up("theme", {"one": ["x", "y"], "none": [], "two": ["z"]})
    assert (themes.of, themes.names) == ("theme", ("one", "two"))
    assert themes.values.tolist() == [[[0, 1, 1, 2, 2]], [[1, 1, 1, 1, 1]]]


def test_a_code_that_nobody_was_asked_for_is_in_no_theme():
    themes = ratings("10", "11").rolled_up("theme", {"one": ["c", "unasked"], "two": ["unasked"]})
    assert themes.names == ("one",)
    assert themes.values.tolist() == [[[1, 0], [1, 1]]]
