"""REFI-QDA in the dialects of NVivo, ATLAS.ti, MAXQDA, QualCoder, qc."""

import pytest

from analysis.importers import import_files
from analysis.problems import StudyError
from tests.importers import tools
from tests.importers.reading_back import codings_of, rows_of, texts_of

ESSAYS = {
    f"E{n:02d}": f"Café 😀 essay {n}.\nShe smiled at me 😀 twice.\nThe nurse came back {n} times."
    for n in range(1, 8)
}
CODINGS = [
    coding
    for n, (name, text) in enumerate(ESSAYS.items())
    for coding in (
        ("ana", name, "Compassion", text.index("She"), text.index(" at me")),
        ("ben", name, "Compassion", text.index("She"), text.index(" at me")),
        ("ana", name, "Staying", text.index("The nurse"), text.index(" times")),
        ("ben", name, "Hope", text.index("smiled"), text.index(" twice")),
    )
] + [("ana", "E01", "Hope", None, None)]
PROJECT = tools.Project(ESSAYS, CODINGS)
WINDOWS = {"unit": "UTF-16 units", "line_end": 2, "stored_as": "\r\n", "mark": "\ufeff"}

DIALECTS = {  # what is written -> how it counts
    "NVivo for Windows": ({"origin": "NVivo 14 Windows", **WINDOWS}, "UTF-16 units, CR LF as 2"),
    "NVivo for Mac": (
        {"origin": "NVivo 14 Mac", "unit": "UTF-16 units"}, "UTF-16 units, CR LF as 1",
    ),
    "ATLAS.ti": (
        {"origin": "ATLAS.ti 23", "unit": "UTF-16 units", "stored_as": "\r\n",
         "qde": "Project.qde"},
        "UTF-16 units, CR LF as 1",
    ),
    "MAXQDA": ({"origin": "MAXQDA 2022", "folder": "sources"}, "code points, CR LF as 1"),
    "QualCoder": (
        {"origin": "QualCoder 3.6", "unit": "UTF-16 units", "stored_as": "\r\n", "mark": "\ufeff",
         "qde": "pilot.QDE"},
        "UTF-16 units, CR LF as 1",
    ),
    "qc": ({"origin": "qc 1.7.8", "shared_selection": True}, "code points, CR LF as 1"),
    "nobody knows, like NVivo": ({"origin": "", **WINDOWS}, "UTF-16 units, CR LF as 2"),
    "nobody knows, in bytes": ({"origin": "", "unit": "UTF-8 bytes"}, "UTF-8 bytes, CR LF as 1"),
}  # fmt: skip


@pytest.mark.parametrize("dialect", DIALECTS)
def test_each_dialect_is_read_and_its_way_of_counting_is_found(tmp_path, dialect):
    how, reading = DIALECTS[dialect]
    done = import_files(tools.refi(tmp_path / "p.qdpx", PROJECT, **how), tmp_path / "study")
    assert codings_of(tmp_path / "study") == PROJECT.quoted()
    assert texts_of(tmp_path / "study") == ESSAYS
    source = done.sources.iloc[0]
    assert (source["reading"], source["score"]) == (reading, 1.0)
    assert source["other_score"] <= 0.75
    assert (source["codings"], source["listed"]) == (len(CODINGS), 0)


def test_a_file_that_does_not_show_its_unit_is_refused_until_somebody_says_it(tmp_path):
    few = tools.Project(ESSAYS, CODINGS[:1])
    path = tools.refi(tmp_path / "p.qdpx", few, origin="", unit="UTF-16 units")
    with pytest.raises(StudyError, match=r"does not show in which unit it counts.*UNIT="):
        import_files(path, tmp_path / "study")
    import_files(path, tmp_path / "study", unit="UTF-16 units")
    assert codings_of(tmp_path / "study") == few.quoted()


def test_a_project_that_does_not_count_as_its_tool_is_read_and_that_is_said_loudly(tmp_path):
    many = tools.Project(
        {f"{name} {n}": f"{text} {n}" for name, text in ESSAYS.items() for n in range(4)},
        [(c, f"{e} {n}", code, s, t) for c, e, code, s, t in CODINGS[:-1] for n in range(4)],
    )
    path = tools.refi(tmp_path / "p.qdpx", many, origin="NVivo 14 Mac", unit="code points")
    done = import_files(path, tmp_path / "study")
    assert codings_of(tmp_path / "study") == many.quoted()
    (said,) = (note for note in done.notes if "DOES NOT COUNT AS EXPECTED" in note)
    assert "'code points, CR LF as 1' is followed, not 'UTF-16 units, CR LF as 1'" in said


def test_a_place_inside_a_word_is_written_and_listed_to_be_looked_at(tmp_path):
    cut = tools.Project(ESSAYS, [*CODINGS, ("ana", "E02", "Hope", 8, 14)])
    path = tools.refi(tmp_path / "p.qdpx", cut, origin="NVivo 14 Mac", unit="UTF-16 units")
    done = import_files(path, tmp_path / "study")
    assert codings_of(tmp_path / "study") == cut.quoted()
    (row,) = done.report.to_dict("records")
    found = [row[column] for column in ("outcome", "reason", "quotation")]
    assert found == ["adjusted", "unproven", "ssay 2"]
    assert "compare it with the tool" in row["what"]


def test_a_small_project_of_atlas_ti_shows_enough_as_its_line_ends_count_one(tmp_path):
    essays = {"E01": "Plain words.\nShe smiled at me."}
    small = tools.Project(essays, [("ana", "E01", "Hope", 17, 23)])
    path = tools.refi(tmp_path / "p.qdpx", small, origin="ATLAS.ti 23", stored_as="\r\n")
    import_files(path, tmp_path / "study")
    assert codings_of(tmp_path / "study") == {("ana", "E01", "Hope", "smiled")}


def project(inside, codes="", users="", more=""):
    return (
        '<Project xmlns="urn:QDA-XML:project:1.0" name="p" origin="MAXQDA" creatingUserGUID="U-A">'
        f'<Users><User guid="u-a" name="ana"/><User guid="u-b" name="ben"/>{users}</Users>'
        '<CodeBook><Codes><Code guid="c-1" name="Support" isCodable="false"><Description>folder'
        '</Description><Code guid="{C-2}" name="Family" isCodable="true"><Description>kin'
        f"</Description></Code></Code>{codes}</Codes></CodeBook>"
        f"<Sources>{inside}</Sources>{more}</Project>"
    )


def imported(tmp_path, qde, members=None):
    path = tools.write_zip(tmp_path / "p.qdpx", {"p.qde": qde, **(members or {})})
    return import_files(path, tmp_path / "study")


def coding(n, user, code="C-2"):
    return f'<Coding guid="k{n}" creatingUser="{user}"><CodeRef targetGUID="{code}"/></Coding>'


def test_codings_without_a_home_are_listed_and_everything_else_is_kept(tmp_path):
    text = "<PlainTextContent>She smiled. The nurse came.</PlainTextContent>"
    selections = (
        f'<PlainTextSelection guid="s1" startPosition="0" endPosition="10" creatingUser="U-B">'
        f"{coding(1, 'U-A')}{coding(2, 'u-b')}</PlainTextSelection>"
        f'<PlainTextSelection guid="s2" startPosition="4" endPosition="4">{coding(3, "u-a")}'
        f'</PlainTextSelection><PlainTextSelection guid="s3" startPosition="0" endPosition="999">'
        f'{coding(4, "u-a")}</PlainTextSelection><PlainTextSelection guid="s4" startPosition="0" '
        f'endPosition="3">{coding(5, "u-a", "gone")}</PlainTextSelection>'
        '<PlainTextSelection guid="s5" startPosition="0" endPosition="3" creatingUser="u-b">'
        "<Description>look here</Description></PlainTextSelection>"
        '<PlainTextSelection guid="s6" startPosition="0" endPosition="3"/>'
    )
    sources = (
        f'<TextSource guid="t1" name="E1">{text}{selections}{coding(6, "u-b")}</TextSource>'
        f'<TextSource guid="t2" name="E2" plainTextPath="internal://no.txt">{coding(7, "u-a")}'
        f'</TextSource><PictureSource guid="t3" name="photo"><PictureSelection guid="s7" firstX="0"'
        f' firstY="0" secondX="1" secondY="1">{coding(8, "u-a")}</PictureSelection></PictureSource>'
    )
    done = imported(tmp_path, project(sources, more="<Graphs/>"))
    assert codings_of(tmp_path / "study") == {
        ("ana", "E1", "Support > Family", "She smiled"),
        ("ben", "E1", "Support > Family", "She smiled"),
        ("ben", "E1", "Support > Family", ""),
    }
    listed = {row["source_ref"]: row["reason"] for row in done.report.to_dict("records")}
    assert listed == {
        "coding k3": "zero_length",
        "coding k4": "out_of_range",
        "coding k5": "code_deleted",
        "selection s6": "no_code",
        "coding k7": "source_missing",
        "coding k8": "not_text",
    }
    assert done.sources.loc[0, "codings"] == 9
    (memo,) = rows_of(tmp_path / "study" / "memos.csv")
    assert (memo["coder"], memo["start"], memo["end"], memo["memo"]) == (
        "ben",
        "0",
        "3",
        "look here",
    )
    (code,) = rows_of(tmp_path / "study" / "codebook.csv")
    assert (code["code"], code["definition"]) == ("Support > Family", "kin")
    said = " ".join(done.notes)
    assert "in 1 coding the coder is another than that of the selection" in said
    assert "elements not imported: 1 Graphs" in said


def test_notes_and_variables_become_memos_and_attributes(tmp_path):
    source = (
        '<TextSource guid="t1" name="E1" plainTextPath="internal://A.TXT">'
        '<PlainTextSelection guid="s1" startPosition="0" endPosition="10"><Coding guid="k1" '
        'creatingUser="u-a"><CodeRef targetGUID="C-2"/><NoteRef targetGUID="n1"/></Coding>'
        '</PlainTextSelection><NoteRef targetGUID="n2"/><VariableValue><VariableRef '
        'targetGUID="v1"/><TextValue>nurse</TextValue></VariableValue></TextSource>'
    )
    more = "".join(
        f'<Note guid="{n}" creatingUser="u-a"><PlainTextContent>{words}</PlainTextContent></Note>'
        for n, words in (("n1", "why here"), ("n2", "on the essay"), ("n3", "on all"))
    )
    qde = project(source, more=f"<Notes>{more}</Notes>").replace(
        "<Sources>",
        '<Variables><Variable guid="V1" name="role" typeOfVariable="Text"/></Variables><Sources>',
    )
    imported(tmp_path, qde, {"Sources/a.txt": "She smiled."})
    (row,) = rows_of(tmp_path / "study" / "codings" / "ana.csv")
    assert row["memo"] == "why here"
    memos = rows_of(tmp_path / "study" / "memos.csv")
    assert [(m["essay_id"], m["memo"]) for m in memos] == [("E1", "on the essay"), ("", "on all")]
    (essay,) = rows_of(tmp_path / "study" / "essays.csv")
    assert (essay["essay_id"], essay["role"]) == ("E1", "nurse")


def test_two_coders_projects_are_matched_by_text_whatever_their_names_and_guids(tmp_path):
    parts = [
        tools.Project(
            {f"{coder} {name}": text for name, text in ESSAYS.items()},
            [(c, f"{coder} {n}", code, s, e) for c, n, code, s, e in CODINGS if c == coder],
            (coder,),
        )
        for coder in ("ana", "ben")
    ]
    files = [
        tools.refi(tmp_path / "ana.qdpx", parts[0], origin="NVivo Windows", **WINDOWS),
        tools.refi(tmp_path / "ben.qdpx", parts[1], origin="NVivo Mac", unit="UTF-16 units"),
    ]
    import_files(files, tmp_path / "study")
    assert codings_of(tmp_path / "study") == PROJECT.quoted()
    assert texts_of(tmp_path / "study") == ESSAYS


def test_the_text_of_a_pdf_is_read_and_its_codings_count_once(tmp_path):
    text = f"<PlainTextContent>{'Hope ' * 9}</PlainTextContent>"
    selections = "".join(
        f'<PlainTextSelection guid="s{n}" startPosition="{5 * n}" endPosition="{5 * n + 4}">'
        f"{coding(n, 'u-a')}</PlainTextSelection>"
        for n in range(9)
    )
    source = (
        f'<PDFSource guid="p1" name="E1"><Representation guid="r1">{text}{selections}'
        f'</Representation><PDFSelection guid="s9" page="0">{coding(9, "u-a")}</PDFSelection>'
        "</PDFSource>"
    )
    done = imported(tmp_path, project(source))
    assert done.sources.loc[0, ["codings", "written", "listed"]].tolist() == [10, 9, 1]
    assert done.report["source_ref"].tolist() == ["coding k9"]


def test_a_code_on_a_whole_pdf_that_has_its_text_is_one_on_that_text(tmp_path):
    text = "<PlainTextContent>She smiled.</PlainTextContent>"
    sources = (
        f'<PDFSource guid="p1" name="E1"><Representation guid="r1">{text}</Representation>'
        f'{coding(1, "u-a")}</PDFSource><PDFSource guid="p2" name="scan">{coding(2, "u-a")}'
        "</PDFSource>"
    )
    done = imported(tmp_path, project(sources))
    assert codings_of(tmp_path / "study") == {("ana", "E1", "Support > Family", "")}
    assert done.report[["source_ref", "reason"]].to_numpy().tolist() == [["coding k2", "not_text"]]


def test_groups_of_documents_are_attributes_and_what_is_not_read_is_counted(tmp_path):
    text = "<PlainTextContent>She smiled {n}.</PlainTextContent><Weight/>"
    sources = "".join(
        f'<TextSource guid="T{n}" name="E{n}">{text.format(n=n)}</TextSource>' for n in (1, 2)
    )
    sets = (
        '<Sets><Set guid="g1" name="Nurses"><MemberSource targetGUID="t1"/><MemberSource '
        'targetGUID="t2"/></Set><Set guid="g2" name="North"><MemberSource targetGUID="{t1}"/></Set>'
        '<Set guid="g3" name="Feelings"><MemberCode targetGUID="c-2"/></Set></Sets>'
    )
    done = imported(tmp_path, project(sources, more=f"{sets}<Links><Link/><Link/></Links>"))
    groups = {row["essay_id"]: row["groups"] for row in rows_of(tmp_path / "study" / "essays.csv")}
    assert groups == {"E1": "Nurses; North", "E2": "Nurses"}
    assert "elements not imported: 2 Link, 1 Links, 2 Weight" in done.notes


def test_nvivo_that_does_not_say_on_which_system_counts_line_ends_as_they_are_stored(tmp_path):
    one = tools.Project(ESSAYS, CODINGS[2:3])
    for stored, counted in (("\n", 1), ("\r\n", 2)):
        how = {"unit": "UTF-16 units", "line_end": counted, "stored_as": stored}
        path = tools.refi(tmp_path / "p.qdpx", one, origin="NVivo 14", **how)
        done = import_files(path, tmp_path / f"study{counted}")
        assert codings_of(tmp_path / f"study{counted}") == one.quoted()
        assert done.sources.loc[0, "reading"] == f"UTF-16 units, CR LF as {counted}"


def test_a_coder_whom_the_project_does_not_name_is_named_in_a_note(tmp_path):
    text = "<PlainTextContent>She smiled.</PlainTextContent>"
    done = imported(
        tmp_path, project(f'<TextSource guid="t1" name="E1">{text}{coding(1, "gone")}</TextSource>')
    )
    assert any("have their GUID as a name: 'gone'" in note for note in done.notes)
