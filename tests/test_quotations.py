"""Quotations are found in the manuscript, and looked for in the essays word for word."""

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.codings import presence, read_codebook, read_codings, readings
from analysis.consensus import consensus, read_adjudications
from analysis.corpus import read_essays
from analysis.manuscript.marks import verdict_of_quotation
from analysis.manuscript.passages import quoted_passages, unclosed_marks
from analysis.manuscript.quotations import (
    essay_shares,
    themes_quoted,
    trace_quotations,
    with_first_use,
    with_theme_status,
    with_themes,
)
from analysis.manuscript.text import read_manuscript
from analysis.study import open_study
from analysis.themes import codes_of_themes, codings_of_themes, map_of_codes, read_themes, roll_up
from tests.word_files import markdown_as_word

ESSAYS = pd.DataFrame(
    [
        (
            "E01",
            "She said that I held her hand - and I did. We couldn’t hear the rain,\nnot at all.",
        ),
        ("E02", "I was so tired that night. “Go home,” he said. I did not go home that night."),
        ("E13", "The café was full, and the whole team sat down with us for an hour or more."),
        ("E17", "I was so tired that night. Even the patient's daughter laughed out loud at it."),
    ],
    columns=["essay_id", "text"],
)


def manuscript_of(folder, text, name="m.md"):
    (folder / name).write_text(text, encoding="utf-8")
    problems = []
    manuscript = read_manuscript(folder / name, problems)
    assert problems == []
    return manuscript


@pytest.fixture
def trace(tmp_path):
    def trace(text, essays=ESSAYS, labels=("finding hope in the dark",), name="m.md"):
        manuscript = manuscript_of(tmp_path, text, name)
        return trace_quotations(manuscript, essays, shortest=4, labels=labels)

    return trace


# Finding ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("One said, “I was tired.” Then", ["I was tired."]),
        ('One said, "I was tired." Then "no".', ["I was tired.", "no"]),
        ("„Ich war müde“, sagte", ["Ich war müde"]),
        ("« Oui » dit", [" Oui "]),
        ("One said, ‘I was tired.’ Then", ["I was tired."]),
        ("One said, 'I was tired.' Then", ["I was tired."]),
        ("‘I couldn’t hear the patients’ bells’ was", ["I couldn’t hear the patients’ bells"]),
        ("‘I heard the patients’ in the ward", ["I heard the patients"]),
        ("the patients' rooms and the nurses' desk", []),
        ("the patients’ rooms and the nurses’ desk", []),
        ("in the '90s we told 'em so", []),
        ("‘She said “go” to me’ and", ["She said “go” to me"]),
        ("“She said ‘go’ to me” and", ["She said ‘go’ to me"]),
        ("“She said “go” to me” and", ["She said “go” to me"]),
        ("“I was,” she said, “tired”", ["I was,", "tired"]),
        ("a 6\" tube and a 5' bed", []),
        ("“never closed and so on", []),
        ("> I was tired. (E02)", ["I was tired."]),
        ("> “I was tired.” — E02", ["“I was tired.”"]),
        ("> I was tired (laughs).", ["I was tired"]),
        ("# On “success”\n\nWe met.\n\n## References\n\nAdams, “On stays”.", []),
    ],
)
def test_quoted_passages(tmp_path, text, quoted):
    manuscript = manuscript_of(tmp_path, text)
    found = quoted_passages(manuscript, ["E02"])
    inner = [manuscript.text[a:b] for a, b in found[["inner_start", "inner_end"]].to_numpy()]
    assert inner == quoted
    assert [manuscript.text[a:b] for a, b in found[["start", "end"]].to_numpy()] == list(
        found["snippet"]
    )


@pytest.mark.parametrize(
    ("text", "ids", "named"),
    [
        ("“x” (E02)", ["E02", "E13"], "E02"),
        ("“x.” [e13, nurse]", ["E02", "E13"], "E13"),
        ("“x” (E02; E13)", ["E02", "E13"], "E02; E13"),
        ("“x” (Participant 2)", ["E02", "E13"], "E02"),
        ("“x” (P 2)", ["E02", "E13"], "E02"),
        ("“x” (E99)", ["E02", "E13"], "E99"),
        ("“x” (Participant 99)", ["E02", "E13"], ""),
        ("Nurse 2 said: “x”", ["E02", "E13"], "E02"),
        ("“y” [E13]. Then E02 wrote “x”", ["E02", "E13"], "E02"),
        ("“y” [E13] and then “x”", ["E02", "E13"], ""),
        ("“x” [2]", ["E02", "E13"], ""),
        ("“x” (Maria, nurse)", ["Maria", "Jo"], "Maria"),
        ("“x” (2)", ["2", "13"], "2"),
        ("“x” (Participant 2)", ["A2", "B2"], ""),
        ("> x and y\n> — Participant 13", ["E02", "E13"], "E13"),
    ],
)
def test_the_essay_that_a_passage_names(tmp_path, text, ids, named):
    found = quoted_passages(manuscript_of(tmp_path, text), ids)
    assert found["named"].iloc[-1] == named


def test_marks_that_nothing_closes_are_listed(tmp_path):
    manuscript = manuscript_of(tmp_path, "He said “go.\n\nShe said “stay”.\n")
    assert unclosed_marks(manuscript).values.tolist() == [[8, "“go."]]


# Looking up ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "verdict", "essay_id", "reason"),
    [
        ("“I held her hand – and I did”", "verbatim", "E01", "Word for word in E01."),
        ("“I held her hand—and I did,” she", "verbatim", "E01", "Word for word in E01."),
        ("“We couldn't hear the rain, not at all!”", "verbatim", "E01", "Word for word in E01."),
        ("“we couldn’t hear the rain”", "verbatim", "E01", "Word for word in E01."),
        ("“The cafe\u0301 was full, and the whole team”", "verbatim", "E13",
         "Word for word in E13."),
        ("“She said … and I did … the rain”", "verbatim", "E01", "Word for word in E01."),
        ("“She said that […] and I did. … at all”", "verbatim", "E01", "Word for word in E01."),
        ("“. . . I held her hand . . .”", "verbatim", "E01", "Word for word in E01."),
        ("“She said that I held [the patient’s] hand”", "verbatim", "E01",
         "Word for word in E01."),
        ("“We couldn’t [completely] hear the rain”", "verbatim", "E01", "Word for word in E01."),
        ("“[w]e couldn’t hear the rain”", "verbatim", "E01", "Word for word in E01."),
        ("“and I d[o]. We couldn’t hear”", "verbatim", "E01", "Word for word in E01."),
        ("“and I w[ept]. We couldn’t hear”", "altered", "E01", "Nearest in E01: “did” left out."),
        ("“the whole *team* sat down”", "verbatim", "E13", "Word for word in E13."),
        ("“Go home, he said. I did not go”", "verbatim", "E02", "Word for word in E02."),
        ("“I was so tired that night”", "in several essays", "E02",
         "Word for word in E02, E17; none is named."),
        ("“I was so tired that night” (E17)", "verbatim", "E17", "Word for word in E17."),
        ("“I was so tired that night” (E01)", "in another essay than named", "E02",
         "It stands in E02 and E17, not in E01."),
        ("“the whole team sat down” (E14)", "in another essay than named", "E13",
         "It stands in E13, not in E14. There is no essay E14."),
        ("“the entire team sat down with us”", "altered", "E13",
         "Nearest in E13: “entire” for “whole”."),
        ("“the whole team sat with us for an hour”", "altered", "E13",
         "Nearest in E13: “down” left out."),
        ("“the whole big team sat down with us” (E01)", "altered", "E13",
         "Nearest in E13: “big” put in. It stands in E13, not in E01."),
        ("“The café was full and the whole team”", "altered", "E13",
         "Nearest in E13: the words are the same, the punctuation is not."),
        ("“the whole Team sat down with us”", "altered", "E13",
         "Nearest in E13: the words are the same, capital letters are not."),
        ("“She said that I held her hand … the moon rose over it”", "altered", "E01",
         "Nearest in E01: the part “the moon rose over it” is not there word for word."),
        ("“at all … I held her hand and I did”", "altered", "E01", None),
        ("“Nobody here has ever written anything of the sort”", "not found", "",
         "No essay has it or anything near it."),
        ("“Nobody ever wrote anything of the sort” (E13)", "not found", "",
         "No essay has it or anything near it (named: E13)."),
        ("“a basic segment of the raw data” [22]", "literature", "",
         "A citation stands beside it, and no essay has it."),
        ("“a basic segment of the raw data” (Adams, 1998, p. 63)", "literature", "",
         "A citation stands beside it, and no essay has it."),
        ("“laughed out loud”", "not searched", "",
         "It has fewer than 4 words, too short to be searched."),
        ("“laughed out loud” (E17)", "verbatim", "E17", "Word for word in E17."),
        ("“Finding hope in the dark”", "not searched", "", "It is a label of the study."),
        ("“ … ”", "not searched", "", "There is no word in it."),
    ],
)  # fmt: skip
def test_verdicts(trace, text, verdict, essay_id, reason):
    found = trace(text).iloc[0]
    assert (found["verdict"], found["essay_id"]) == (verdict, essay_id), found["reason"]
    assert reason is None or found["reason"] == reason


def test_the_place_in_the_essay_is_that_of_the_words(trace):
    found = trace("“the whole team … hour”").iloc[0]
    text = ESSAYS.set_index("essay_id").at["E13", "text"]
    place = text[found["essay_start"] : found["essay_end"]]
    assert place == "the whole team sat down with us for an hour"


def test_a_passage_does_not_run_from_one_essay_into_the_next(trace):
    essays = pd.DataFrame([("A", "we all went home"), ("B", "and had some tea")],
                          columns=["essay_id", "text"])  # fmt: skip
    assert trace("“went home and had some tea”", essays).iloc[0]["verdict"] == "altered"


def test_block_quotations_of_each_format_are_searched(trace):
    page = "<p>One wrote:</p><blockquote>The whole team sat down <br>with us. (E13)</blockquote>"
    source = r"\begin{quote}The whole team sat down with us. (E13)\end{quote}"
    table = "| Exemplar |\n|--|\n| The whole team sat down with us. |"
    lines = "> The whole team\n> sat down with us. (E13)"
    written = [(page, "m.html"), (source, "m.tex"), (table, "m.md"), (lines, "m.md")]
    for text, name in written:
        found = trace(text, name=name)
        assert found["verdict"].tolist() == ["verbatim"]
        assert found["form"].tolist() == ["block"]


def test_a_manuscript_without_quotations_gives_an_empty_table(trace):
    found = trace("We met.")
    assert found.empty
    assert essay_shares(with_first_use(found, shortest=4), ESSAYS)["share"].isna().all()


def test_essays_without_words_are_searched(trace):
    essays = pd.DataFrame({"essay_id": ["A", "B"], "text": ["…", ""]})
    assert trace("“we all went home”", essays).iloc[0]["verdict"] == "not found"


def test_without_essays_nothing_is_searched_and_that_is_said(trace):
    found = trace("“we all went home”", ESSAYS.head(0)).iloc[0]
    assert (found["verdict"], found["reason"]) == ("not searched", "There is no essay to search.")


WORDS = st.lists(st.sampled_from("a b c d e we met here ,".split()), min_size=4, max_size=12)


@given(WORDS, st.data())
@settings(deadline=None)
def test_whatever_is_cut_out_of_an_essay_is_found_there(tmp_path_factory, words, data):
    text = " ".join(words)
    start = data.draw(st.integers(0, len(words) - 1))
    end = data.draw(st.integers(start + 1, len(words)))
    part = " ".join(words[start:end])
    if not part.strip(" ,"):
        return
    manuscript = manuscript_of(tmp_path_factory.mktemp("m"), f"“{part}” (E1)")
    essays = pd.DataFrame({"essay_id": ["E1"], "text": [text]})
    found = trace_quotations(manuscript, essays, shortest=1, labels=[]).iloc[0]
    assert found["verdict"] == "verbatim"
    place = text[found["essay_start"] : found["essay_end"]]
    assert place == part.strip(" ,")


# What they show --------------------------------------------------------------------------------


def test_the_theme_of_a_quotation_is_the_nearest_named(tmp_path):
    text = ("## calm\n\n“one two” is hope: “three” and rest: “four”.\n\n“five” it is.\n\n"
            "## calm and rest\n\n“six” it is. “hope”\n")  # fmt: skip
    manuscript = manuscript_of(tmp_path, text)
    names = [(at, at + 4, name) for name in ("calm", "hope", "rest")
             for at in range(len(text)) if text.startswith(name, at)]  # fmt: skip

    def names_in(start, end):
        return sorted(name for name in names if start <= name[0] and name[1] <= end)

    passages = quoted_passages(manuscript, [])
    themes = with_themes(passages, manuscript, names_in)["theme"].tolist()
    assert themes == ["hope", "hope", "rest", "calm", "", ""]


def test_a_quotation_carries_its_theme_if_the_consensus_and_some_coder_say_so():
    quotations = pd.DataFrame(
        [("E1", 10, 20, "hope"), ("E1", 30, 40, "hope"), ("E2", 0, 5, "hope"),
         ("E3", 0, 5, "hope"), ("E1", 10, 20, ""), ("", -1, -1, "hope"), ("E1", 10, 20, "code")],
        columns=["essay_id", "essay_start", "essay_end", "theme"],
    ).assign(theme_by="sentence")  # fmt: skip
    presence = pd.DataFrame(
        [("E1", "hope", "present"), ("E2", "hope", "absent"), ("E3", "hope", "unresolved")],
        columns=["essay_id", "theme", "status"],
    )
    codings = pd.DataFrame(
        [("hope", "E1", 19, 25), ("hope", "E1", None, None)],
        columns=["theme", "essay_id", "start", "end"],
    )
    found = with_theme_status(quotations, presence, codings)["theme_status"]
    assert found.tolist() == [
        "carries it", "elsewhere in the essay", "absent", "unresolved", "", "", ""]  # fmt: skip
    carried_over = quotations.assign(theme_by="paragraph")  # it may have been left since
    found = with_theme_status(carried_over, presence, codings)["theme_status"]
    assert found.tolist() == ["carries it", "elsewhere in the essay", "", "", "", "", ""]


def test_the_same_words_used_twice_lead_back_to_the_first(trace):
    quotations = with_first_use(
        trace("“the whole team sat down with us” and “sat down with us for an hour” and "
              "“for an hour or more” and “the whole team sat” (E13)"),
        shortest=4,
    )  # fmt: skip
    assert quotations["first_use"].tolist() == [-1, 0, -1, 0]


def test_shares_count_the_quoted_words_of_each_essay(trace):
    quotations = trace("“the whole team sat down” “held her hand - and” “was full, and the”")
    quotations["theme"] = ["rest", "rest", ""]
    shares = essay_shares(quotations, ESSAYS)
    assert shares.values.tolist()[:2] == [["E13", 2, 9, 9 / 13], ["E01", 1, 4, 4 / 13]]
    assert shares["quotations"].tolist() == [2, 1, 0, 0]
    themes = pd.DataFrame({"theme": ["rest", "hope"], "label": ["Rest", "Hope"]})
    assert themes_quoted(quotations, themes).values.tolist() == [
        ["rest", "Rest", 2, 2], ["hope", "Hope", 0, 0]]  # fmt: skip


# The shipped study -----------------------------------------------------------------------------

PLANTED = pd.read_csv(Path(__file__).parent / "data" / "planted_errors.csv")


@pytest.fixture(scope="module")
def shipped():
    study, problems = open_study("pacemakers"), []
    folder = study.folder
    essays = read_essays(folder, problems)
    codebook = read_codebook(folder, problems)
    codings, _ = read_codings(folder, study.coders, essays, codebook, None, problems)
    themes = read_themes(folder, codebook, problems)
    theme_codes = codes_of_themes(map_of_codes(codebook), themes)
    marked = presence(codings, readings(study.coders, essays, codebook, None))
    adjudications = read_adjudications(folder, essays, codebook, problems)
    agreed = consensus(marked, adjudications, rule=study.consensus)
    assert problems == []
    return {"folder": folder, "essays": essays, "themes": themes,
            "presence": roll_up(agreed, theme_codes),
            "codings": codings_of_themes(codings, theme_codes)}  # fmt: skip


def names_of(themes, text):
    """Places at which labels and aliases stand in a text, the longest first."""
    labels = {
        name.strip().casefold(): theme
        for theme, label, aliases in themes[["theme", "label", "aliases"]].itertuples(index=False)
        for name in [label, *aliases.split(";"), theme.replace("_", " ")]
        if name.strip()
    }
    found, taken = [], set()
    for name in sorted(labels, key=len, reverse=True):
        at = text.casefold().find(name)
        while at >= 0:
            if at not in taken:
                found.append((at, at + len(name), labels[name]))
                taken |= set(range(at, at + len(name)))
            at = text.casefold().find(name, at + 1)
    return sorted(found)


@pytest.mark.parametrize("ending", [".md", ".docx"])
def test_every_planted_quotation_error_is_found_and_nothing_else(shipped, tmp_path, ending):
    path, problems = shipped["folder"] / "manuscript.md", []
    if ending == ".docx":
        path = markdown_as_word(path.read_text("utf-8"), tmp_path / "manuscript.docx")
    manuscript = read_manuscript(path, problems)
    names = names_of(shipped["themes"], manuscript.text)

    def names_in(start, end):
        return [name for name in names if start <= name[0] and name[1] <= end]

    labels = [label for _, _, label in names]
    found = trace_quotations(manuscript, shipped["essays"], shortest=4, labels=labels)
    found = with_themes(found, manuscript, names_in)
    found = with_theme_status(found, shipped["presence"], shipped["codings"])
    found = with_first_use(found, shortest=4)
    assert len(found) == 28
    verdicts = [verdict_of_quotation(row) for row in found.itertuples()]
    wrong = {row.snippet: verdict for row, verdict in zip(found.itertuples(), verdicts, strict=True)
             if verdict != "verbatim"}  # fmt: skip
    planted = PLANTED[PLANTED["kind"].str.startswith("quotation")].set_index("kind")["snippet"]
    expected = {
        "quotation_theme_absent": "theme absent",
        "quotation_altered": "altered",
        "quotation_wrong_essay": "in another essay than named",
        "quotation_twice": "used twice",
    }
    assert set(expected) == set(planted.index)
    assert {kind: [v for words, v in wrong.items() if words in planted[kind]] for kind in expected
            } == {kind: [verdict] for kind, verdict in expected.items()}  # fmt: skip
    assert len(wrong) == len(expected)
    assert set(found["theme_status"]) == {"carries it", "absent"}
    unquoted = themes_quoted(found, shipped["themes"]).query("quotations == 0")["theme"]
    assert unquoted.tolist() == ["motivating_inspiring"]
    assert problems == []
