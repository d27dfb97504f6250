import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.decisions import (
    check_replay,
    codes_to_themes,
    decision_log,
    read_candidates,
    read_decisions,
    replay,
)
from analysis.exemplars import exemplars
from analysis.themes import (
    codes_in_no_essay,
    codes_of_themes,
    codings_of_themes,
    counts_by_step,
    definition_gaps,
    display_order,
    map_gaps,
    map_of_codes,
    names_of_themes,
    read_themes,
    roll_up,
    roll_up_presence,
    thematic_map,
    themes_counted,
    with_labels,
)


def tree(**parents):
    """Themes from theme=parent ('' = top level)."""
    table = pd.DataFrame({"theme": list(parents), "parent": list(parents.values())}, dtype=str)
    return table.assign(
        label=table["theme"].str.capitalize(),
        perspective="",
        definition="",
        narrative="",
        aliases="",
    )


def table_of(columns, *rows):
    return pd.DataFrame(rows, columns=columns.split())


def after(*steps):
    """The map after each (action, from, to) on a, b in theme one, c in two, d parked."""
    candidates = pd.DataFrame({"code": list("abcd"), "theme": ["one", "one", "two", ""]})
    decisions = pd.DataFrame(steps, columns=["action", "from", "to"])
    decisions.index += 2
    problems = []
    maps = replay(candidates, decisions, problems)
    return [",".join(map_[code] or "-" for code in "abcd") for map_ in maps], problems


# The decision log


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        (("merge", "one; two", "all"), "all,all,all,-"),
        (("merge", "two", "one"), "one,one,one,-"),
        (("split", "a", "new"), "new,one,two,-"),
        (("split", "a; c", "new"), "new,one,new,-"),
        (("move", "b", "two"), "one,two,two,-"),
        (("move", "d", "two"), "one,one,two,two"),
        (("rename", "one", "uno"), "uno,uno,two,-"),
        (("drop", "b", ""), "one,-,two,-"),
        (("drop", "one", ""), "-,-,two,-"),
        (("drop", "a; b", ""), "-,-,two,-"),
        (("promote", "b", "b"), "one,b,two,-"),
    ],
    ids=lambda value: " ".join(value).strip() if isinstance(value, tuple) else "",
)
def test_each_action_moves_its_codes_and_no_other(step, expected):
    maps, problems = after(step)
    assert problems == []
    assert maps == ["one,one,two,-", expected]


def test_decisions_are_taken_in_order_each_on_the_result_of_the_last():
    maps, problems = after(
        ("split", "a", "new"),
        ("rename", "new", "newer"),
        ("merge", "newer; two", "two"),
        ("drop", "one", ""),
    )
    assert problems == []
    assert maps[1:] == ["new,one,two,-", "newer,one,two,-", "two,one,two,-", "two,-,two,-"]


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (("merge", "one; too", "all"), "Did you mean 'two'"),
        (("rename", "a", "x"), "theme 'a'"),
        (("rename", "one", "two"), "exists already"),
        (("rename", "one; two", "x"), "merge"),
        (("split", "a", "two"), "exists already"),
        (("split", "one", "x"), "code 'one'"),
        (("promote", "a; b", "x"), "split"),
        (("promote", "a", "two"), "exists already"),
        (("move", "a", "three"), "theme 'three'"),
        (("move", "z", "two"), "code 'z'"),
        (("drop", "z", ""), "'z'"),
        (("move", "", "two"), "from"),
        (("move", "a", ""), "to"),
    ],
    ids=lambda value: " ".join(value).strip() if isinstance(value, tuple) else "",
)
def test_step_that_cannot_be_taken_is_named_and_passed_over(step, words):
    maps, problems = after(("merge", "two", "two"), step, ("move", "d", "one"))
    assert [problem.row for problem in problems] == [3]
    assert words in str(problems[0])
    assert maps == ["one,one,two,-"] * 3 + ["one,one,two,one"]


def test_theme_that_went_earlier_is_named_with_its_row():
    _, problems = after(("rename", "one", "uno"), ("move", "c", "uno"), ("merge", "one", "uno"))
    assert [problem.row for problem in problems] == [4]
    assert "row 2" in str(problems[0])


def test_unknown_action_changes_nothing():
    maps, _ = after(("mvoe", "a", "two"))
    assert maps == ["one,one,two,-"] * 2


def test_log_must_end_in_the_codebook():
    codebook = table_of("code theme", ("a", "one"), ("b", ""), ("c", "two"), ("e", "one"))
    codebook.index += 2
    check_replay({"a": "one", "b": "one", "c": ""}, codebook, problems := [])
    assert [problem.row for problem in problems] == [3, 4]
    assert all(problem.file == "codebook.csv" for problem in problems)
    check_replay({"a": "one", "b": "", "c": "two", "e": "one"}, codebook, problems := [])
    assert problems == []


CONSENSUS = table_of(
    "essay_id code status",
    ("E1", "a", "present"), ("E1", "b", "present"), ("E1", "c", "absent"),
    ("E2", "a", "present"), ("E2", "b", "absent"), ("E2", "c", "unresolved"),
    ("E3", "a", "absent"), ("E3", "b", "absent"), ("E3", "c", "present"),
)  # fmt: skip


def test_counts_before_and_after_each_step_by_hand():
    maps = [
        {"a": "one", "b": "one", "c": "two"},  # one: E1 E2, two: E3
        {"a": "one", "b": "two", "c": "two"},  # one: E1 E2, two: E1 E3
        {"a": "one", "b": "one", "c": "one"},  # one: E1 E2 E3
        {"a": "one", "b": "one", "c": "one"},
    ]
    table = counts_by_step(maps, CONSENSUS, tree(one="", two=""))
    assert table.fillna(-1).values.tolist() == [
        [1, "one", 2, 2],
        [1, "two", 1, 2],
        [2, "one", 2, 3],
        [2, "two", 2, -1],
    ]


def test_step_below_a_theme_counts_for_the_theme_above():
    maps = [{"a": "low", "c": ""}, {"a": "low", "c": "low"}]
    table = counts_by_step(maps, CONSENSUS, tree(top="", low="top"))
    assert table.values.tolist() == [[1, "low", 2, 3], [1, "top", 2, 3]]


@pytest.mark.parametrize(
    ("action", "rows"),
    [("merge", []), ("Merge", [2]), ("mvoe", [2])],
)
def test_decisions_file_knows_six_actions(tmp_path, action, rows):
    (tmp_path / "candidate_themes.csv").write_text("code,theme\na,one\n")
    (tmp_path / "decisions.csv").write_text(f"action,from,to,date\n{action},a,b,2026-02-01\n")
    table = read_decisions(tmp_path, problems := [])
    assert [problem.row for problem in problems] == rows
    assert len(table) == 1


def test_study_without_candidates_and_decisions_has_none(tmp_path):
    assert read_decisions(tmp_path, []).empty
    assert read_candidates(tmp_path, pd.DataFrame({"code": ["a"]}), []).empty


# The tree and the roll-up


CODEBOOK = table_of("code theme note", ("a", "low", ""), ("b", "top", ""), ("c", "", "too rare"))


def write_themes(folder, *rows):
    (folder / "themes.csv").write_text("theme,parent,label\n" + "".join(f"{r}\n" for r in rows))


def test_themes_without_a_label_are_called_by_their_name(tmp_path):
    write_themes(tmp_path, "top,,The top", "low,top,")
    themes = read_themes(tmp_path, CODEBOOK, problems := [])
    assert problems == []
    assert themes["label"].tolist() == ["The top", "low"]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (["top,,", "low,low,"], "own parent"),
        (["top,low,", "low,top,"], "circle"),
        (["top,,", "low,topp,"], "Did you mean 'top'"),
        (["top,,"], "'low'"),
        (["top,,", "low,,", "low,top,"], "row 4"),
    ],
    ids=["own parent", "circle", "unknown parent", "codebook names another", "twice"],
)
def test_tree_that_cannot_be_is_one_problem(tmp_path, rows, words):
    write_themes(tmp_path, *rows)
    read_themes(tmp_path, CODEBOOK, problems := [])
    assert len(problems) == 1
    assert words in str(problems[0])


def test_without_a_themes_file_the_codebook_names_the_themes(tmp_path):
    assert read_themes(tmp_path, CODEBOOK, [])["label"].tolist() == ["low", "top"]


def test_before_there_are_themes_each_code_stands_for_itself():
    assert map_of_codes(CODEBOOK.assign(theme="")) == {"a": "a", "b": "b", "c": "c"}
    assert map_of_codes(CODEBOOK) == {"a": "low", "b": "top", "c": ""}


def test_sub_themes_stand_under_their_theme_and_perspectives_together():
    themes = tree(p="", q="", p1="p", r="", p2="p1").assign(perspective=["x", "y", "", "x", ""])
    assert display_order(themes) == ["p", "p1", "p2", "r", "q"]


def test_codes_of_a_sub_theme_belong_to_the_themes_above():
    codes = codes_of_themes({"a": "low", "b": "top", "c": ""}, tree(top="", low="top"))
    assert codes.values.tolist() == [["low", "a", True], ["top", "a", False], ["top", "b", True]]


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        (["present", "absent"], "present"),
        (["present", "unresolved"], "present"),
        (["absent", "unresolved"], "unresolved"),
        (["absent", "absent"], "absent"),
    ],
)
def test_theme_is_present_if_any_of_its_codes_is(codes, expected):
    consensus = pd.DataFrame({"essay_id": "E1", "code": ["a", "b"], "status": codes})
    rolled = roll_up(consensus, codes_of_themes({"a": "one", "b": "one"}, tree(one="")))
    assert rolled.values.tolist() == [["E1", "one", expected]]


def test_each_coder_is_rolled_up_alone():
    marks = table_of(
        "essay_id code coder present",
        ("E1", "a", "ana", 1), ("E1", "b", "ana", 0), ("E1", "a", "ben", 0), ("E1", "b", "ben", 0),
    )  # fmt: skip
    rolled = roll_up_presence(marks, codes_of_themes({"a": "one", "b": "one"}, tree(one="")))
    assert rolled.values.tolist() == [["E1", "one", "ana", 1], ["E1", "one", "ben", 0]]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.integers(-1, 4), min_size=5, max_size=5),
    st.lists(st.integers(0, 4), min_size=6, max_size=6),
    st.lists(st.sampled_from(["present", "absent", "unresolved"]), min_size=18, max_size=18),
)
def test_sub_theme_is_in_no_more_essays_than_its_theme(parents, places, status):
    parent = {f"t{n}": f"t{p}" if 0 <= p < n else "" for n, p in enumerate(parents)}
    code_theme = {f"c{n}": f"t{place}" for n, place in enumerate(places)}
    cells = [(f"E{e}", code) for e in range(3) for code in code_theme]
    consensus = pd.DataFrame(cells, columns=["essay_id", "code"]).assign(status=status)
    rolled = roll_up(consensus, codes_of_themes(code_theme, tree(**parent)))
    n = rolled["status"].eq("present").groupby(rolled["theme"]).sum()
    assert all(n[child] <= n[above] for child, above in parent.items() if above and child in n)


@settings(max_examples=25, deadline=None)
@given(st.permutations(range(9)), st.permutations("xyz"))
def test_order_of_essays_and_names_of_codes_do_not_matter_to_themes(rows, names):
    codes = dict(zip("abc", names, strict=True))
    renamed = CONSENSUS.iloc[list(rows)].assign(code=lambda t: t["code"].map(codes))
    maps = {"a": "one", "b": "two", "c": "one"}
    themes = tree(one="", two="one")
    first = roll_up(CONSENSUS, codes_of_themes(maps, themes))
    renamed_map = {codes[code]: theme for code, theme in maps.items()}
    assert roll_up(renamed, codes_of_themes(renamed_map, themes)).equals(first)


def test_labels_are_added_in_display_order():
    counts = table_of("theme n", ("low", 1), ("other", 2), ("top", 3))
    table = with_labels(counts, tree(top="", other="", low="top"))
    assert table[["theme", "label", "n"]].values.tolist() == [
        ["top", "Top", 3], ["low", "Low", 1], ["other", "Other", 2],
    ]  # fmt: skip


def test_gaps_of_the_map_are_named():
    codebook = table_of("code theme note", ("a", "one", ""), ("b", "", "rare"), ("c", "", " "))
    found = table_of("essay_id theme status", ("E1", "one", "present"), ("E2", "one", "unresolved"))
    gaps = map_gaps(codebook, tree(one="", empty=""), found)
    assert set(gaps.itertuples(index=False, name=None)) == {
        ("code without theme and without note", "c"),
        ("parked code", "b"),
        ("theme without a code", "empty"),
        ("theme of one code", "one"),
        ("theme in one essay", "one"),
        ("theme in no essay", "empty"),
    }


def test_name_shared_by_two_themes_is_a_gap():
    themes = tree(one="", two="").assign(definition="d", narrative="n", aliases=["", "ONE; duo"])
    assert names_of_themes(themes)["name"].tolist() == ["one", "two", "one", "duo"]
    assert definition_gaps(themes)["theme"].tolist() == ["one", "two"]
    assert definition_gaps(themes.assign(aliases="", narrative=["n", " "])).values.tolist() == [
        ["two", "no narrative"]
    ]


# Exemplars


def spans(*rows):
    """Codings of theme one from (coder, essay, start, end)."""
    table = pd.DataFrame(rows, columns=["coder", "essay_id", "start", "end"])
    table = table.astype({"start": "Int64", "end": "Int64"})
    return table.assign(theme="one", code="a", quotation="words")


def shown(*rows, present="ABCD", per_theme=9, longest=99):
    found = pd.DataFrame({"essay_id": list(present), "theme": "one", "status": "present"})
    table = exemplars(spans(*rows), found, per_theme=per_theme, longest=longest)
    assert table["rank"].tolist() == list(range(1, len(table) + 1))
    return [f"{e}{s}-{t}" for e, s, t in table[["essay_id", "start", "end"]].values.tolist()]


def test_place_that_both_coders_marked_comes_first():
    rows = [("ana", "A", 0, 10), ("ana", "B", 0, 10), ("ben", "B", 9, 19), ("ben", "C", 0, 10)]
    assert shown(*rows) == ["B0-10", "A0-10", "C0-10", "B9-19"]


def test_coders_of_a_place_are_named():
    found = pd.DataFrame({"essay_id": ["A"], "theme": "one", "status": "present"})
    rows = spans(("ben", "A", 0, 5), ("ana", "A", 4, 9), ("ana", "A", 9, 12))
    table = exemplars(rows, found, per_theme=9, longest=99).set_index("start")
    assert table["coders"].to_dict() == {0: "ana; ben", 4: "ana; ben", 9: "ana"}
    assert table["n_coders"].to_dict() == {0: 2, 4: 2, 9: 1}


def test_no_essay_is_quoted_twice_before_every_essay_was_quoted_once():
    rows = [(c, "A", n, n + 5) for n in (0, 10, 20) for c in ("ana", "ben")]
    assert shown(*rows, ("ana", "B", 0, 5)) == ["A0-5", "B0-5", "A10-15", "A20-25"]


def test_among_equals_the_length_near_the_median_comes_first():
    rows = [("ana", "A", 0, 30), ("ana", "B", 0, 10), ("ana", "C", 0, 12)]
    assert shown(*rows) == ["C0-12", "B0-10", "A0-30"]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, ["A0-10", "B0-10"]),
        ({"per_theme": 1}, ["A0-10"]),
        ({"longest": 9}, []),
        ({"present": "B"}, ["B0-10"]),
        ({"present": ""}, []),
    ],
    ids=["all", "one of a theme", "too long", "theme absent from A", "theme nowhere"],
)
def test_exemplars_are_limited(options, expected):
    rows = [("ana", "A", 0, 10), ("ana", "B", 0, 10), ("ana", "B", None, None)]
    assert shown(*rows, **options) == expected


def test_codings_of_a_sub_theme_are_codings_of_its_theme():
    codes = codes_of_themes({"a": "low"}, tree(top="", low="top"))
    table = codings_of_themes(spans(("ana", "A", 0, 5)).drop(columns="theme"), codes)
    assert table[["theme", "own"]].values.tolist() == [["low", True], ["top", False]]


def test_theme_quotes_its_own_codes_before_those_of_its_sub_themes():
    rows = spans(("ana", "A", 0, 10), ("ben", "A", 0, 10), ("ana", "B", 0, 10))
    rows = rows.assign(theme="top", own=[False, False, True])
    low = rows[~rows["own"]].assign(theme="low", own=True)
    found = pd.DataFrame({"essay_id": list("ABAB"), "theme": ["top"] * 2 + ["low"] * 2})
    table = exemplars(
        pd.concat([rows, low], ignore_index=True),
        found.assign(status="present"),
        per_theme=1,
        longest=99,
    )
    assert table[["theme", "essay_id"]].values.tolist() == [["top", "B"], ["low", "A"]]


def test_words_that_another_theme_quotes_come_last():
    one = spans(("ana", "A", 0, 10), ("ana", "B", 0, 10))
    two = one.assign(theme="two")
    found = pd.DataFrame({"essay_id": list("ABAB"), "theme": ["one"] * 2 + ["two"] * 2})
    table = exemplars(
        pd.concat([one, two], ignore_index=True),
        found.assign(status="present"),
        per_theme=1,
        longest=99,
    )
    assert table["essay_id"].tolist() == ["A", "B"]


def test_decision_log_says_in_words_what_each_step_did():
    decisions = table_of(
        "date by action from to reason",
        ("d1", "A", "merge", "one;two_x", "all", "r1"),
        ("d2", "B", "drop", "d", "", "r2"),
        ("d3", "B", "move", "e", "all", "r3"),
    )
    moved = table_of(
        "step theme n_before n_after",
        (1, "one", 3, pd.NA),
        (1, "all", pd.NA, 5),
        (3, "all", 5, 6),
        (3, "rest", 2, 2),
    )
    log = decision_log(decisions, moved)
    assert log["what"].tolist() == [
        "one and two x merged into all",
        "d dropped: no theme any more",
        "e moved to all",
    ]
    assert log["n"].tolist() == ["one ends (was 3); all begins with 5", "no change",
                                 "all 5 → 6; rest stays 2"]  # fmt: skip
    assert log["step"].tolist() == [1, 2, 3]
    assert decision_log(decisions.iloc[:0], moved.iloc[:0]).empty


@pytest.mark.parametrize(
    ("themes", "expected"),
    [
        (tree(a="", b="a", c="a"), "1 theme and 2 sub-themes"),
        (tree(a="", b="", c="a"), "2 themes and 1 sub-theme"),
        (tree(a="", b=""), "2 themes"),
        (tree(), "0 themes"),
    ],
)
def test_sub_themes_are_never_added_to_themes(themes, expected):
    assert themes_counted(themes) == expected


def test_codes_in_a_theme_and_in_no_essay_are_named():
    codes = codes_of_themes({"a": "one", "b": "one", "c": ""}, tree(one=""))
    found = table_of("essay_id code status", ("E1", "a", "present"), ("E1", "b", "absent"))
    assert codes_in_no_essay(codes, found) == ["b"]


PARTLY = table_of("theme code", ("warmth", "kind"), ("warmth", "smile"))


def test_an_essay_read_for_some_codes_of_a_theme_is_never_called_absent():
    consensus = table_of(
        "essay_id code status",
        ("E1", "kind", "absent"),  # nobody read E1 for smile
        ("E2", "kind", "absent"),
        ("E2", "smile", "absent"),
        ("E3", "kind", "present"),
    )
    assert roll_up(consensus, PARTLY).values.tolist() == [
        ["E1", "warmth", "unresolved"],
        ["E2", "warmth", "absent"],
        ["E3", "warmth", "present"],
    ]


def test_a_coder_who_read_for_some_codes_of_a_theme_did_not_read_for_the_theme():
    presence = table_of(
        "essay_id code coder present",
        ("E1", "kind", "ana", 1),
        ("E1", "kind", "ben", 0),
        ("E1", "smile", "ben", 1),
    )
    assert roll_up_presence(presence, PARTLY).values.tolist() == [["E1", "warmth", "ben", 1]]


def test_dropping_a_name_that_is_a_code_and_a_theme_is_refused():
    candidates = table_of("code theme", ("hope", "warm"), ("joy", "hope"))
    decisions = table_of("action from to", ("drop", "hope", ""))
    maps = replay(candidates, decisions, problems := [])
    assert maps[-1] == maps[0]
    assert "is a code and a theme" in problems[0].what


def test_described_themes_without_a_code_leave_the_codes_to_stand_for_themselves(tmp_path):
    (tmp_path / "themes.csv").write_text("theme,label\nwarmth,Warmth\n")
    codebook = table_of("code theme", ("kind", ""), ("smile", ""))
    themes = read_themes(tmp_path, codebook, problems := [])
    assert problems == []
    assert themes["theme"].tolist() == ["kind", "smile"]


# --- the tables of two figures


def overlap(*rows):
    return table_of("theme_a theme_b shared jaccard", *rows)


def test_map_joins_themes_from_the_cut_on_but_none_with_its_own_sub_themes():
    themes = tree(a="", b="a", c="", d="").assign(label=list("ABCD"), perspective="p")
    pairs = [("a", "b", 4, 0.8), ("a", "c", 3, 0.5), ("b", "c", 3, 0.9), ("c", "d", 1, 0.49)]
    alone = [(theme, theme, 5, 1.0) for theme in "abcd"]
    found = thematic_map(overlap(*pairs[:2], *alone, *pairs[2:]), themes, cut=0.5)
    assert found["theme_a"].str.cat(found["theme_b"]).to_list() == [
        "aa",
        "bb",
        "cc",
        "dd",
        "ac",
        "bc",
    ]
    assert found["label_a"].to_list() == list("ABCDAB")
    assert set(found["cut"]) == {0.5}


def test_map_leaves_out_a_pair_without_an_index():
    themes = tree(a="", b="").assign(label="", perspective="")
    pairs = overlap(("a", "a", 0, None), ("b", "b", 0, None), ("a", "b", 0, None))
    found = thematic_map(pairs.astype({"jaccard": float}), themes, cut=0.0)
    assert found["theme_b"].to_list() == ["a", "b"]


def test_way_of_each_code_from_first_theme_to_last_in_the_order_of_the_themes():
    candidates = table_of("code theme", ("x", "one"), ("y", ""), ("z", "one"), ("w", "two"))
    themes = tree(b="", a="").assign(label=["B", "A"], perspective="p")
    found = codes_to_themes(candidates, {"x": "a", "y": "b", "z": "", "w": "a"}, themes)
    assert found[["code", "candidate", "theme", "label"]].to_numpy().tolist() == [
        ["y", "", "b", "B"],
        ["x", "one", "a", "A"],
        ["w", "two", "a", "A"],
        ["z", "one", "", ""],
    ]


def test_without_a_first_map_there_is_no_way_to_show():
    nothing = table_of("code theme")
    assert codes_to_themes(nothing, {}, tree(a="").assign(label="A", perspective="")).empty
