"""Word files with comments: hand-made XML for what Word writes, python-docx for a true file."""

import pytest

from analysis.importers import import_files
from analysis.problems import StudyError
from tests.importers import tools
from tests.importers.reading_back import codings_of, rows_of, texts_of

TEXT = "Café 😀 She smiled.\nThe nurse\tcame back."


def imported(tmp_path, comments, **how):
    path = tools.word(tmp_path / "E01.docx", how.pop("text", TEXT), comments, **how)
    return import_files(path, tmp_path / "study")


def test_the_anchor_is_the_place_and_the_words_of_the_comment_are_the_codes(tmp_path):
    done = imported(
        tmp_path,
        [("Ana", "Compassion", 7, 17), ("Ana", "Support > Family; Hope\nStaying", 11, 23),
         ("Ben", "Hope", 11, 17)],
    )  # fmt: skip
    assert codings_of(tmp_path / "study") == {
        ("Ana", "E01", "Compassion", "She smiled"),
        ("Ana", "E01", "Support > Family", "smiled.\nThe "),
        ("Ana", "E01", "Hope", "smiled.\nThe "),
        ("Ana", "E01", "Staying", "smiled.\nThe "),
        ("Ben", "E01", "Hope", "smiled"),
    }
    assert texts_of(tmp_path / "study") == {"E01": TEXT + "\n"}
    assert done.sources.loc[0, ["codings", "written", "listed"]].tolist() == [5, 5, 0]
    codes = [row["code"] for row in rows_of(tmp_path / "study" / "codebook.csv")]
    assert codes == ["Compassion", "Hope", "Staying", "Support > Family"]


def test_comments_that_are_perhaps_codes_are_named_and_so_are_codes_that_are_perhaps_several(
    tmp_path,
):
    done = imported(tmp_path, [("Ana", "anger.", 7, 17), ("Ana", "anger.; Hope", 7, 17),
                               ("Ana", "kindness, exhaustion", 0, 4)])  # fmt: skip
    assert (
        "read as remarks, not as codes, because they end as a sentence does or are long, and kept "
        "in memos.csv: 'anger.'"
    ) in done.notes
    assert (
        "each read as one code: 'kindness, exhaustion'; between two codes stands a semicolon"
    ) in done.notes


def test_a_new_study_of_one_essay_asks_whether_the_file_holds_several(tmp_path):
    said = "the study has one essay, 'E01': if a file holds several, save each essay as a file of "
    said += "its own and import them into a new study"
    assert said in imported(tmp_path, [("Ana", "Hope", 7, 17)]).notes
    assert said not in imported(tmp_path, [("Ana", "Hope", 7, 17)]).notes  # it is there now
    tools.word(tmp_path / "E02.docx", TEXT + " Again.", [("Ana", "Hope", 7, 17)])
    both = import_files([tmp_path / "E01.docx", tmp_path / "E02.docx"], tmp_path / "two")
    assert not [note for note in both.notes if "one essay" in note]


def test_a_remark_a_reply_and_a_point_are_listed_and_their_words_are_kept(tmp_path):
    space = f'xmlns:w15="{tools.W15}"'
    extended = f'<w15:commentEx {space} w15:paraId="00010000" w15:paraIdParent="00000000"/>'
    done = imported(
        tmp_path,
        [("Ana", "Hope", 7, 17), ("Ben", "I read this quite differently.", 7, 17),
         ("Ben", "Is this hope, or is it only that she is glad to see him?", 0, 4),
         ("Ana", "Hope", None, None), ("Ana", "", 0, 4), ("Ben", "Doubt", 0, 4)],
        extended=extended,
    )  # fmt: skip
    listed = done.report[["source_ref", "reason"]].to_numpy().tolist()
    assert listed == [
        ["comment 1", "reply"],
        ["comment 2", "no_code"],
        ["comment 3", "no_span"],
        ["comment 4", "no_code"],
    ]
    memos = rows_of(tmp_path / "study" / "memos.csv")
    assert [(m["coder"], m["start"], m["memo"][:10]) for m in memos] == [
        ("Ben", "7", "I read thi"),
        ("Ben", "0", "Is this ho"),
    ]


def test_who_only_remarked_is_no_coder(tmp_path):
    """Or that person would count as one who read every essay and found nothing."""
    done = imported(
        tmp_path, [("Ana", "Hope", 7, 17), ("Supervisor", "I would not call this hope.", 7, 17)]
    )
    assert [p.stem for p in (tmp_path / "study" / "codings").iterdir()] == ["Ana"]
    assert rows_of(tmp_path / "study" / "memos.csv") == []
    (memo,) = done.report.query("outcome == 'memo'").to_dict("records")
    assert (memo["coder"], memo["memo"]) == ("Supervisor", "I would not call this hope.")


@pytest.mark.parametrize("author", ["", "Author", "Autor"])
def test_a_file_without_names_needs_the_coders_name(tmp_path, author):
    path = tools.word(tmp_path / "E01.docx", TEXT, [(author, "Hope", 7, 17)])
    done = import_files(path, tmp_path / "unnamed")
    assert any("does not say who coded" in note for note in done.notes)
    assert {row[0] for row in codings_of(tmp_path / "unnamed")} == {"unknown"}
    import_files(path, tmp_path / "named", "ana")
    assert {row[0] for row in codings_of(tmp_path / "named")} == {"ana"}


def test_two_files_on_one_essay_that_name_nobody_are_not_one_coder(tmp_path):
    for who, end in (("ana", 17), ("ben", 11)):
        tools.word(tmp_path / f"E01_{who}.docx", TEXT, [("Author", "Hope", 7, end)])
    files = [tmp_path / "E01_ana.docx", tmp_path / "E01_ben.docx"]
    with pytest.raises(StudyError, match=r"as 'E01_ben.docx' does; neither says.*CODER=name"):
        import_files(files, tmp_path / "study")
    for path, who in zip(files, ("ana", "ben"), strict=True):
        import_files(path, tmp_path / "study", who)
    assert {row[0] for row in codings_of(tmp_path / "study")} == {"ana", "ben"}


def test_deleted_and_moved_text_is_gone_inserted_text_is_there_and_boxes_come_once(tmp_path):
    def run(words):
        return f'<w:r><w:t xml:space="preserve">{words}</w:t></w:r>'

    start, end = '<w:commentRangeStart w:id="0"/>', '<w:commentRangeEnd w:id="0"/>'
    box = f"<w:txbxContent><w:p>{run('box')}</w:p></w:txbxContent>"
    mc = "http://schemas.openxmlformats.org/markup-compatibility/2006"
    body = (
        f"<w:p>{run('one ')}<w:del w:id='9'><w:r><w:delText>gone</w:delText></w:r>"
        f"{run('gone')}</w:del><w:moveFrom>{run('away ')}</w:moveFrom><w:ins>{start}{run('new ')}"
        f"</w:ins><w:sdt><w:sdtContent>{run('kept')}</w:sdtContent></w:sdt>{end}"
        f'<mc:AlternateContent xmlns:mc="{mc}"><mc:Choice><w:r>{box}</w:r></mc:Choice>'
        f"<mc:Fallback><w:r>{box}</w:r></mc:Fallback></mc:AlternateContent>"
        "<w:r><w:instrText>FIELD</w:instrText></w:r><w:r><w:softHyphen/><w:noBreakHyphen/>"
        f"</w:r>{run('end')}</w:p><w:tbl><w:tr><w:tc><w:p>{run('cell')}</w:p></w:tc></w:tr></w:tbl>"
    )
    imported(tmp_path, [("Ana", "Hope", None, None)], body=body)
    assert texts_of(tmp_path / "study") == {"E01": "one new kept-end\nbox\ncell\n"}
    assert codings_of(tmp_path / "study") == {("Ana", "E01", "Hope", "new kept")}


def test_the_text_is_the_one_that_the_study_reads_from_the_same_file(tmp_path):
    imported(tmp_path, [("Ana", "Hope", 9, 19)], text="\n\nCafé She smiled\n\n-\n\n")
    (tmp_path / "other" / "essays").mkdir(parents=True)
    (tmp_path / "E01.docx").rename(tmp_path / "other" / "essays" / "E01.docx")
    assert texts_of(tmp_path / "study") == texts_of(tmp_path / "other")


def test_a_file_of_python_docx_with_runs_across_paragraphs(tmp_path):
    docx = pytest.importorskip("docx")
    document = docx.Document()
    first = document.add_paragraph()
    runs = [first.add_run("Café 😀 "), first.add_run("She smiled.")]
    second = document.add_paragraph()
    runs += [second.add_run("The nurse"), second.add_run(" came back.")]
    document.add_comment(runs[1:3], text="Compassion", author="Ana", initials="A")
    document.add_comment(runs[2], text="Staying", author="Ben", initials="B")
    document.save(tmp_path / "E01.docx")
    import_files(tmp_path / "E01.docx", tmp_path / "study")
    assert codings_of(tmp_path / "study") == {
        ("Ana", "E01", "Compassion", "She smiled.\nThe nurse"),
        ("Ben", "E01", "Staying", "The nurse"),
    }


def test_a_file_without_comments_is_an_essay_and_that_is_said(tmp_path):
    done = imported(tmp_path, [])
    assert done.sources.loc[0, "recognised"] == (
        "Word file without comments: an essay that nobody coded in it"
    )
    assert texts_of(tmp_path / "study") == {"E01": TEXT + "\n"}


def test_a_file_without_words_is_refused(tmp_path):
    with pytest.raises(StudyError, match=r"E01.docx: holds no words"):
        imported(tmp_path, [("Ana", "Hope", None, None)], text=" \n ")


NOTES = (
    '<w:footnotes xmlns:w="{W}"><w:footnote w:id="1"><w:p><w:commentRangeStart w:id="1"/><w:r><w:t>'
    'seen twice</w:t></w:r><w:commentRangeEnd w:id="1"/></w:p></w:footnote></w:footnotes>'
)


def test_a_comment_on_a_footnote_is_listed_with_its_words(tmp_path):
    relations = "".join(
        f'<Relationship Id="r{kind}" Type="{tools.OFFICE}/{kind}" Target="{kind}.xml"/>'
        for kind in ("comments", "footnotes")
    )
    done = imported(
        tmp_path, [("Ana", "Hope", 7, 17), ("Ana", "Aside; Doubt", None, None)],
        more={
            "word/footnotes.xml": NOTES.replace("{W}", tools.W),
            "word/_rels/document.xml.rels": tools.relationships(relations),
        },
    )  # fmt: skip
    listed = done.report[["code", "reason", "quotation"]].to_numpy().tolist()
    assert listed == [[c, "quote_not_found", "seen twice"] for c in ("Aside", "Doubt")]
    assert "its footnotes are not read, and comments on them are listed" in done.notes


def test_anchors_round_tables_and_in_boxes_and_one_that_never_ends_are_followed(tmp_path):
    def run(words):
        return f'<w:r><w:t xml:space="preserve">{words}</w:t></w:r>'

    def start(n):
        return f'<w:commentRangeStart w:id="{n}"/>'

    def end(n):
        return f'<w:commentRangeEnd w:id="{n}"/>'

    cells = "".join(f"<w:tc><w:p>{run(f'cell {n}')}</w:p></w:tc>" for n in (1, 2))
    box = f"<w:pict><w:txbxContent><w:p>{start(1)}{run('boxed')}{end(1)}</w:p></w:txbxContent>"
    body = (
        f"<w:p>{run('one')}</w:p>{start(0)}<w:tbl><w:tr>{cells}</w:tr></w:tbl>{end(0)}"
        f"<w:p><w:pPr><w:tabs><w:tab w:val='left'/></w:tabs></w:pPr>{run('two ')}"
        f"<w:r>{box}</w:pict></w:r>{start(2)}{run('three')}"
        f"<w:r><w:commentReference w:id='2'/></w:r>{run(' four')}"
        f"<w:del>{start(3)}{run('gone')}{end(3)}</w:del></w:p>"
    )
    done = imported(
        tmp_path, [("Ana", code, None, None) for code in ("Table", "Box", "Open", "Gone")],
        body=body,
    )  # fmt: skip
    assert texts_of(tmp_path / "study") == {"E01": "one\ncell 1\ncell 2\ntwo three four\nboxed\n"}
    assert {row[2:] for row in codings_of(tmp_path / "study")} == {
        ("Table", "cell 1\ncell 2\n"), ("Box", "boxed"), ("Open", "three"),
    }  # fmt: skip
    assert done.report[["code", "reason"]].to_numpy().tolist() == [["Gone", "no_span"]]


def test_comments_marked_as_resolved_are_codings_and_counted(tmp_path):
    space = f'xmlns:w15="{tools.W15}"'
    extended = f'<w15:commentEx {space} w15:paraId="00000000" w15:done="1"/>'
    done = imported(tmp_path, [("Ana", "Hope", 7, 17)], extended=extended)
    assert "comments marked as resolved are read like the others: 1" in done.notes
    assert codings_of(tmp_path / "study") == {("Ana", "E01", "Hope", "She smiled")}


def test_two_copies_of_one_essay_are_one_essay_with_the_name_that_they_share(tmp_path):
    files = [
        tools.word(tmp_path / f"E01_{who}.docx", TEXT, [(who, "Hope", 7, 17)])
        for who in ("ana", "ben", "cai")
    ]
    import_files(files, tmp_path / "study")
    assert {row[:2] for row in codings_of(tmp_path / "study")} == {
        ("ana", "E01"), ("ben", "E01"), ("cai", "E01"),
    }  # fmt: skip


LONG = (
    "She came on the first day with a bag of oranges and put them on the sill. "
    "Nobody had asked her to. I thought of the oranges all night, and of her hands. "
    "In the morning the sill was empty, and she laughed. She came again the next day."
)


def test_a_coder_who_mended_the_essay_keeps_the_codings_that_can_be_proven(tmp_path):
    changed = LONG.replace("all night", "the whole night").replace("Nobody", "No one")
    at = changed.index
    ben = [
        ("ben", "Hope", at("I thought"), at(", and of")),
        ("ben", "Care", at("she laughed"), at("she laughed") + 11),
        ("ben", "Gift", at("No one"), at("No one") + 6),
    ]
    files = [
        tools.word(tmp_path / "E01_ana.docx", LONG, [("ana", "Gift", 0, 3)]),
        tools.word(tmp_path / "E01_ben.docx", changed, ben),
    ]
    done = import_files(files, tmp_path / "study")
    assert texts_of(tmp_path / "study") == {"E01": LONG + "\n"}
    assert ("ben", "E01", "Care", "she laughed") in codings_of(tmp_path / "study")
    assert done.report.query("outcome == 'listed'")["code"].tolist() == ["Hope", "Gift"]
    differences = done.report.query("outcome == 'difference'")[["quotation", "what"]]
    assert differences.to_numpy().tolist() == [
        ["Nobody", "there: No one"],
        ["all", "there: the whole"],
    ]
