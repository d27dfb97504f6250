"""Real exports from ../shared/data: every coding accounted for."""

import gzip
import json

import pytest

from analysis.importers import import_files
from tests.importers.reading_back import codings_of, rows_of, texts_of


def test_taguette_serdif_places_all_1794_highlights_and_22_tag_counts_agree(shared_data, tmp_path):
    folder = shared_data / "taguette_serdif"
    files = [folder / "SERDIF_P2_ThematicAnalysis.sqlite3", folder / "codebook_20220303_8.csv"]
    before = [path.read_bytes() for path in files]
    done = import_files(files, tmp_path / "study", "single")
    assert [path.read_bytes() for path in files] == before
    source = done.sources.iloc[0]
    assert source[["codings", "written", "listed"]].tolist() == [1931, 1930, 1]
    assert (source["reading"], source["score"]) == ("UTF-8 bytes, CR LF as 1", 1.0)
    assert done.report["reason"].tolist() == ["no_code"]  # the one highlight without a tag
    refs = {row["source_ref"] for row in rows_of(tmp_path / "study" / "codings" / "single.csv")}
    assert len(refs) + 1 == 1794
    said = "22 of 22 codes have as many codings as codebook_20220303_8.csv says"
    assert said in done.notes
    assert len(codings_of(tmp_path / "study")) <= 1930
    assert len(texts_of(tmp_path / "study")) == 17


def test_taguette_serdif_quotations_alone_are_placed_in_the_texts_of_the_project(
    shared_data, tmp_path
):
    folder = shared_data / "taguette_serdif"
    import_files(folder / "SERDIF_P2_ThematicAnalysis.sqlite3", tmp_path / "study", "single")
    done = import_files(folder / "all_tags_20220303.csv", tmp_path / "study", "quoted")
    source = done.sources.iloc[0]
    assert source["codings"] == source["written"] + source["listed"] == 1930
    placed, by_bytes = (
        {
            (essay, code, "".join(words.split()))  # the export trims, and joins lines by a space
            for coder, essay, code, words in codings_of(tmp_path / "study")
            if coder == name
        }
        for name in ("quoted", "single")
    )
    assert placed <= by_bytes  # what is placed by words alone is where the bytes say
    reasons = set(done.report.query("outcome == 'listed'")["reason"])
    assert reasons <= {"quote_ambiguous", "quote_not_found", "duplicate"}


@pytest.fixture(scope="module")
def leoka(shared_data, tmp_path_factory):
    study = tmp_path_factory.mktemp("leoka") / "study"
    return shared_data / "leoka" / "raw", study, import_files(shared_data / "leoka" / "raw", study)


def test_leoka_places_32001_spans_exactly_and_116_with_edges_adjusted(leoka):
    raw, _, done = leoka
    adjusted = done.report.query("outcome == 'adjusted'")
    assert adjusted["reason"].tolist() == ["edge"] * 116
    assert set(adjusted["what"]) == {"spaces at the edge adjusted"}
    spans = done.sources["tested"].sum()
    cancelled = done.report.query("reason == 'cancelled'")["start"].ne("").sum()
    in_files = sum(
        len(result["value"].get("labels", []))
        for path in raw.glob("*.gz")
        for task in json.loads(gzip.decompress(path.read_bytes()))
        for annotation in task["annotations"]
        for result in annotation["result"]
    )
    assert spans + cancelled == in_files == 32_117
    assert (done.sources["score"] == 1.0).all()


def test_leoka_accounts_for_everything_else(leoka):
    _, study, done = leoka
    counts = done.sources[["codings", "written", "listed"]].sum()
    assert counts["codings"] == counts["written"] + counts["listed"] == 48_633
    listed = done.report.query("outcome == 'listed'")["reason"].value_counts().to_dict()
    assert set(listed) <= {"cancelled", "duplicate", "quote_ambiguous"}
    rows = sum(len(rows_of(path)) for path in (study / "codings").glob("*.csv"))
    assert rows == counts["written"]
    readings = rows_of(study / "assignments.csv")
    assert len({row["coder"] for row in readings}) == 29
