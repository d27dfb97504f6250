import os

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.tables import (
    Columns,
    check_unique,
    read_output,
    read_table,
    unused_columns,
    write_atomic,
    write_table,
)

TABLE = pd.DataFrame(
    {
        "essay_id": ["E1", "NA", "007"],
        "quotation": ['He said "no",\nthen left.', " edge ", ""],
        "n": [1, 2, 3],
        "start": pd.array([5, None, 0], dtype="Int64"),
        "share": [1 / 3, np.nan, 2.0],
    }
)


def test_table_comes_back_as_it_was_written(tmp_path):
    write_table(TABLE, tmp_path / "t.csv")
    back = read_output(tmp_path / "t.csv", n=int, start="Int64", share=float)
    assert back["essay_id"].tolist() == ["E1", "NA", "007"]
    assert back["quotation"].tolist() == TABLE["quotation"].tolist()
    assert back["n"].tolist() == [1, 2, 3]
    assert back["start"].equals(TABLE["start"])
    assert back["share"].tolist() == pytest.approx([1 / 3, np.nan, 2], nan_ok=True, rel=1e-9)


def test_file_is_plain_utf8_with_lf_and_ten_digits(tmp_path):
    table = pd.DataFrame({"é": ["👩"], "share": [2 / 3], "big": [12345678901], "whole": [2.0]})
    write_table(table, tmp_path / "t.csv")
    expected = "é,share,big,whole\n👩,0.6666666667,12345678901,2\n"
    assert (tmp_path / "t.csv").read_bytes() == expected.encode()


def test_numbers_that_differ_in_their_last_bits_give_the_same_bytes(tmp_path):
    for name, share in (("a.csv", 0.1 + 0.2), ("b.csv", 0.3)):
        write_table(pd.DataFrame({"share": [share]}), tmp_path / name)
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()


def test_same_table_gives_the_same_bytes_twice(tmp_path):
    write_table(TABLE, tmp_path / "t.csv")
    first = (tmp_path / "t.csv").read_bytes()
    write_table(read_output(tmp_path / "t.csv"), tmp_path / "t.csv")
    assert (tmp_path / "t.csv").read_bytes() == first


def test_empty_table_keeps_its_columns(tmp_path):
    write_table(TABLE.head(0), tmp_path / "t.csv")
    back = read_output(tmp_path / "t.csv", n=int, start="Int64")
    assert back.empty
    assert back.columns.tolist() == TABLE.columns.tolist()


words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\0"), max_size=8)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(words, words), max_size=5))
def test_any_text_comes_back(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("phase") / "t.csv"
    write_table(pd.DataFrame(rows, columns=["a", "b"], dtype=str), path)
    back = read_output(path)
    assert list(back.itertuples(index=False, name=None)) == rows


@pytest.mark.parametrize("step", ["fsync", "replace", "chmod"])
def test_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch, step):
    write_atomic(tmp_path / "t.csv", b"old")

    def fail(*_):
        raise OSError("disk full")

    monkeypatch.setattr(os, step, fail)
    with pytest.raises(OSError, match="disk full"):
        write_atomic(tmp_path / "t.csv", b"new")
    assert (tmp_path / "t.csv").read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["t.csv"]


def test_interrupted_write_leaves_nothing(tmp_path, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_atomic(tmp_path / "t.csv", b"new")
    assert list(tmp_path.iterdir()) == []


def test_write_makes_the_folders_and_a_file_others_can_read(tmp_path):
    write_atomic(tmp_path / "a" / "b" / "t.csv", b"x")
    assert (tmp_path / "a" / "b" / "t.csv").stat().st_mode & 0o777 == 0o644


def test_missing_output_says_which_phase_to_run(tmp_path):
    with pytest.raises(Exception, match=r"Run .*2_initial_coding"):
        read_output(tmp_path / "2_initial_coding" / "presence.csv")


# Tables that people made


COLUMNS = Columns(("code",), ("note",))


def made(tmp_path, content):
    (tmp_path / "t.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
    table = read_table(tmp_path / "t.csv", "t.csv", COLUMNS, problems := [])
    return table, problems


@pytest.mark.parametrize(
    "content",
    [
        "code,note\na,x\nb,\n",
        "\ufeffcode,note\r\na,x\r\nb,\r\n",
        "code,note\ra,x\rb,\r",
        " code , note\na , x\nb\t,\n",
        "code,note\na,x\n\n,\nb,",
    ],
    ids=["plain", "windows", "old mac", "spaces", "blank rows"],
)
def test_sound_table_reads_the_same_however_it_was_saved(tmp_path, content):
    table, problems = made(tmp_path, content)
    assert problems == []
    assert table[["code", "note"]].values.tolist() == [["a", "x"], ["b", ""]]


def test_rows_are_those_of_the_spreadsheet(tmp_path):
    table, _ = made(tmp_path, 'code,note\na,\n\nb,"two\nlines"\nc,\n')
    assert dict(zip(table["code"], table.index, strict=True)) == {"a": 2, "b": 4, "c": 5}


def test_absent_optional_column_is_empty(tmp_path):
    assert made(tmp_path, "code\na\n")[0]["note"].tolist() == [""]


@pytest.mark.parametrize(
    ("content", "row"),
    [
        ("", None),
        ("code;note\na;x\n", 1),
        ("code\tnote\na\tx\n", 1),
        ("name,note\na,x\n", 1),
        ("code,code\na,b\n", 1),
        ("code,note\na\n", 2),
        ("code,note\na,b,c\n", 2),
        ('code,note\na,x\nb,"y\n', 3),
        ("code,note\na,x\nb", 3),
        ("code,note\ncaf\xe9,x\n".encode("cp1252"), None),
        ("code,note\na,x\n".encode("utf-16"), None),
        ("code,note\n'a,x\n", 2),
    ],
    ids=[
        "empty",
        "semicolons",
        "tabs",
        "no column",
        "column twice",
        "short row",
        "long row",
        "open quote",
        "cut off",
        "windows-1252",
        "utf-16",
        "apostrophe",
    ],
)
def test_bad_table_is_one_problem_with_its_row(tmp_path, content, row):
    _, problems = made(tmp_path, content)
    assert [(problem.file, problem.row) for problem in problems] == [("t.csv", row)]


def test_missing_table_is_a_problem(tmp_path):
    assert read_table(tmp_path / "t.csv", "t.csv", COLUMNS, problems := []) is None
    assert "missing" in str(problems[0])


def test_columns_nobody_uses_are_kept_and_listed(tmp_path):
    table, _ = made(tmp_path, "code,ward\na,3\nb,\n")
    assert table["ward"].tolist() == ["3", ""]
    listed = unused_columns({"t.csv": (table, COLUMNS)})
    assert listed.values.tolist() == [["t.csv", "ward", 1]]


def test_repeated_rows_name_the_first_of_them(tmp_path):
    table, _ = made(tmp_path, "code,note\na,x\na,y\nb,\na,z\n")
    check_unique(table, ["code"], "t.csv", problems := [])
    assert [problem.row for problem in problems] == [3, 5]
    assert all("row 2" in str(problem) for problem in problems)
