"""Remarks and replies: in memos.csv, or in the report with their full words, never nowhere."""

from analysis.importers import import_files
from tests.importers import tools
from tests.importers.reading_back import rows_of

TEXT = "The nurse sat with me all night."
REPLY = "Is that care, or is it only what she is paid for? I am not sure; let us talk."


def replied(path, coder, writer):
    space = f'xmlns:w15="{tools.W15}"'
    extended = f'<w15:commentEx {space} w15:paraId="00010000" w15:paraIdParent="00000000"/>'
    comments = [(coder, "Care", 4, 13), (writer, REPLY, 4, 13)]
    return tools.word(path, TEXT, comments, extended=extended)


def test_a_reply_of_somebody_who_coded_nothing_stands_in_the_report_with_its_words(tmp_path):
    done = import_files(replied(tmp_path / "E01.docx", "Ana", "Supervisor"), tmp_path / "study")
    rows = rows_of(tmp_path / "study" / "import_report.csv")
    assert [(r["outcome"], r["reason"], r["coder"], r["memo"], r["file"]) for r in rows] == [
        ("listed", "reply", "Supervisor", REPLY, "E01.docx"),
        ("memo", "no coder", "Supervisor", REPLY, "E01.docx"),
    ]
    assert rows[1]["what"] == (
        "its writer coded nothing, and a study's memos are its coders': it stands here alone; it "
        "is dated 2026-01-05T10:00:00Z"
    )
    assert (
        "1 memo of people who coded nothing (Supervisor) stands in import_report.csv, not in "
        "memos.csv"
    ) in done.notes


def test_a_reply_of_a_coder_is_a_memo(tmp_path):
    import_files(replied(tmp_path / "E01.docx", "Ana", "Ana"), tmp_path / "study")
    assert [row["memo"] for row in rows_of(tmp_path / "study" / "memos.csv")] == [REPLY]


def test_who_codes_later_is_said_to_have_memos_in_the_report_and_they_can_come_in(tmp_path):
    first = replied(tmp_path / "E01_ana.docx", "Ana", "Ben")
    import_files(first, tmp_path / "study")
    second = tools.word(tmp_path / "E01_ben.docx", TEXT, [("Ben", "Care", 4, 9)])
    done = import_files(second, tmp_path / "study")
    assert (
        "import_report.csv holds 1 memo of people who have coded now: import 'E01_ana.docx' again "
        "to have them in memos.csv"
    ) in done.notes
    import_files(first, tmp_path / "study")
    assert [(r["coder"], r["memo"]) for r in rows_of(tmp_path / "study" / "memos.csv")] == [
        ("Ben", REPLY)
    ]


def test_a_date_that_no_study_can_read_is_kept_beside_it(tmp_path):
    rows = [("ana", "E1", "a memo", "9.3.2026"), ("ana", "E9", "of no essay", "2026-03")]
    table = tools.table(tmp_path / "m.csv", "coder,essay_id,memo,date", rows)
    coded = tools.table(
        tmp_path / "c.csv", "coder,essay_id,code,quotation", [("ana", "E1", "Care", "sat")]
    )
    (tmp_path / "E1.txt").write_text(TEXT)
    done = import_files([table, coded, tmp_path / "E1.txt"], tmp_path / "study")
    memos = rows_of(tmp_path / "study" / "memos.csv")
    assert [(m["essay_id"], m["date"], m["date_as_written"]) for m in memos] == [
        ("E1", "", "9.3.2026"),
        ("", "2026-03", ""),
    ]
    assert (
        "m.csv: 1 date is not written as year-month-day; it is in the column date_as_written"
    ) in done.notes
    (unknown,) = done.report.to_dict("records")
    assert unknown["what"] == "its essay 'E9' is neither in the files nor in the study"


def test_a_date_for_which_the_studys_table_has_no_column_is_listed(tmp_path):
    coded = [("ana", "E1", "Care", "sat", "2026-03-09"), ("ana", "E1", "Night", "night", "9.3.26")]
    for n, rows in enumerate((coded[:1], coded)):
        tools.table(tmp_path / f"{n}.csv", "coder,essay_id,code,quotation,date", rows)
    (tmp_path / "E1.txt").write_text(TEXT)
    import_files([tmp_path / "0.csv", tmp_path / "E1.txt"], tmp_path / "study")
    import_files(tmp_path / "1.csv", tmp_path / "study")
    assert [row["date"] for row in rows_of(tmp_path / "study" / "codings" / "ana.csv")] == [
        "2026-03-09", "",
    ]  # fmt: skip
    (row,) = [r for r in rows_of(tmp_path / "study" / "import_report.csv") if r["reason"] == "date"]
    assert row["what"] == ("its date is written '9.3.26', for which codings/ana.csv has no column")


def test_who_only_remarked_takes_no_coders_name(tmp_path):
    """'Ben' only remarks in a Word file; 'ben' codes elsewhere, and keeps his name."""
    coded = tools.table(
        tmp_path / "c.csv", "coder,essay_id,code,quotation", [("ben", "E01", "Care", "sat")]
    )
    import_files([replied(tmp_path / "E01.docx", "Ana", "Ben"), coded], tmp_path / "study")
    assert sorted(p.stem for p in (tmp_path / "study" / "codings").iterdir()) == ["Ana", "ben"]
