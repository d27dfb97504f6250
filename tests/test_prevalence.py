import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.prevalence import marked_by_readers, n_text, prevalence, theme_matrix


def statuses(**themes):
    """One string a theme, one letter an essay: p(resent), a(bsent), u(nresolved), . = unread."""
    names = {"p": "present", "a": "absent", "u": "unresolved"}
    rows = [
        (f"E{essay}", theme, names[letter])
        for theme, string in themes.items()
        for essay, letter in enumerate(string)
        if letter != "."
    ]
    return pd.DataFrame(rows, columns=["essay_id", "theme", "status"])


def marks(*rows):
    return pd.DataFrame(rows, columns=["essay_id", "theme", "coder", "present"])


@pytest.mark.parametrize(
    ("essays", "low", "high", "n"),
    [
        ("ppa", 2, 2, 3),
        ("pua", 1, 2, 3),
        ("aaa", 0, 0, 3),
        ("ppp", 3, 3, 3),
        ("uuu", 0, 3, 3),
        ("p..", 1, 1, 1),
        ("p" * 19 + "a" * 3, 19, 19, 22),
    ],
)
def test_prevalence_counts_essays_of_essays_read(essays, low, high, n):
    table = prevalence(statuses(pride=essays), names=["pride"])
    assert table.values.tolist() == [["pride", low, high, n]]
    assert table.columns.tolist() == ["theme", "n_low", "n_high", "essays"]


def test_essay_without_any_theme_counts_among_the_essays_read():
    table = prevalence(statuses(pride="pa", grief="aa"), names=["grief", "pride"]).set_index(
        "theme"
    )
    assert table.loc["pride"].tolist() == [1, 1, 2]
    assert table.loc["grief"].tolist() == [0, 0, 2]


def test_prevalence_of_nothing_is_empty():
    assert prevalence(statuses(), names=[]).columns.tolist() == [
        "theme",
        "n_low",
        "n_high",
        "essays",
    ]


@settings(max_examples=50, deadline=None)
@given(st.text("pau", min_size=1, max_size=12), st.randoms())
def test_prevalence_is_ordered_and_blind_to_the_order_of_essays(string, random):
    row = prevalence(statuses(pride=string), names=["pride"]).iloc[0]
    assert 0 <= row["n_low"] <= row["n_high"] <= row["essays"] == len(string)
    mixed = "".join(random.sample(string, len(string)))
    assert prevalence(statuses(pride=mixed), names=["pride"]).iloc[0].tolist() == row.tolist()


MARKS = marks(
    ("E1", "pride", "ana", 1),
    ("E1", "pride", "ben", 1),
    ("E2", "pride", "ana", 1),
    ("E2", "pride", "ben", 0),
    ("E3", "pride", "ana", 0),
    ("E3", "pride", "ben", 0),
    ("E4", "pride", "ben", 1),
)


def test_first_pass_counts_of_all_any_and_each_coder():
    table = marked_by_readers(MARKS)
    assert table.to_dict("records") == [
        {"theme": "pride", "all_coders": 2, "any_coder": 3, "coder_ana": 2, "coder_ben": 2}
    ]


def test_more_than_four_coders_get_no_column_each():
    many = marks(*[("E1", "pride", coder, 1) for coder in "abcde"])
    assert marked_by_readers(many).columns.tolist() == ["theme", "all_coders", "any_coder"]


def test_theme_matrix_puts_the_readers_beside_the_consensus():
    consensus = statuses(pride="puap").assign(essay_id=["E1", "E2", "E3", "E4"])
    table = theme_matrix(consensus, MARKS)
    assert table["readers"].tolist() == ["all", "ana", "none", "all"]
    assert table["coders"].tolist() == [2, 2, 2, 1]
    assert table["status"].tolist() == ["present", "unresolved", "absent", "present"]


def test_count_is_printed_as_one_number_or_as_a_range():
    assert [n_text(19, 19), n_text(17, 20), n_text(0, 0)] == ["19", "17-20", "0"]


def test_a_theme_without_a_code_is_listed_with_no_essay_read():
    one = pd.DataFrame([("E1", "warmth", "present")], columns=["essay_id", "theme", "status"])
    table = prevalence(one, names=["warmth", "silence"])
    assert table.values.tolist() == [["warmth", 1, 1, 1], ["silence", 0, 0, 0]]
