"""Which tool made a file: told from the file itself, never from its name alone."""

import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from analysis.importers import (
    doccano,
    essay_files,
    inception,
    label_studio,
    opendocument,
    qc,
    qualcoder,
    refi,
    rows,
    rqda,
    taguette,
    word,
)
from analysis.importers.opening import (
    MOST_CODINGS,
    Archive,
    NotRecognised,
    Refused,
    database,
    parse_json,
    parse_xml,
    read_bytes,
    tables_of,
    unpacked,
)

LONGEST_ESSAY = 5_000_000  # characters: some 800,000 words
DATABASES = {  # tables that only this tool has -> its reader
    frozenset({"projects", "documents", "highlights", "tags", "highlight_tags"}): taguette.read,
    frozenset({"code_text", "code_name", "source"}): qualcoder.read,
    frozenset({"coding", "freecode", "source"}): rqda.read,
    frozenset({"coded_line", "document_index", "coder"}): qc.read,
}
KNOWN = (
    "our CSV, Excel, Word and Writer with comments, Taguette, QualCoder, REFI-QDA (.qdpx, .qdc: "
    "NVivo, ATLAS.ti, MAXQDA), Label Studio, INCEpTION, doccano, RQDA, qualitative-coding, CSV of "
    "requal, OpenQDA, aqda and openansho; essays as .txt .md .docx .odt .rtf .html .pdf"
)


@dataclass
class Source:
    """A file to import: where it is, its bytes, and its name for the researcher."""

    path: Path
    name: str = ""
    in_folder: bool = False  # that was given, not the file itself

    def __post_init__(self):
        in_project = self.path.name == "data.qda" and self.path.parent.suffix == ".qda"
        self.name = self.path.parent.name if in_project else self.path.name

    @property
    def stem(self):
        return self.path.name.removesuffix(".gz").rsplit(".", 1)[0] or self.path.name

    @cached_property
    def data(self):
        data = read_bytes(self.path)
        return unpacked(data) if data[:2] == b"\x1f\x8b" else data

    @property
    def sha256(self):
        digest = hashlib.sha256()
        with open(self.path, "rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
        return digest.hexdigest()


def read(source):
    """The materials of a file.

    Raises
    ------
    Refused
        With a sentence: not recognised, damaged, too large, or not to be opened.
    """
    materials = _read(source)
    codings = sum(len(material.codings) for material in materials)
    if codings > MOST_CODINGS:
        raise Refused(
            f"holds {codings:,} codings; at most {MOST_CODINGS:,} are read at once.",
            "Export it in parts.",
        )
    for material in materials:
        for essay in material.essays.values():
            if len(essay.text) > LONGEST_ESSAY:
                raise Refused(
                    f"holds an essay of {len(essay.text):,} characters ('{essay.name[:40]}'); at "
                    f"most {LONGEST_ESSAY:,} are read.",
                    "Cut it into the texts that it is made of.",
                )
    return materials


def _read(source):
    data, ending = source.data, source.path.suffix.lower()
    if not data.strip():
        raise Refused("is empty.", "Copy or export it again.")
    if data.startswith(b"SQLite format 3\0"):
        return _database(source)
    if data.startswith(b"PK"):
        return _archive(source)
    if data.startswith(b"%PDF") or ending == ".pdf":
        return essay_files.read(source)
    if data.startswith(b"{\\rtf") or ending in (".rtf", ".txt", ".md", ".html", ".htm"):
        return essay_files.read(source)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise Refused(
            "is a file of Word or Excel before 2007, or locked by a password.",
            "Save it as .docx or .xlsx without a password.",
        )
    start = data[:400].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"<"):
        return _xml(source)
    if start[:1] in (b"[", b"{"):
        return _json(source)
    if ending in (".csv", ".tsv", ""):
        return rows.read_csv(source)
    todo = f"What can be imported: {KNOWN}."
    raise NotRecognised(f"is not recognised (ending '{ending}').", todo)


def _database(source):
    with database(source.path) as connection:
        tables = tables_of(connection)
        for needed, reader in DATABASES.items():
            if needed <= set(tables):
                return reader(source, connection)
    raise Refused(
        f"is a database of no tool that is known (tables {', '.join(sorted(tables))[:80]}).",
        f"What can be imported: {KNOWN}.",
    )


def _archive(source):
    names = Archive(source.data).names
    roots = [name for name in names if name.lower().endswith(".qde") and "/" not in name]
    if roots:
        return refi.read_project(source)
    if any(name.startswith("word/") for name in names):
        return word.read(source)
    if any(name.startswith("xl/") for name in names):
        return rows.read_excel(source)
    if "content.xml" in names:
        return opendocument.read(source)
    if inception.is_project(names):
        return inception.read_archive(source)
    if any(name.lower().endswith(".jsonl") for name in names):
        return doccano.read_archive(source)
    if any(name.lower().endswith((".qda", "data.qda", ".sqlite3", ".qdpx")) for name in names):
        raise Refused("is an archive round a project.", "Unpack it and import what is in it.")
    raise Refused(
        f"is an archive of no tool that is known ({', '.join(names[:4])[:80]}).",
        f"What can be imported: {KNOWN}.",
    )


def _xml(source):
    if source.path.suffix.lower() not in (".qdc", ".qde", ".xml", ".xmi", ""):
        return essay_files.read(source)
    root = parse_xml(source.data)
    space = root.tag.split("}")[0].lstrip("{")
    if space.startswith("urn:QDA-XML:codebook") or root.tag.endswith("}CodeBook"):
        return refi.read_codebook(source, root)
    if space.startswith("urn:QDA-XML:project"):
        return refi.read_bare_project(source, root)
    raise Refused(
        f"is XML of no tool that is known (its root is '{root.tag[:60]}').",
        "INCEpTION: export UIMA CAS JSON, or XMI as the zip with its type system.",
    )


def _json(source):
    try:
        content = parse_json(source.data)
    except Refused:
        if b"\n" not in source.data.strip():
            raise
        return doccano.read(source)
    if isinstance(content, dict) and any(key.startswith("%") for key in content):
        return inception.read_json(source)
    if isinstance(content, dict) and ("text" in content or "data" in content):
        if "label" in content or "entities" in content:
            return doccano.read(source)
        content = [content]
    return label_studio.read(source, content)
