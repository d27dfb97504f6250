"""One small project, written in the exact shape of each tool.

A project is essays (name -> text, line ends as LF) and codings (coder, essay, code, start, end) in
code points, start and end None on a whole essay. Each writer counts as its tool counts.
"""

import csv
import hashlib
import html
import io
import json
import sqlite3
import zipfile
from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr


@dataclass
class Project:
    essays: dict
    codings: list
    coders: tuple = ("ana", "ben")
    described: dict = field(default_factory=dict)

    @property
    def codes(self):
        return sorted({code for _, _, code, _, _ in self.codings})

    def by_essay(self):
        """(number, coding) of every coding, by essay."""
        found = {essay: [] for essay in self.essays}
        for n, coding in enumerate(self.codings):
            found[coding[1]].append((n, coding))
        return found

    def quoted(self):
        """(coder, essay, code, quotation) of every coding, as a test compares them."""
        return {
            (coder, essay, code, "" if start is None else self.essays[essay][start:end])
            for coder, essay, code, start, end in self.codings
        }


def counted(text, at, unit="code points", line_end=1):
    """A place as a tool counts it."""
    before = text[:at]
    widths = {
        "code points": len(before),
        "UTF-16 units": len(before.encode("utf-16-le")) // 2,
        "UTF-8 bytes": len(before.encode()),
    }
    return widths[unit] + (before.count("\n") if line_end == 2 else 0)


# Word ----------------------------------------------------------------------------------------

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
W14 = "http://schemas.microsoft.com/office/word/2010/wordml"
W15 = "http://schemas.microsoft.com/office/word/2012/wordml"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def word(path, text, comments, *, body=None, extended="", more=None):
    """A .docx with comments: (author, text, start, end) each; start None is a point comment."""
    marks = {}
    for number, (_, _, start, end) in enumerate(comments):
        if start is not None:
            marks.setdefault(start, []).append(f'<w:commentRangeStart w:id="{number}"/>')
            reference = f'<w:r><w:commentReference w:id="{number}"/></w:r>'
            marks.setdefault(end, []).insert(0, f'<w:commentRangeEnd w:id="{number}"/>{reference}')
    paragraphs, piece, at = [], [*marks.get(0, [])], 0
    while at < len(text):
        end = at + 1  # a run ends after a word, or where a comment begins or ends
        while text[at] not in "\n\t" and text[at:end].strip() and end < len(text):
            if end in marks or text[end] in " \n\t":
                break
            end += 1
        if text[at] == "\n":
            paragraphs.append("".join(piece))
            piece = []
        elif text[at] == "\t":
            piece.append("<w:r><w:tab/></w:r>")
        else:
            words = escape(text[at:end])
            piece.append(f'<w:r><w:t xml:space="preserve">{words}</w:t></w:r>')
        piece += marks.get(end, [])
        at = end
    paragraphs.append("".join(piece))
    body = body or "".join(f"<w:p>{p}</w:p>" for p in paragraphs)
    notes = "".join(
        f'<w:comment w:id="{n}" w:author={quoteattr(author)} w:date="2026-01-05T10:00:00Z">'
        + "".join(
            f'<w:p w14:paraId="{n:04X}{m:04X}"><w:r><w:t>{escape(line)}</w:t></w:r></w:p>'
            for m, line in enumerate(words.split("\n"))
        )
        + "</w:comment>"
        for n, (author, words, _, _) in enumerate(comments)
    )
    kinds = ["comments", "commentsExtended"]
    relations = "".join(
        f'<Relationship Id="r{n}" Type="{OFFICE}/{kind}" Target="{kind}.xml"/>'
        for n, kind in enumerate(kinds)
    )
    write_zip(
        path,
        {
            "[Content_Types].xml": _content_types(kinds),
            "_rels/.rels": relationships(
                f'<Relationship Id="r0" Type="{OFFICE}/officeDocument" Target="word/document.xml"/>'
            ),
            "word/_rels/document.xml.rels": relationships(relations),
            "word/document.xml": f'<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>',
            "word/comments.xml": f'<w:comments xmlns:w="{W}" xmlns:w14="{W14}">{notes}'
            "</w:comments>",
            "word/commentsExtended.xml": f'<w15:commentsEx xmlns:w15="{W15}">{extended}'
            "</w15:commentsEx>",
            **(more or {}),
        },
    )
    return path


def _content_types(kinds):
    """What Word and Writer ask of a file before they open it."""
    space = "http://schemas.openxmlformats.org/package/2006/content-types"
    relations = "application/vnd.openxmlformats-package.relationships+xml"
    parts = {"document": "document.main", **{kind: kind for kind in kinds}}
    return (
        f'<Types xmlns="{space}"><Default Extension="rels" ContentType="{relations}"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        + "".join(
            f'<Override PartName="/word/{part}.xml" ContentType="application/'
            f'vnd.openxmlformats-officedocument.wordprocessingml.{kind}+xml"/>'
            for part, kind in parts.items()
        )
        + "</Types>"
    )


def relationships(inside):
    space = "http://schemas.openxmlformats.org/package/2006/relationships"
    return f'<Relationships xmlns="{space}">{inside}</Relationships>'


def write_zip(path, members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def writer(path, body, more=None):
    """A .odt; in its body o: is the office namespace, t: that of texts, l: LibreOffice's own."""
    spaces = {
        "o": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
        "t": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
        "l": "urn:org:documentfoundation:names:experimental:office:xmlns:loext:1.0",
        "dc": "http://purl.org/dc/elements/1.1/",
    }
    named = " ".join(f'xmlns:{prefix}="{space}"' for prefix, space in spaces.items())
    content = f"<o:document-content {named}><o:body><o:text>{body}</o:text></o:body>"
    return write_zip(path, {"content.xml": f"{content}</o:document-content>", **(more or {})})


def words_files(folder, project):
    """One file an essay, the comments of all coders in it."""
    codings = project.by_essay()
    for essay, text in project.essays.items():
        comments = [(c, code, s, e) for _, (c, _, code, s, e) in codings[essay]]
        word(folder / f"{essay}.docx", text, comments)
    return folder


# Tables --------------------------------------------------------------------------------------


def table(path, header, rows, *, end="\r\n", mark=""):
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator=end)
    writer.writerow(header.split(","))
    writer.writerows(rows)
    path.write_bytes((mark + buffer.getvalue()).encode("utf-8"))
    return path


def essay_files(folder, project):
    """The essays as text files."""
    folder.mkdir(exist_ok=True)
    for name, text in project.essays.items():
        (folder / f"{name}.txt").write_bytes(text.encode("utf-8"))
    return folder


def own_csv(path, project):
    rows = [
        (coder, essay, *(("", "", "") if s is None else (s, e, project.essays[essay][s:e])), code)
        for coder, essay, code, s, e in project.codings
    ]
    return table(path, "coder,essay_id,start,end,quotation,code", rows)


def requal(path, project):
    def row(coder, essay, code, start, end):
        text = project.essays[essay]
        first, last = counted(text, start, "UTF-16 units") + 1, counted(text, end, "UTF-16 units")
        return essay, 1, first, last, code, 4, text[first - 1 : last], coder

    header = "doc_name,doc_id,segment_start,segment_end,code_name,code_id,segment_text,user_name"
    return table(path, header, [row(*c) for c in project.codings], end="\n")


def openqda(path, project):
    def row(coder, essay, code, start, end):
        text = project.essays[essay]
        place = (counted(text, at, "UTF-16 units") for at in (start, end))
        return essay, code, coder, "05.01.2026", "", *place, text[start:end]

    header = "source,code category,created by,created at,last update,start pos,end pos,selection"
    return table(path, header, [row(*c) for c in project.codings])


def aqda(path, project):
    rows = [
        (essay, code, coder, s, e, project.essays[essay][s:e], "2026-01-05T10:00:00")
        for coder, essay, code, s, e in project.codings
    ]
    return table(path, "document,code,coder,start_pos,end_pos,text,created_at", rows, mark="\ufeff")


def openansho(path, project):
    def row(coder, essay, code, start, end):
        text = project.essays[essay]
        start, end = (counted(text, at, "UTF-16 units") for at in (start, end))
        return essay, code, start, end, text[start:end], "", coder, "2026-01-05T10:00:00"

    header = "document,code,start_offset,end_offset,text,memo,username,created_at"
    return table(path, header, [row(*c) for c in project.codings])


# Databases -----------------------------------------------------------------------------------


def taguette(path, project, *, logged=True, name="pilot"):
    """A server's database: every paragraph a <p>, places in bytes over the text between tags."""
    connection = sqlite3.connect(path)
    connection.executescript(
        """CREATE TABLE projects (id INTEGER PRIMARY KEY, name, description, created);
        CREATE TABLE users (login, hashed_password, email);
        CREATE TABLE documents (id INTEGER PRIMARY KEY, name, description, filename, created,
          project_id, text_direction, contents);
        CREATE TABLE tags (id INTEGER PRIMARY KEY, project_id, path, description);
        CREATE TABLE highlights (id INTEGER PRIMARY KEY, document_id, start_offset, end_offset,
          snippet);
        CREATE TABLE highlight_tags (highlight_id, tag_id);
        CREATE TABLE commands (id INTEGER PRIMARY KEY, date, user_login, project_id, document_id,
          payload);"""
    )
    connection.execute("INSERT INTO projects VALUES (1, ?, '', '')", [name])
    codes = {code: n for n, code in enumerate(project.codes, start=1)}
    for code, n in codes.items():
        connection.execute("INSERT INTO tags VALUES (?, 1, ?, '')", [n, code])
    documents = {name: n for n, name in enumerate(project.essays, start=1)}
    for name, n in documents.items():
        page = "".join(f"<p>{html.escape(line)}</p>" for line in project.essays[name].split("\n"))
        connection.execute(
            "INSERT INTO documents VALUES (?, ?, '', '', '', 1, '', ?)", [n, name, page]
        )
    for n, (coder, essay, code, start, end) in enumerate(project.codings, start=1):
        text = project.essays[essay]
        places = [len(text[:at].replace("\n", "").encode()) for at in (start, end)]
        snippet = "".join(f"<p>{html.escape(line)}</p>" for line in text[start:end].split("\n"))
        connection.execute(
            "INSERT INTO highlights VALUES (?, ?, ?, ?, ?)",
            [n, documents[essay], *places, snippet],
        )
        connection.execute("INSERT INTO highlight_tags VALUES (?, ?)", [n, codes[code]])
        payload = {"type": "highlight_add", "highlight_id": n, "tags": [codes[code]]}
        user = coder if logged else "admin"
        connection.execute(
            "INSERT INTO commands VALUES (?, '2026-01-05 10:00:00.5', ?, 1, ?, ?)",
            [n, user, documents[essay], json.dumps(payload)],
        )
    connection.commit()
    connection.close()
    return path


def qualcoder(folder, project, *, searched=()):
    """A .qda folder; codings whose number is in `searched` count emoji as one (auto-coded)."""
    folder.mkdir()
    connection = sqlite3.connect(folder / "data.qda")
    connection.executescript(
        """CREATE TABLE project (databaseversion, memo);
        CREATE TABLE source (id INTEGER PRIMARY KEY, name, fulltext, mediapath, memo, owner, date);
        CREATE TABLE code_cat (catid INTEGER PRIMARY KEY, name, owner, date, memo, supercatid);
        CREATE TABLE code_name (cid INTEGER PRIMARY KEY, name, memo, catid, owner, date, color);
        CREATE TABLE code_text (ctid INTEGER PRIMARY KEY, cid, fid, seltext, pos0, pos1, owner,
          date, memo, avid, important);"""
    )
    codes = {code: n for n, code in enumerate(project.codes, start=1)}
    categories = {}
    for code, n in codes.items():
        *above, name = code.split(" > ")
        category = None
        for depth in range(len(above)):
            path = tuple(above[: depth + 1])
            if path not in categories:
                categories[path] = len(categories) + 1
                connection.execute(
                    "INSERT INTO code_cat VALUES (?, ?, '', '', '', ?)",
                    [categories[path], path[-1], category],
                )
            category = categories[path]
        connection.execute(
            "INSERT INTO code_name VALUES (?, ?, '', ?, '', '', '')", [n, name, category]
        )
    files = {name: n for n, name in enumerate(project.essays, start=1)}
    for name, n in files.items():
        connection.execute(
            "INSERT INTO source VALUES (?, ?, ?, NULL, '', '', '')", [n, name, project.essays[name]]
        )
    for n, (coder, essay, code, start, end) in enumerate(project.codings, start=1):
        text = project.essays[essay]
        unit = "code points" if n in searched else "UTF-16 units"
        connection.execute(
            "INSERT INTO code_text VALUES (?, ?, ?, ?, ?, ?, ?, '', '', NULL, NULL)",
            [
                n, codes[code], files[essay], text[start:end].replace("\n", "\u2029"),
                counted(text, start, unit), counted(text, end, unit), coder,
            ],
        )  # fmt: skip
    connection.commit()
    connection.close()
    return folder


def rqda(path, project):
    connection = sqlite3.connect(path)
    connection.executescript(
        """CREATE TABLE source (id INTEGER, name, file, status);
        CREATE TABLE freecode (id INTEGER, name, memo, status);
        CREATE TABLE coding (cid, fid, seltext, selfirst REAL, selend REAL, status, owner, date,
          memo);
        CREATE TABLE coding2 (cid, fid, seltext, selfirst, selend, status, owner, date, memo);"""
    )
    codes = {code: n for n, code in enumerate(project.codes, start=1)}
    files = {name: n for n, name in enumerate(project.essays, start=1)}
    for code, n in codes.items():
        connection.execute("INSERT INTO freecode VALUES (?, ?, '', 1)", [n, code])
    for name, n in files.items():
        connection.execute(
            "INSERT INTO source VALUES (?, ?, ?, 1)", [n, name, project.essays[name]]
        )
    for coder, essay, code, start, end in project.codings:
        connection.execute(
            "INSERT INTO coding VALUES (?, ?, ?, ?, ?, 1, ?, 'Mon Jan  5 10:00:00 2026', '')",
            [codes[code], files[essay], project.essays[essay][start:end], start, end, coder],
        )
    connection.commit()
    connection.close()
    return path


# REFI-QDA ------------------------------------------------------------------------------------


def refi(
    path, project, *, origin, unit="code points", line_end=1, stored_as="\n", mark="",
    folder="Sources", qde="project.qde", shared_selection=False,
):  # fmt: skip
    """A .qdpx: how places count and how texts are stored is up to the tool."""

    def place(essay, at):
        return counted(project.essays[essay], at, unit, line_end)

    users = {c: f"0000000{n}-1111-4111-8111-111111111111" for n, c in enumerate(project.coders)}
    codes = {
        c: f"1000000{n % 10}-{n:04d}-4111-8111-111111111111" for n, c in enumerate(project.codes)
    }
    sources, members, codings = [], {}, project.by_essay()
    for n, (essay, text) in enumerate(project.essays.items()):
        guid = f"20000000-{n:04d}-4111-8111-111111111111"
        members[f"{folder}/{guid}.TXT"] = (mark + text.replace("\n", stored_as)).encode("utf-8")
        spans, whole = {}, []
        for m, (coder, _, code, start, end) in codings[essay]:
            coding = (
                f'<Coding guid="30000000-{m:04d}-4111-8111-111111111111" '
                f'creatingUser="{users[coder].upper()}" creationDateTime="2026-01-05T10:00:00Z">'
                f'<CodeRef targetGUID="{{{codes[code]}}}"/></Coding>'
            )
            if start is None:
                whole.append(coding)
            else:
                key = (start, end) if shared_selection else (start, end, m)
                spans.setdefault(key, []).append(coding)
        selections = "".join(
            f'<PlainTextSelection guid="4{k:07d}-0000-4111-8111-{n:012d}" '
            f'startPosition="{place(essay, span[0])}" endPosition="{place(essay, span[1])}">'
            + "".join(found)
            + "</PlainTextSelection>"
            for k, (span, found) in enumerate(spans.items())
        )
        sources.append(
            f'<TextSource guid="{guid}" name={quoteattr(essay)} '
            f'plainTextPath="internal://{guid}.txt">{selections}{"".join(whole)}</TextSource>'
        )
    members[qde] = (
        '<?xml version="1.0" encoding="utf-8"?>'
        f'<Project xmlns="urn:QDA-XML:project:1.0" name="p" origin={quoteattr(origin)}><Users>'
        + "".join(f'<User guid="{g}" name={quoteattr(c)}/>' for c, g in users.items())
        + "</Users><CodeBook><Codes>"
        + "".join(
            f'<Code guid="{g}" name={quoteattr(c)} isCodable="true"/>' for c, g in codes.items()
        )
        + f"</Codes></CodeBook><Sources>{''.join(sources)}</Sources></Project>"
    ).encode()
    return write_zip(path, members)


# JSON ----------------------------------------------------------------------------------------


def label_studio(path, project, *, unit="code points"):
    tasks, codings = [], project.by_essay()
    for n, (essay, text) in enumerate(project.essays.items(), start=1):
        annotations = []
        for number, coder in enumerate(project.coders, start=1):
            own = [coding for _, coding in codings[essay] if coding[0] == coder]
            annotations.append(
                {
                    "id": 100 * n + number,
                    "completed_by": {"id": number, "email": coder},
                    "was_cancelled": False,
                    "created_at": "2026-01-05T10:00:00.000000Z",
                    "result": [_result(text, unit, *c[2:]) for c in own],
                }
            )
        tasks.append({"id": n, "data": {"text": text, "name": essay}, "annotations": annotations})
    path.write_text(json.dumps(tasks), "utf-8")
    return path


def _result(text, unit, code, start, end):
    if start is None:
        value = {"choices": [code]}
        return {"id": "w", "type": "choices", "from_name": "c", "to_name": "text", "value": value}
    value = {
        "start": counted(text, start, unit),
        "end": counted(text, end, unit),
        "text": text[start:end],
        "labels": [code],
    }
    return {"id": "s", "type": "labels", "from_name": "l", "to_name": "text", "value": value}


def doccano(path, project):
    """One member a coder, all examples in each."""
    members, codings = {}, project.by_essay()
    for coder in project.coders:
        lines = []
        for n, (essay, text) in enumerate(project.essays.items(), start=1):
            label = [
                [counted(text, s, "UTF-16 units"), counted(text, e, "UTF-16 units"), code]
                for _, (who, _, code, s, e) in codings[essay]
                if who == coder
            ]
            row = {"id": n, "text": text, "label": label, "Comments": []}
            lines.append(json.dumps(row, ensure_ascii=False))
        members[f"{coder}.jsonl"] = "\n".join(lines) + "\n"
    return write_zip(path, members)


def inception(path, project):
    """The export of a project: a CAS as JSON for each document and coder."""
    members, codings = {}, project.by_essay()
    layer = {
        "%NAME": "custom.Code",
        "%SUPER_TYPE": "uima.tcas.Annotation",
        "label": {"%NAME": "label", "%RANGE": "uima.cas.String"},
    }
    for essay, text in project.essays.items():
        for coder in project.coders:
            found = [{
                "%ID": 1, "%TYPE": "uima.cas.Sofa", "sofaNum": 1, "sofaID": "_InitialView",
                "mimeType": "text/plain", "sofaString": text,
            }]  # fmt: skip
            for _, (who, _, code, start, end) in codings[essay]:
                if who == coder:
                    begin, stop = (counted(text, at, "UTF-16 units") for at in (start, end))
                    found.append({
                        "%ID": len(found) + 1, "%TYPE": "custom.Code", "@sofa": 1,
                        "begin": begin, "end": stop, "label": code,
                    })  # fmt: skip
            view = {"%SOFA": 1, "%MEMBERS": [row["%ID"] for row in found[1:]]}
            members[f"annotation/{essay}.txt/{coder}.json"] = json.dumps(
                {
                    "%TYPES": {"custom.Code": layer},
                    "%FEATURE_STRUCTURES": found,
                    "%VIEWS": {"_InitialView": view},
                }
            )
    return write_zip(path, members)


def qc(folder, project):
    """qualitative-coding's database and corpus; a coding covers the line that it begins in."""
    (folder / "corpus").mkdir(parents=True)
    connection = sqlite3.connect(folder / "qualitative_coding.sqlite3")
    connection.executescript(
        """CREATE TABLE document (file_path, file_hash); CREATE TABLE coder (name);
        CREATE TABLE document_index (id, document_id); CREATE TABLE location (id,
          document_index_id);
        CREATE TABLE coded_line (id, line, coder_id, code_id);
        CREATE TABLE coded_line_location_association (coded_line_id, location_id);"""
    )
    numbers = {}
    for n, (essay, text) in enumerate(project.essays.items(), start=1):
        data, numbers[essay] = text.encode("utf-8"), n
        (folder / "corpus" / f"{essay}.txt").write_bytes(data)
        digest = hashlib.sha1(data, usedforsecurity=False).hexdigest()
        connection.execute("INSERT INTO document VALUES (?, ?)", [f"{essay}.txt", digest])
        connection.execute("INSERT INTO document_index VALUES (?, ?)", [n, f"{essay}.txt"])
        connection.execute("INSERT INTO location VALUES (?, ?)", [n, n])
    for n, (coder, essay, code, start, _) in enumerate(project.codings, start=1):
        line = project.essays[essay][:start].count("\n")
        connection.execute("INSERT INTO coded_line VALUES (?, ?, ?, ?)", [n, line, coder, code])
        connection.execute(
            "INSERT INTO coded_line_location_association VALUES (?, ?)", [n, numbers[essay]]
        )
    connection.commit()
    connection.close()
    return folder


def excel(path, project):
    """One row a coding, without places: coder, essay, quotation, code."""
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("codings")
    sheet.append(["coder", "essay", "quote", "code"])
    for coder, essay, code, start, end in project.codings:
        sheet.append([coder, essay, project.essays[essay][start:end], code])
    book.save(path)
    return path


def writer_files(folder, project):
    """One Writer file an essay, the comments of all coders in it."""
    codings = project.by_essay()
    for essay, text in project.essays.items():
        marks = {}
        for n, (coder, _, code, start, end) in codings[essay]:
            said = f"<dc:creator>{escape(coder)}</dc:creator><t:p>{escape(code)}</t:p>"
            begun = f'<o:annotation o:name="c{n}">{said}</o:annotation>'
            marks.setdefault(start, []).append(begun)
            marks.setdefault(end, []).insert(0, f'<o:annotation-end o:name="c{n}"/>')
        places = sorted({0, len(text), *marks})
        body = "".join(
            "".join(marks.get(a, ())) + escape(text[a:b]).replace("\n", "</t:p><t:p>")
            for a, b in zip(places, [*places[1:], len(text)], strict=True)
        )
        writer(folder / f"{essay}.odt", f"<t:p>{body}</t:p>")
    return folder
