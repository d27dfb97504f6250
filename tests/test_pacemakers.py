"""The shipped study is what it says it is: every promise about it, proven from its files."""

import re
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest

from analysis.agreement import agreement
from analysis.codings import (
    presence,
    read_codebook,
    read_codings,
    read_memos,
    readings,
)
from analysis.consensus import consensus, disagreements, read_adjudications, without_effect
from analysis.corpus import read_essays
from analysis.decisions import check_replay, read_candidates, read_decisions, replay
from analysis.prevalence import prevalence
from analysis.ratings import ratings_of
from analysis.study import open_study
from analysis.themes import codes_of_themes, definition_gaps, map_of_codes, read_themes, roll_up

PAPER = Path(__file__).parents[2] / "shared" / "seed" / "paper.txt"
COUNTS = pd.read_csv(Path(__file__).parent / "data" / "theme_counts.csv", keep_default_na=False)
SHORT_ONE = "E17"


class Files:
    """The study as it is read, once for all tests of this module."""

    def __init__(self):
        self.study = open_study("pacemakers")
        folder, problems = self.study.folder, []
        self.essays = read_essays(folder, problems)
        self.codebook = read_codebook(folder, problems)
        self.codings, self.listed = read_codings(
            folder, self.study.coders, self.essays, self.codebook, None, problems
        )
        self.memos = read_memos(folder, self.study.coders, self.essays, problems)
        self.adjudications = read_adjudications(folder, self.essays, self.codebook, problems)
        self.themes = read_themes(folder, self.codebook, problems)
        self.candidates = read_candidates(folder, self.codebook, problems)
        self.decisions = read_decisions(folder, problems)
        self.problems = problems
        self.marks = presence(
            self.codings, readings(self.study.coders, self.essays, self.codebook, None)
        )
        self.agreed = consensus(self.marks, self.adjudications, rule="adjudicated")
        self.theme_codes = codes_of_themes(map_of_codes(self.codebook), self.themes)
        self.theme_presence = roll_up(self.agreed, self.theme_codes)

    def essays_with(self, theme):
        rows = self.theme_presence.query("theme == @theme and status == 'present'")
        return set(rows["essay_id"])


@pytest.fixture(scope="module")
def files():
    return Files()


def test_it_has_no_problems_and_says_that_it_is_invented(files):
    assert files.problems == []
    assert files.study.synthetic


def test_22_essays_of_usual_length_and_one_much_shorter(files):
    words = files.essays.set_index("essay_id")["text"].str.split().str.len()
    assert len(words) == 22
    assert words[SHORT_ONE] < 100
    assert words.drop(SHORT_ONE).between(250, 455).all()


def test_one_essay_has_accents_curly_quotes_and_an_emoji_before_most_of_its_text(files):
    def special(text):
        emoji = [i for i, c in enumerate(text) if ord(c) > 0xFFFF]
        return emoji and emoji[0] < len(text) / 2 and "“" in text and re.search("[áéíóúãç]", text)

    assert files.essays["text"].map(special).map(bool).any()


def test_one_essay_has_a_list(files):
    assert files.essays["text"].str.contains(r"(?:^- .+\n){3,}", regex=True, flags=re.M).any()


@pytest.mark.skipif(not PAPER.exists(), reason="../shared/seed/paper.txt is not here")
def test_no_run_of_seven_words_is_the_papers(files):
    def runs(text):
        words = re.findall(r"\w+", text.casefold())
        return {tuple(words[i : i + 7]) for i in range(len(words) - 6)}

    paper = runs(PAPER.read_text(encoding="utf-8"))
    assert not any(runs(text) & paper for text in files.essays["text"])


def test_no_two_essays_share_a_run_of_six_words(files):
    seen = {}
    for essay_id, text in zip(files.essays["essay_id"], files.essays["text"], strict=True):
        words = re.findall(r"\w+", text.casefold())
        for run in {tuple(words[i : i + 6]) for i in range(len(words) - 5)}:
            assert seen.setdefault(run, essay_id) == essay_id, " ".join(run)


def test_each_coder_made_8_to_16_codings_an_essay(files):
    n = files.codings.groupby(["coder", "essay_id"]).size().unstack()
    assert n.drop(columns=SHORT_ONE).min().min() >= 8
    assert n.max().max() <= 16
    assert n[SHORT_ONE].between(2, 5).all()


def test_every_coding_has_its_offsets_and_its_words(files):
    assert files.codings["start"].notna().all()
    assert files.listed.empty


def test_spans_overlap_and_nest_within_a_coder(files):
    spans = files.codings[["coder", "essay_id", "start", "end"]].drop_duplicates()
    pairs = spans.merge(spans, on=["coder", "essay_id"])
    inside = pairs.query(
        "start_x <= start_y and end_y <= end_x and (start_x != start_y or end_x != end_y)"
    )
    crossing = pairs.query("start_x < start_y < end_x < end_y")
    assert len(inside) >= 10
    assert len(crossing) >= 3


def test_neither_coder_is_the_other_with_rows_removed(files):
    marked = files.marks[files.marks["present"].eq(1)]
    cells = {c: set(zip(g["essay_id"], g["code"], strict=True)) for c, g in marked.groupby("coder")}
    assert len(cells["A"] - cells["B"]) >= 20
    assert len(cells["B"] - cells["A"]) >= 20
    places = {
        c: set(g[["essay_id", "start", "end", "code"]].itertuples(index=False, name=None))
        for c, g in files.codings.groupby("coder")
    }
    assert len(places["A"] & places["B"]) < 0.2 * len(places["A"])


def test_codebook_of_30_to_38_codes_is_complete_and_its_examples_stand_in_the_essays(files):
    codebook = files.codebook
    assert 30 <= len(codebook) <= 38
    assert codebook[["definition", "include", "exclude"]].ne("").all().all()
    used = codebook[codebook["code"].isin(files.codings["code"])]
    everything = "\n".join(files.essays["text"])
    assert [e for e in used["example"] if not e or e not in everything] == []


def test_agreement_is_that_of_two_people(files):
    alpha = agreement(ratings_of(files.marks, of="code", unit=["essay_id"])).set_index("code")
    assert alpha["alpha"].between(0.4, 0.91).mean() > 0.75
    assert alpha.loc[alpha["undefined"].ne(""), "undefined"].eq("no coder used it").all()
    assert alpha["undefined"].ne("").sum() == 1


def test_every_disagreement_is_adjudicated_with_a_reason_of_its_own(files):
    split = disagreements(files.marks, files.codings, files.essays, context=0)
    assert 50 <= len(split) <= 75
    ours = files.adjudications
    assert set(map(tuple, split[["essay_id", "code"]].values)) == set(
        map(tuple, ours[["essay_id", "code"]].values)
    )
    assert ours["decision"].isin(["present", "absent"]).all()
    assert 0.25 < ours["decision"].eq("present").mean() < 0.75
    assert ours["reason"].str.split().str.len().min() >= 6
    assert ours["reason"].is_unique
    assert without_effect(files.marks, ours).empty


def test_the_counts_of_the_13_themes_equal_the_published_results(files):
    published = COUNTS[COUNTS["n_results"].ne("")].set_index("theme_id")["n_results"].astype(int)
    ours = prevalence(files.theme_presence, names=files.themes["theme"]).set_index("theme")
    assert len(published) == 13
    assert ours["n_low"].reindex(published.index).to_dict() == published.to_dict()
    assert ours["n_high"].equals(ours["n_low"])
    assert ours["essays"].eq(22).all()


def test_the_two_sub_themes_are_7_and_7_share_3_and_hold_the_parents_own_codes(files):
    positivity = files.essays_with("patient_positivity")
    dark = files.essays_with("positivity_in_the_dark")
    assert (len(positivity), len(dark), len(positivity & dark)) == (7, 7, 3)
    codes = set(files.theme_codes.query("theme == 'renewed_purpose' and own")["code"])
    agreed = files.agreed[files.agreed["code"].isin(codes) & files.agreed["status"].eq("present")]
    assert len(codes) == 2
    assert set(agreed["essay_id"]) <= positivity | dark
    assert files.essays_with("renewed_purpose") == positivity | dark


def test_themes_have_the_papers_names_and_every_theme_is_defined(files):
    wanted = COUNTS[COUNTS["theme_id"].ne("hcp_burnout")].set_index("theme_id")
    ours = files.themes.set_index("theme")
    for column in ("label", "parent", "perspective", "aliases"):
        assert ours[column].to_dict() == wanted[column].to_dict()
    assert definition_gaps(files.themes).empty


def test_burnout_stays_a_parked_code_with_a_note(files):
    row = files.codebook.set_index("code").loc["hcp_burnout"]
    assert row["theme"] == "" and row["note"]


def test_the_decision_log_replays_from_the_first_map_to_the_codebook(files):
    problems = []
    maps = replay(files.candidates, files.decisions, problems)
    check_replay(maps[-1], files.codebook, problems)
    assert problems == []
    assert len(files.decisions) >= 12
    assert files.decisions["action"].nunique() == 6
    assert files.decisions[["date", "by", "reason"]].ne("").all().all()
    assert all(before != after for before, after in pairwise(maps))


def test_both_coders_left_a_memo_on_every_essay_and_on_the_whole(files):
    per_coder = files.memos.groupby("coder")["essay_id"].agg(set)
    assert all(per_coder[c] == {*files.essays["essay_id"], ""} for c in files.study.coders)
    first = files.codings.groupby(["coder", "essay_id"])["date"].min()
    read = files.memos[files.memos["essay_id"].ne("")].groupby(["coder", "essay_id"])["date"].min()
    assert (read <= first).all()
