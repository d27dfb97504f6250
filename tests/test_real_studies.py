"""Real double-coded studies through the same six notebooks. Skipped where the data are not."""

import gzip
import json

import pandas as pd
import pytest

from analysis import pipeline
from analysis.study import PHASES
from analysis.unitizing import unitizing, unitizing_interval
from tests.real import leoka, presto

PAIRS = {"xavi-mireia": ("A1", "A3"), "miriam-mireia": ("A2", "A3"), "xavi-miriam": ("A1", "A2")}


def run(folder, out):
    assert pipeline.run(folder, out=out, say=lambda *_, **__: None) == list(PHASES)
    return {path.stem: path for path in (out / "processed").rglob("*.csv")}


@pytest.fixture(scope="module")
def types(shared_data, tmp_path_factory):
    place = tmp_path_factory.mktemp("presto")
    return run(
        presto.write_types(shared_data / "presto_distortions", place / "types"), place / "out"
    )


def essay_pairs(tables):
    pairs = pd.read_csv(tables["agreement_pairs"])
    return pairs[pairs["unit"].eq("essay")]


def test_presto_gives_the_30_published_kappas_to_4_decimals(types, shared_data):
    published = pd.read_csv(
        shared_data / "presto_distortions" / "published" / "cohens_scores_types.csv", index_col=0
    )
    ours = essay_pairs(types).set_index(["first", "second", "code"])["kappa"]
    compared = [
        (ours[(*pair, code)], published.at[name, code])
        for name, pair in PAIRS.items()
        for code in ours.index.unique("code")
    ]
    assert len(compared) == 30
    assert [round(a, 4) for a, _ in compared] == [round(b, 4) for _, b in compared]


def test_presto_without_a_theme_map_counts_codes_and_prints_ranges(types):
    table = pd.read_csv(types["prevalence"]).set_index("theme")
    assert len(table) == 10
    assert table["essays"].eq(131).all()
    assert (table["n_low"] < table["n_high"]).all()
    # Three coders never tie, so the majority settles everything.
    majority = pd.read_csv(types["sensitivity"]).query("rule == 'majority'")
    assert majority["n_low"].equals(majority["n_high"])


def test_presto_distortion_takes_593_texts_and_leaves_out_what_was_not_answered(
    shared_data, tmp_path
):
    folder = presto.write_distortion(shared_data / "presto_distortions", tmp_path / "distortion")
    tables = run(folder, tmp_path / "out")
    cells = essay_pairs(tables).set_index(["first", "second"])
    assert cells["units"].to_dict() == {("A1", "A2"): 592, ("A1", "A3"): 590, ("A2", "A3"): 591}
    assert cells["kappa"].round(4).to_dict() == {
        ("A1", "A2"): 0.6752,
        ("A1", "A3"): 0.7241,
        ("A2", "A3"): 0.6508,
    }


@pytest.fixture(scope="module")
def leoka_run(shared_data, tmp_path_factory):
    place = tmp_path_factory.mktemp("leoka")
    return run(leoka.write_study(shared_data / "leoka", place / "leoka"), place / "out")


def test_leoka_keeps_every_span_it_was_given(leoka_run, shared_data):
    codings = pd.read_csv(leoka_run["codings"], keep_default_na=False)
    listed = pd.read_csv(leoka_run["codings_listed"])["what"].value_counts()
    assert listed.to_dict() == {
        "exact repeat, counted once": 1306,
        "spaces at the edge left out": 116,
    }
    assert len(codings) + 1306 == 48_482

    # The source holds 32,117 spans; those of 12 cancelled or repeated annotations stay out.
    in_source = sum(
        len(item["value"].get("labels", []))
        for path in sorted((shared_data / "leoka" / "raw").glob("*.json.gz"))
        for task in json.loads(gzip.decompress(path.read_bytes()))
        for annotation in task["annotations"]
        for item in annotation["result"]
        if item["type"] == "labels"
    )
    spans_kept = codings["start"].ne("").sum()
    spans_repeated = 764
    assert in_source == 32_117
    assert in_source - spans_kept - spans_repeated == 110


def test_every_span_of_leoka_is_the_text_at_its_place(leoka_run):
    texts = pd.read_csv(leoka_run["essays"], keep_default_na=False).set_index("essay_id")["text"]
    spans = pd.read_csv(leoka_run["codings"], keep_default_na=False).query("start != ''")
    found = [
        texts[essay_id][int(start) : int(end)]
        for essay_id, start, end in spans[["essay_id", "start", "end"]].values
    ]
    assert found == spans["quotation"].tolist()


def test_leoka_pairs_coders_within_teams_and_prints_ranges(leoka_run):
    pairs = pd.read_csv(leoka_run["agreement_pairs"])[["first", "second"]].drop_duplicates()
    assert len(pairs) == 33
    assert pairs["first"].str.split("_").str[0].eq(pairs["second"].str.split("_").str[0]).all()
    table = pd.read_csv(leoka_run["prevalence"])
    assert table["essays"].eq(787).all()
    assert (table["n_low"] < table["n_high"]).any()


def test_leoka_coders_agree_on_the_words_better_than_chance_in_every_team(leoka_run):
    """Nine teams, ten labels of spans; the words marked are under 1 % of what a team read."""
    essays = pd.read_csv(leoka_run["essays"], keep_default_na=False).set_index("essay_id")
    types = {"start": "Int64", "end": "Int64"}
    codings = pd.read_csv(leoka_run["codings"], dtype=types, keep_default_na=True)
    spans = codings[codings["start"].notna()]
    marks = pd.read_csv(leoka_run["presence"])
    marks = marks[marks["code"].isin(spans["code"])]
    team = marks["coder"].str.split("_").str[0]
    pooled = {}
    for name, readings in marks.groupby(team):
        data = spans, essays["text"].str.len(), readings
        table = unitizing(*data)
        by_code = table[table["scope"].eq("code") & table["coefficient"].eq("u")]
        assert len(by_code) == 10
        assert by_code["value"].between(0.05, 0.96).all()
        pooled[name] = table.query("scope == 'pooled' and coefficient == 'u'")["value"].item()
        limits = unitizing_interval(*data, resamples=200, seed=1, level=0.95).set_index("scope")
        low, high = limits.query("coefficient == 'u'").loc["pooled", ["low", "high"]]
        assert low < pooled[name] < high < low + 0.1
        own = spans[spans["coder"].isin(readings["coder"])]
        counts = by_code[["spans", "united", "whole", "alone"]].sum()
        assert counts.sum() == len(own)
        assert counts["whole"] == 0
    assert len(pooled) == 9
    # As in the published F1 of whole annotations, team 3 is the highest and team 6 the lowest.
    assert {name: round(value, 3) for name, value in pooled.items()} == {
        "t1": 0.796, "t2": 0.858, "t3": 0.859, "t4": 0.859, "t6": 0.775, "t7": 0.838,
        "t8": 0.827, "t10": 0.844, "t11": 0.815,
    }  # fmt: skip
