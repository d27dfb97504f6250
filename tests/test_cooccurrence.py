import itertools

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.cooccurrence import cooccurrence, jaccard_matrix


def present(**codes):
    """Essays of each code, one letter an essay."""
    rows = [(essay, code) for code, essays in codes.items() for essay in essays]
    return pd.DataFrame(rows, columns=["essay_id", "code"], dtype=str)


def of_codes(table, *names):
    return cooccurrence(table, of="code", names=names or list(dict.fromkeys(table["code"])))


def pairs(table):
    return {(a, b): (n, j) for a, b, n, j in table.itertuples(index=False)}


def test_shared_essays_and_jaccard_by_hand():
    table = pairs(of_codes(present(pride="ABC", grief="BCD", tea="E")))
    assert table == {
        ("pride", "pride"): (3, 1),
        ("pride", "grief"): (2, 2 / 4),
        ("pride", "tea"): (0, 0),
        ("grief", "grief"): (3, 1),
        ("grief", "tea"): (0, 0),
        ("tea", "tea"): (1, 1),
    }


def test_two_codings_in_one_essay_count_once():
    table = of_codes(present(pride="AAB", grief="A"))
    assert pairs(table)["pride", "pride"] == (2, 1)
    assert pairs(table)["pride", "grief"] == (1, 1 / 2)


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        ({}, {}),
        ({"one": "A"}, {("one", "one"): (1, 1)}),
        ({"x": "AB", "y": "AB"}, {("x", "x"): (2, 1), ("x", "y"): (2, 1), ("y", "y"): (2, 1)}),
    ],
    ids=["nobody used a code", "one code", "always together"],
)
def test_edges(codes, expected):
    assert pairs(of_codes(present(**codes))) == expected


def test_code_in_no_essay_has_a_row_and_no_jaccard_with_itself():
    table = of_codes(present(pride="AB"), "tea", "pride")
    assert table["shared"].tolist() == [0, 0, 2]
    assert table["jaccard"].fillna(-1).tolist() == [-1, 0, 1]


def test_themes_meet_like_codes():
    table = present(us="AB", me="B").rename(columns={"code": "theme"})
    found = cooccurrence(table, of="theme", names=["us", "me"])
    assert found.columns.tolist() == ["theme_a", "theme_b", "shared", "jaccard"]
    assert found["shared"].tolist() == [2, 1, 1]


def test_square_table_is_symmetric_in_order_of_appearance():
    square = jaccard_matrix(of_codes(present(z="AB", a="BC", m="C")), of="code")
    assert square.index.tolist() == square.columns.tolist() == ["z", "a", "m"]
    assert square.to_numpy().tolist() == [[1, 1 / 3, 0], [1 / 3, 1, 1 / 2], [0, 1 / 2, 1]]


@settings(max_examples=50, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from("uvwxyz"), st.sets(st.sampled_from("ABCDEF"), min_size=1), min_size=1
    ),
    st.randoms(),
)
def test_pairs_equal_the_sets_they_stand_for_in_any_order(essays, random):
    table = present(**essays).sample(frac=1, random_state=random.randrange(1000))
    found = {frozenset(names): n for names, n in pairs(of_codes(table)).items()}
    assert len(found) == len(essays) * (len(essays) + 1) / 2
    for a, b in itertools.combinations_with_replacement(essays, 2):
        shared, either = essays[a] & essays[b], essays[a] | essays[b]
        assert found[frozenset((a, b))] == (len(shared), len(shared) / len(either))
