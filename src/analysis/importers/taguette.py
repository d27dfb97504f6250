"""Taguette's database: places are UTF-8 bytes over the text of its HTML, entities decoded.

The export of a project calls every coder `admin`; only the server's own database still tells, in
its log of commands, who made a highlight.
"""

import json
from html.parser import HTMLParser

import numpy as np

from analysis.importers.counting import ways_to_count
from analysis.importers.material import Coding, Material, stored_essay
from analysis.importers.opening import (
    LARGEST_PAGE,
    Refused,
    refuse_larger,
    rows_of,
    whole_number,
    words,
)

BLOCKS = set(
    "p div h1 h2 h3 h4 h5 h6 li ul ol dl dt dd blockquote pre table tr td th hr br section "
    "article header footer figure figcaption caption".split()
)
WAYS = ways_to_count("UTF-8 bytes")
LONGEST_UNCLOSED = 5_000  # signs


def read(source, connection):
    """One material a project: the file may hold several."""
    projects = list(rows_of(connection, "projects", ["id", "name"]))
    if not projects:
        raise Refused("is a Taguette database without a project.", "Export the project again.")
    highlights, tagged = _highlights(connection)
    found = [_project(connection, project, highlights, tagged) for project in projects]
    _list_homeless(connection, found[0], highlights, tagged)
    for material, project in zip(found, projects, strict=True):
        material.own_name = source.stem
        if len(projects) > 1:
            material.own_name = words(project["name"])
            material.part = f"project '{material.own_name}'"
    return [m for m in found if m.codings or m.essays or len(found) == 1]


def _highlights(connection):
    """(document id -> its highlights, highlight id -> ids of its tags)"""
    highlights, tagged = {}, {}
    columns = ["id", "document_id", "start_offset", "end_offset", "snippet"]
    for row in rows_of(connection, "highlights", columns):
        highlights.setdefault(row["document_id"], []).append(row)
    for row in rows_of(connection, "highlight_tags", ["highlight_id", "tag_id"]):
        tagged.setdefault(row["highlight_id"], []).append(row["tag_id"])
    return highlights, tagged


def _list_homeless(connection, material, highlights, tagged):
    """Highlights of a document, and tags of a highlight, that the database does not hold."""
    documents = {row["id"] for row in rows_of(connection, "documents", ["id"])}
    tags = {row["id"]: words(row["path"]) for row in rows_of(connection, "tags", ["id", "path"])}
    known = set()
    for document, rows in highlights.items():
        known |= {row["id"] for row in rows}
        for row in rows if document not in documents else ():
            for coding in _codings(row, tagged.get(row["id"], []), tags, "", ""):
                material.codings.append(
                    coding._replace(essay=f"document {document}", reason="source_missing")
                )
    for highlight, tag_ids in tagged.items():
        for tag_id in tag_ids if highlight not in known else ():
            code, ref = tags.get(tag_id, ""), f"highlight {highlight}"
            material.codings.append(
                Coding("", "", code, None, None, source_ref=ref, reason="deleted_in_tool")
            )


def _project(connection, project, highlights, tagged):
    of_project = {"project_id": project["id"]}
    material = Material("Taguette database", ways=WAYS, known=True)
    columns = ["id", "name", "project_id", "contents"]
    for row in rows_of(connection, "documents", columns, ("filename", "description")):
        if of_project.items() <= row.items():
            essay = essay_of_html(words(row["name"]), words(row["contents"]))
            if words(row["description"]).strip():
                essay.attributes["description"] = words(row["description"]).strip()
            material.essays[row["id"]] = essay
    tags = {}
    for row in rows_of(connection, "tags", ["id", "project_id", "path", "description"]):
        if of_project.items() <= row.items():
            tags[row["id"]] = words(row["path"])
            material.codes[words(row["path"])] = {"definition": words(row["description"])}
    log = _log(connection, project["id"])
    coders = _coders(log)
    for document in material.essays:
        for row in highlights.get(document, ()):
            coder, date = coders.get(row["id"], ("", ""))
            material.codings += _codings(row, tagged.get(row["id"], []), tags, coder, date)
    _count(material)
    return material


def _codings(row, tag_ids, tags, coder, date):
    start, end = whole_number(row["start_offset"]), whole_number(row["end_offset"])
    quotation = essay_of_html("", words(row["snippet"])).text
    ref = f"highlight {row['id']}"
    bad = "out_of_range" if start is None or end is None else ""
    for tag_id in tag_ids or [None]:
        code = tags.get(tag_id, "")
        reason = "no_code" if tag_id is None else "" if code else "code_deleted"
        yield Coding(
            row["document_id"], coder, code, start, end, quotation, "", date, ref, reason or bad
        )


def _count(material):
    """Say what the project's own log and counts say."""
    untagged = sum(coding.reason == "no_code" for coding in material.codings)
    if untagged:
        material.notes.append(f"highlights without a tag are listed: {untagged}")
    users = {coding.coder for coding in material.codings}
    if users <= {"", "admin"}:
        material.codings = [coding._replace(coder="") for coding in material.codings]
        material.notes.append(
            "WHO CODED IS LOST: Taguette's export calls every coder 'admin'. If more than one "
            "person coded, make one project a coder, or import the server's own database"
        )


# The log of commands -------------------------------------------------------------------------


def _log(connection, project_id):
    columns = ["id", "date", "user_login", "project_id", "payload"]
    for row in rows_of(connection, "commands", columns):
        if row["project_id"] == project_id:
            try:
                payload = json.loads(words(row["payload"]))
            except (ValueError, RecursionError):
                continue
            if isinstance(payload, dict):
                yield words(row["user_login"]), words(row["date"])[:19], payload


def _coders(log):
    """highlight id -> (who made it, when): the first time that it is in the log.

    Ids of deleted highlights are negative there, and an edit is logged as another making.
    """
    made = {}
    for login, date, payload in log:
        if payload.get("type") == "highlight_add" and payload.get("highlight_id") is not None:
            made.setdefault(payload["highlight_id"], (login, date))
    return made


# HTML ----------------------------------------------------------------------------------------


class _Text(HTMLParser):
    """The text nodes of a page, with a line end between blocks that Taguette does not count."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.pieces, self.inserted, self.at, self.breaks = [], [], 0, False
        self.last = "\n"

    def handle_starttag(self, tag, attrs):
        self.breaks = self.breaks or tag in BLOCKS

    handle_startendtag = handle_starttag

    def handle_endtag(self, tag):
        self.breaks = self.breaks or tag in BLOCKS

    def handle_data(self, data):
        if self.breaks and self.last != "\n" and data[:1] not in ("\n", "\r"):
            self.pieces.append("\n")
            self.inserted.append(self.at)
            self.at += 1
        self.breaks = False
        self.pieces.append(data)
        self.at += len(data)
        self.last = data[-1:]


def essay_of_html(name, html):
    """An essay from Taguette's HTML; the line ends put between blocks are marked as inserted."""
    refuse_larger(html, LARGEST_PAGE, "a page", "Cut it into the texts that it is made of.")
    parser = _Text()
    parser.feed(html)
    if len(parser.rawdata) > LONGEST_UNCLOSED:  # its end would be read once for each sign of it
        raise Refused("holds a page whose last tag is never closed.", "Export it again.")
    parser.close()
    stored = "".join(parser.pieces)
    essay = stored_essay(name, stored)
    # A place in the stored text is one less for each CR of a pair before it, and for each mark.
    inserted = np.array(parser.inserted, int)
    if len(essay.crlf):
        pairs = essay.crlf + np.arange(len(essay.crlf))
        inserted = inserted - np.searchsorted(pairs, inserted)
    essay.inserted = inserted - essay.bom
    return essay
