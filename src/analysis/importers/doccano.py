"""doccano's JSONL: positions of the browser, UTF-16 units or what a reader sees as one sign.

One file a coder; in `all.jsonl` who coded is lost. Every member's file has every text, so that a
text without labels does not say that it was read.
"""

from analysis.importers.counting import UNITS, ways_to_count
from analysis.importers.material import Coding, Material, Memo, stored_essay
from analysis.importers.opening import Archive, Refused, parse_json, whole_number

WAYS = ways_to_count("UTF-16 units", units=(*UNITS, "graphemes"))


def read(source):
    return [_coder_file(source.data, source.stem)]


def read_archive(source):
    """Each member of the archive is one coder's file."""
    archive = Archive(source.data)
    found = []
    for name in sorted(archive.names):
        if name.lower().endswith(".jsonl"):
            stem = name.rsplit("/", 1)[-1].rsplit(".", 1)[0]
            material = _coder_file(archive.read(name), stem)
            material.part = name
            found.append(material)
    return found


def _coder_file(data, stem):
    material = Material("doccano JSONL", ways=WAYS, known=True)
    if stem.casefold() in ("all", "unknown"):
        material.notes.append(
            "WHO CODED IS LOST in a collaborative project's export; export one file a member"
        )
    coder = "" if stem.casefold() in ("all", "unknown") else stem
    for number, line in enumerate(data.split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            row = parse_json(line)
        except Refused as why:
            raise Refused(f"line {number} {why.what}", why.todo) from None
        if not isinstance(row, dict):
            raise Refused(f"line {number} is no example of doccano.", "Export JSONL again.")
        _read_row(material, row, number, coder)
    return material


def _read_row(material, row, number, coder):
    text = next((row[k] for k in ("text", "data") if isinstance(row.get(k), str)), None)
    if text is None:
        raise Refused(f"line {number} has no text.", "Export JSONL from doccano again.")
    key = row["id"] if isinstance(row.get("id"), (int, str)) else f"line {number}"
    known = ("id", "text", "data", "label", "labels", "entities", "relations", "Comments", "cats")
    attributes = {
        k: str(v) for k, v in row.items() if k not in known and isinstance(v, (str, int, float))
    }
    material.essays[key] = stored_essay(str(key), text, attributes=attributes)
    if row.get("relations"):
        said = "relations between places are not imported"
        material.notes += [said] * (said not in material.notes)
    comments = row.get("Comments")
    for words in comments if isinstance(comments, list) else ():
        if isinstance(words, str) and words.strip():
            material.memos.append(Memo(key, coder, words))
    labels = row.get("label", row.get("labels", row.get("entities"))) or row.get("entities") or []
    for n, label in enumerate(labels if isinstance(labels, list) else [labels], start=1):
        code, start, end, whole = _label(label)
        reason = "" if code.strip() else "no_code"
        if not whole and (start is None or end is None):
            reason = reason or "out_of_range"
        ref = f"line {number}, label {n}"
        material.codings.append(Coding(key, coder, code, start, end, source_ref=ref, reason=reason))


def _label(label):
    """(code, start, end, is it on the whole text?)"""
    if isinstance(label, list) and len(label) >= 3:
        return str(label[2]), whole_number(label[0]), whole_number(label[1]), False
    if isinstance(label, dict):
        span = whole_number(label.get("start_offset")), whole_number(label.get("end_offset"))
        return str(label.get("label") or ""), *span, False
    if isinstance(label, (str, int)) and not isinstance(label, bool):
        return str(label), None, None, True
    return "", None, None, False
