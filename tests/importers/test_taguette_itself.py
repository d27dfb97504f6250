"""Exports that Taguette 1.5.2 makes while the test runs."""

import pytest

from analysis.importers import import_files
from tests.importers.peers import Taguette
from tests.importers.reading_back import codings_of, texts_of

PAGE = (
    '<html><head><meta charset="utf-8"></head><body><p>Café 😀 first.</p>'
    "<p>She said &quot;thank you&quot; &amp; <b>smiled</b>, kindly.</p></body></html>"
)
COUNTED = 'Café 😀 first.She said "thank you" & smiled, kindly.'  # what Taguette counts


def in_bytes(words):
    start = len(COUNTED[: COUNTED.index(words)].encode())
    return start, start + len(words.encode())


@pytest.fixture(scope="module")
def exports(tmp_path_factory):
    folder = tmp_path_factory.mktemp("taguette")
    with Taguette(folder) as taguette:
        taguette.new_project("pilot")
        taguette.new_document("E03", PAGE)
        compassion, family = taguette.new_tag("Compassion"), taguette.new_tag("Support.Family")
        taguette.new_highlight(1, *in_bytes("smiled, kindly"), [compassion, family])
        taguette.new_highlight(1, *in_bytes("😀 first."), [compassion])
        taguette.new_highlight(1, *in_bytes("thank you"), [])
        return {
            "database": taguette.export("project.sqlite3", "ana.sqlite3"),
            "highlights": taguette.export("highlights/.csv", "ana.csv"),
            "excel": taguette.export("highlights/.xlsx", "ana.xlsx"),
            "codebook": taguette.export("codebook.csv", "codebook.csv"),
            "qdc": taguette.export("codebook.qdc", "codebook.qdc"),
            "server": taguette.database,
        }


PLACES = {
    ("ana", "E03", "Compassion", "smiled, kindly"),
    ("ana", "E03", "Support.Family", "smiled, kindly"),
    ("ana", "E03", "Compassion", "😀 first."),
}


def test_the_exported_project_is_read_in_bytes_and_paragraphs_are_parted(exports, tmp_path):
    done = import_files([exports["database"], exports["codebook"]], tmp_path / "study", "ana")
    assert codings_of(tmp_path / "study") == PLACES
    assert texts_of(tmp_path / "study")["E03"].split("\n") == [
        "Café 😀 first.",
        'She said "thank you" & smiled, kindly.',
    ]
    assert done.sources.loc[0, "reading"] == "UTF-8 bytes, CR LF as 1"
    assert done.report.query("outcome == 'listed'")["reason"].tolist() == ["no_code"]
    assert any("WHO CODED IS LOST" in note for note in done.notes)


@pytest.mark.parametrize("kind", ["highlights", "excel"])
def test_the_export_of_highlights_is_placed_in_the_text_by_its_quotations(exports, tmp_path, kind):
    (tmp_path / "E03.txt").write_text(COUNTED.replace("first.She", "first.\nShe"), "utf-8")
    done = import_files([exports[kind], tmp_path / "E03.txt"], tmp_path / "study", "ana")
    assert codings_of(tmp_path / "study") == PLACES
    assert done.sources["listed"].sum() == 0


def test_the_codebooks_bring_the_descriptions_of_the_tags(exports, tmp_path):
    done = import_files([exports["database"], exports["codebook"], exports["qdc"]], tmp_path / "s")
    assert "about Compassion" in (tmp_path / "s" / "codebook.csv").read_text("utf-8")
    assert done.sources["recognised"].tolist() == [
        "Taguette database", "Taguette codebook", "REFI-QDA codebook",
    ]  # fmt: skip


def test_the_running_servers_database_is_read_without_touching_it(exports, tmp_path):
    before = {p.name: p.read_bytes() for p in exports["server"].parent.glob("taguette.db*")}
    import_files(exports["server"], tmp_path / "study", "ana")
    assert codings_of(tmp_path / "study") == PLACES
    after = {p.name: p.read_bytes() for p in exports["server"].parent.glob("taguette.db*")}
    assert after == before
