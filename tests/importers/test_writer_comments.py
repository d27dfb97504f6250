"""Writer files with comments: hand-made XML for what LibreOffice writes, and a file of its own."""

import subprocess
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from analysis.corpus import READERS
from analysis.importers import import_files
from analysis.problems import StudyError
from tests.importers import tools
from tests.importers.peers import program
from tests.importers.reading_back import codings_of, rows_of, texts_of
from tests.importers.test_round_trip import projects


def comment(words, author="Ana", name="", more=""):
    paragraphs = "".join(f"<t:p>{line}</t:p>" for line in words.split("\n"))
    named = f' o:name="{name}"' if name else ""
    return (
        f"<o:annotation{named}{more}><dc:creator>{author}</dc:creator>"
        f"<dc:date>2026-01-05T10:00:00</dc:date>{paragraphs}</o:annotation>"
    )


def end(name):
    return f'<o:annotation-end o:name="{name}"/>'


def imported(tmp_path, body):
    return import_files(tools.writer(tmp_path / "E01.odt", body), tmp_path / "study")


def test_the_anchor_is_the_place_and_the_words_of_the_comment_are_the_codes(tmp_path):
    done = imported(
        tmp_path,
        f"<t:p>Café 😀 {comment('Hope; Support &gt; Family', name='a')}"
        f"{comment('Doubt', 'Ben', 'b')}She smiled{end('b')}.</t:p><t:h>The"
        f"<t:s t:c='2'/>nurse<t:tab/>{end('a')}<t:span>came</t:span> back.</t:h>",
    )
    assert texts_of(tmp_path / "study") == {"E01": "Café 😀 She smiled.\nThe  nurse\tcame back.\n"}
    assert codings_of(tmp_path / "study") == {
        ("Ana", "E01", "Hope", "She smiled.\nThe  nurse\t"),
        ("Ana", "E01", "Support > Family", "She smiled.\nThe  nurse\t"),
        ("Ben", "E01", "Doubt", "She smiled"),
    }
    (row,) = rows_of(tmp_path / "study" / "codings" / "Ben.csv")
    assert (row["date"], row["source_ref"]) == ("2026-01-05T10:00:00", "E01.odt: comment b")
    assert done.sources.loc[0, "recognised"] == "Writer file with comments"


def test_a_remark_a_reply_a_point_and_what_stands_on_a_note_are_listed(tmp_path):
    reply = comment("I read this otherwise", "Ben", more=' l:parent-name="a"')
    note = f"<t:note><t:note-body><t:p>{comment('Aside', name='n')}seen twice{end('n')}</t:p>"
    done = imported(
        tmp_path,
        f"<t:p>{comment('Hope', name='a', more=' l:resolved=' + chr(34) + 'true' + chr(34))}She"
        f"{reply}{end('a')} smiled{comment('Point')}.{note}</t:note-body></t:note>"
        f"{comment('Is this not rather relief?', 'Ana', 'r')}Then{end('r')}</t:p>",
    )
    listed = done.report.query("outcome == 'listed'")
    listed = listed[["reason", "code", "quotation"]].to_numpy().tolist()
    assert listed == [
        ["reply", "", ""],
        ["no_span", "Point", ""],
        ["quote_not_found", "Aside", "seen twice"],
        ["no_code", "", "Then"],
    ]
    assert codings_of(tmp_path / "study") == {("Ana", "E01", "Hope", "She")}
    assert "comments marked as resolved are read like the others: 1" in done.notes
    assert "its notes are not read, and comments on them are listed" in done.notes


BODIES = [
    "<t:p>One</t:p><t:p/><t:list><t:list-item><t:p>two</t:p></t:list-item></t:list>",
    "<t:p>a<t:line-break/>b<t:s/>c<t:note><t:note-body><t:p>n</t:p></t:note-body></t:note>d</t:p>",
    "<t:tracked-changes><t:p>gone</t:p></t:tracked-changes><t:p/><t:p>kept</t:p><t:p/>",
    "<t:p>round<t:box><t:p>box</t:p><t:p>two</t:p></t:box> it</t:p><t:p>after</t:p>",
    f"<t:p>She {comment('Hope', name='a')}smiled{end('a')}.</t:p>",
]


@pytest.mark.parametrize("body", BODIES)
def test_the_text_is_the_one_that_the_study_reads_from_the_same_file(tmp_path, body):
    imported(tmp_path, body)
    assert texts_of(tmp_path / "study") == {
        "E01": READERS[".odt"](tmp_path / "E01.odt", "E01.odt", [])
    }


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(project=projects())
def test_a_random_project_comes_back_from_writer_files(project):
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "in").mkdir()
        study = Path(folder) / "study"
        done = import_files(tools.writer_files(Path(folder) / "in", project), study)
        assert codings_of(study) == project.quoted()
        assert texts_of(study) == {name: text + "\n" for name, text in project.essays.items()}
        assert done.sources["written"].sum() == len(project.codings)


def test_a_file_without_comments_is_an_essay_and_that_is_said(tmp_path):
    done = imported(tmp_path, "<t:p>She smiled.</t:p>")
    assert done.sources.loc[0, "recognised"] == (
        "Writer file without comments: an essay that nobody coded in it"
    )


@pytest.mark.parametrize(
    ("body", "more", "said"),
    [
        ("<t:p> </t:p>", {}, "holds no words"),
        ("<t:p>a<t:s t:c='999999999'/></t:p>", {}, "claims more spaces than a text holds"),
        ("<t:p>a</t:p>", {"META-INF/manifest.xml": "<encryption-data/>"}, "locked by a password"),
    ],
)
def test_a_file_that_is_no_text_is_refused(tmp_path, body, more, said):
    with pytest.raises(StudyError, match=said):
        import_files(tools.writer(tmp_path / "E01.odt", body, more), tmp_path / "study")


def test_libreoffices_own_file_gives_what_the_word_file_gave_from_which_it_was_saved(tmp_path):
    soffice = program("soffice", "SOFFICE")
    text = "Café 😀 She smiled.\nThe nurse\tcame back."
    comments = [("Ana", "Hope; Care", 7, 17), ("Ben", "Doubt", 11, 23), ("Ben", "Hope", 11, 17)]
    path = tools.word(tmp_path / "E01.docx", text, comments)
    command = [soffice, "--headless", "--convert-to", "odt", "--outdir", tmp_path, path]
    place = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    subprocess.run([*command, place], check=True, capture_output=True, timeout=120)
    for name in ("E01.docx", "E01.odt"):
        import_files(tmp_path / name, tmp_path / name[4:])
    assert codings_of(tmp_path / "odt") == codings_of(tmp_path / "docx")
    assert len(codings_of(tmp_path / "odt")) == 4
    assert texts_of(tmp_path / "odt") == texts_of(tmp_path / "docx")
