"""qualitative-coding's database: a code stands on whole physical lines of files in `corpus/`.

Nothing but the hash of each file proves that its lines are those that were coded.
"""

from hashlib import sha1

from analysis.importers.counting import ways_to_count
from analysis.importers.material import Coding, Material, stored_essay
from analysis.importers.opening import decode, read_bytes, rows_of, whole_number, words


def read(source, connection):
    material = Material("qualitative-coding project", ways=ways_to_count("code points")[:1])
    material.known, material.basis = True, "whole lines"
    lines = {}
    for row in rows_of(connection, "document", ["file_path"], ("file_hash",)):
        path = words(row["file_path"])
        data = _corpus_file(source, path)
        if data is None:
            material.notes.append(f"the text '{path[:60]}' is not in the folder corpus")
            continue
        if words(row["file_hash"]) and not _is_same(data, words(row["file_hash"])):
            material.notes.append(
                f"corpus/{path[:60]} was changed since it was coded (its hash is another): lines "
                "may have moved, so its codings are listed"
            )
            continue
        material.essays[path] = stored_essay(path, decode(data)[0])
        lines[path] = _line_spans(material.essays[path].text)
    documents = {
        row["id"]: words(row["document_id"])
        for row in rows_of(connection, "document_index", ["id", "document_id"])
    }
    locations = {
        row["id"]: documents.get(row["document_index_id"], "")
        for row in rows_of(connection, "location", ["id", "document_index_id"])
    }
    columns = ["coded_line_id", "location_id"]
    document_of = {}
    for row in rows_of(connection, "coded_line_location_association", columns):
        document_of.setdefault(row["coded_line_id"], locations.get(row["location_id"], ""))
    for row in rows_of(connection, "coded_line", ["id", "line", "coder_id", "code_id"]):
        path, line = document_of.get(row["id"], ""), whole_number(row["line"])
        spans = lines.get(path)
        reason, start, end = "", None, None
        if spans is None:
            reason = "source_missing"
        elif line is None or not 0 <= line < len(spans):
            reason = "out_of_range"
        else:
            start, end = spans[line]
        material.codings.append(
            Coding(
                path, words(row["coder_id"]), words(row["code_id"]), start, end,
                source_ref=f"coded_line {row['id']}, line {line}", reason=reason,
            )
        )  # fmt: skip
    return [material]


def _line_spans(text):
    spans, at = [], 0
    for line in text.split("\n"):
        spans.append((at, at + len(line)))
        at += len(line) + 1
    return spans


def _corpus_file(source, path):
    """A file beside the database; a path that leads out of the folder is not followed."""
    folder = source.path.parent / "corpus"
    place = (folder / path).resolve()
    if not place.is_relative_to(folder.resolve()) or not place.is_file():
        return None
    return read_bytes(place)


def _is_same(data, digest):
    """Is it the file that was coded, whatever git made of its line ends?"""
    lines = data.replace(b"\r\n", b"\n")
    kinds = (data, lines, lines.replace(b"\n", b"\r\n"))
    return digest.lower() in {sha1(kind, usedforsecurity=False).hexdigest() for kind in kinds}
