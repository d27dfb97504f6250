"""Opening files that other programs made: nothing in them is trusted, nothing of them changed.

Archives are read in memory, member by member, within limits; XML with a document type is refused;
a database is opened as a copy. Whatever is wrong becomes a `Refused` with a sentence.
"""

import csv
import gzip
import io
import json
import shutil
import sqlite3
import stat
import tempfile
import time
import zipfile
import zlib
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from lxml import etree

MEGABYTE = 1_000_000
LARGEST_FILE = 300 * MEGABYTE
LARGEST_PART = 80 * MEGABYTE  # of an archive, unpacked
LARGEST_TEXT = 40 * MEGABYTE  # of a table, JSON, or the text in a Word file
LARGEST_PAGE = 10 * MEGABYTE  # of an essay as plain text, HTML or RTF
MOST_CODINGS = 200_000  # of one file
MOST_ROWS = 1_000_000  # of a table in a database
MOST_PARTS = 20_000
HIGHEST_RATIO = 200  # unpacked to packed, of what unpacks to more than a megabyte
LONGEST_QUERY = 60  # seconds for a database


class Refused(ValueError):
    """The file cannot be read, or must not be: what is wrong, and what to do."""

    def __init__(self, what, todo):
        self.what, self.todo = what, todo
        super().__init__(f"{what} {todo}")


class NotRecognised(Refused):
    """No program's file that is known: in a folder it may lie beside those to import."""


EXPORT_AGAIN = "Export it again from the program that made it."


def read_bytes(path):
    size = Path(path).stat().st_size
    if size > LARGEST_FILE:
        raise Refused(
            f"is {size // MEGABYTE} MB large; at most {LARGEST_FILE // MEGABYTE} MB are read.",
            "Export the texts and codings without films, sounds and images.",
        )
    return Path(path).read_bytes()


def refuse_larger(data, most, kind, todo):
    """Refuse what would take longer to read than anybody waits."""
    if len(data) > most:
        raise Refused(
            f"has {len(data) // MEGABYTE} MB; {kind} of at most {most // MEGABYTE} MB is read.",
            todo,
        )


def unpacked(data):
    """What a gzip file holds."""
    try:
        with gzip.open(io.BytesIO(data)) as file:
            content = file.read(LARGEST_PART + 1)
    except (OSError, EOFError, zlib.error):
        raise Refused("is a damaged gzip file.", EXPORT_AGAIN) from None
    if len(content) > LARGEST_PART:
        raise Refused("unpacks to far more than a study holds.", EXPORT_AGAIN)
    return content


# Archives ------------------------------------------------------------------------------------


class Archive:
    """A zip file: names of its members, and their bytes within limits."""

    def __init__(self, data):
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
            members = self._zip.infolist()
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError):
            raise Refused("is a damaged archive (zip).", EXPORT_AGAIN) from None
        self._left = LARGEST_FILE
        self._folded = set()
        self.members = {}
        if len(members) > MOST_PARTS:
            raise Refused(f"holds {len(members)} files; that is no study.", EXPORT_AGAIN)
        for member in members:
            self._accept(member)

    def _accept(self, member):
        name = member.orig_filename
        if _escapes(name) or "\0" in name:
            raise Refused(
                f"holds a file that wants to be written elsewhere ({name[:60]!r}).",
                "Do not open it elsewhere either; ask who sent it.",
            )
        if stat.S_ISLNK(member.external_attr >> 16):
            raise Refused(
                f"holds a link to another place ({name[:60]!r}).", "Ask who sent it for the file."
            )
        if member.flag_bits & 1:
            raise Refused("is locked by a password.", "Save it without the password.")
        if name.casefold() in self._folded:
            raise Refused(f"holds two files of one name ({name[:60]!r}).", EXPORT_AGAIN)
        self._folded.add(name.casefold())
        self.members[name] = member

    @property
    def names(self):
        return list(self.members)

    def read(self, name):
        member = self.members[name]
        packed = max(member.compress_size, 1)
        too_large = member.file_size > min(LARGEST_PART, self._left)
        if too_large or (member.file_size > MEGABYTE and member.file_size > HIGHEST_RATIO * packed):
            raise Refused(
                f"unpacks to far more than it should ({name[:60]!r}).",
                "Do not open it elsewhere either; ask who sent it.",
            )
        try:
            with self._zip.open(member) as file:
                content = file.read(member.file_size + 1)
        except (
            zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError,
            ValueError,
        ):  # fmt: skip
            raise Refused(f"is a damaged archive ({name[:60]!r}).", EXPORT_AGAIN) from None
        self._left -= len(content)
        return content


def _escapes(name):
    parts = name.split("/")
    return name.startswith("/") or "\\" in name or ".." in parts or name[1:2] == ":"


# XML, JSON, CSV ------------------------------------------------------------------------------


def parse_xml(data):
    """The root of an XML document; a document type (entities, other files) is refused."""
    refuse = Refused(
        "declares a document type, which could make it read other files.",
        "No coding tool writes that: ask who sent it.",
    )
    if b"<!DOCTYPE" in data[:5000].replace(b"\0", b""):  # UTF-16 too
        raise refuse
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Refused(f"is damaged: {str(error)[:120]}.", EXPORT_AGAIN) from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise refuse
    return root


def parse_json(data):
    refuse_larger(data, LARGEST_TEXT, "JSON", "Export it in parts.")
    try:
        return json.loads(data.decode("utf-8-sig"), parse_constant=_no_number)
    except UnicodeDecodeError:
        raise Refused("is not UTF-8.", EXPORT_AGAIN) from None
    except RecursionError:
        raise Refused("is damaged: it is nested too deeply.", EXPORT_AGAIN) from None
    except ValueError as error:
        raise Refused(f"is damaged: {str(error)[:80]}.", EXPORT_AGAIN) from None


def _no_number(word):
    raise ValueError(f"{word} stands where a number should")


def decode(data):
    """Text of bytes, and what to say of its encoding: UTF-8, UTF-16 with a mark, else 1252."""
    refuse_larger(data, LARGEST_TEXT, "text", "Export it in parts.")
    for mark, encoding in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            try:
                return data.decode(encoding), "read as UTF-16"
            except UnicodeDecodeError:
                raise Refused("is damaged text in UTF-16.", EXPORT_AGAIN) from None
    try:
        return data.decode("utf-8"), ""
    except UnicodeDecodeError:
        pass
    if b"\0" in data:
        raise Refused("is not text.", "Give the file that the program exported.")
    try:
        return data.decode(
            "cp1252"
        ), "it is not UTF-8; read as Windows-1252 ('ANSI'): check accents"
    except UnicodeDecodeError:
        raise Refused(
            "is not UTF-8, and its encoding is not recognised.", "Save it as 'CSV UTF-8'."
        ) from None


def parse_csv(text):
    """(header, [(row of the spreadsheet, cells)], notes) of a table; blank rows are left out."""
    text = text.lstrip("\ufeff")
    notes = []
    if text.startswith("sep=") and "\n" in text:  # Excel's line that names the separator
        text = text.split("\n", 1)[1]
    first = text.split("\n", 1)[0]
    separator = max(",;\t", key=first.count)
    if separator != ",":
        notes.append(f"columns separated by {'semicolons' if separator == ';' else 'tabs'}")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        rows = list(islice(reader, MOST_CODINGS + 2))
    except csv.Error as error:
        raise Refused(
            f"breaks off in line {reader.line_num}: {error}.",
            "A quotation mark is not closed, or stands inside a cell: export it again.",
        ) from None
    if len(rows) > MOST_CODINGS + 1:
        raise Refused(f"has more than {MOST_CODINGS:,} rows.", "Export it in parts.")
    if not rows or not any(cell.strip() for cell in rows[0]):
        raise Refused("has no row that names its columns.", EXPORT_AGAIN)
    header = [cell.strip() for cell in rows[0]]
    while header and not header[-1]:
        header.pop()
    body = []
    for number, cells in enumerate(rows[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) < len(header) or any(cell.strip() for cell in cells[len(header) :]):
            raise Refused(
                f"has {len(cells)} cells in row {number}, but {len(header)} in its first row.",
                "It is cut off, or a cell with a comma has no quotation marks: export it again.",
            )
        body.append((number, cells))
    return header, body, notes


# Databases -----------------------------------------------------------------------------------


@contextmanager
def database(path):
    """A read-only connection to a copy of a SQLite file; rows still in its log are read too."""
    path = Path(path)
    with tempfile.TemporaryDirectory(prefix="import-") as folder:
        copy = Path(folder) / "copy.sqlite3"
        shutil.copyfile(path, copy)
        log = path.with_name(path.name + "-wal")
        if log.is_file():
            shutil.copyfile(log, copy.with_name(copy.name + "-wal"))
        connection = sqlite3.connect(copy.as_uri() + "?mode=rw", uri=True)
        try:
            connection.text_factory = lambda data: data.decode("utf-8", "replace")
            connection.row_factory = sqlite3.Row
            ends = time.monotonic() + LONGEST_QUERY
            connection.set_progress_handler(lambda: time.monotonic() > ends, 100_000)
            connection.execute("PRAGMA trusted_schema=OFF")
            connection.execute("PRAGMA query_only=ON")
            if connection.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
                raise Refused("is a damaged database.", EXPORT_AGAIN)
            yield connection
        except (sqlite3.Error, UnicodeDecodeError) as error:  # names of its tables may be damaged
            said = str(error) if isinstance(error, sqlite3.Error) else "names that are no text"
            raise Refused(f"is a damaged database ({said}).", EXPORT_AGAIN) from None
        finally:
            connection.close()


def tables_of(connection):
    """Columns of each table; a view is none, because its query could do anything."""
    names = connection.execute("SELECT name FROM sqlite_master WHERE type='table'").fetchall()
    columns = {}
    for (name,) in names:
        quoted = str(name).replace('"', '""')
        columns[name] = {row[1] for row in connection.execute(f'PRAGMA table_info("{quoted}")')}
    return columns


def rows_of(connection, table, columns, optional=()):
    """Rows of a table as dicts; an optional column that is not there is None."""
    there = tables_of(connection).get(table, set())
    missing = [name for name in columns if name not in there]
    if missing:
        raise Refused(
            f"has no column '{missing[0]}' in its table '{table}'.",
            "It is damaged, or of a version that is not known: please report it.",
        )
    names = [*columns, *(name for name in optional if name in there)]
    asked = ", ".join(f'"{name}"' for name in names)
    for n, row in enumerate(connection.execute(f'SELECT {asked} FROM "{table}"')):
        if n >= MOST_ROWS:
            raise Refused(
                f"has more than {MOST_ROWS:,} rows in its table '{table}'.", "Export it in parts."
            )
        yield dict.fromkeys(optional) | dict(zip(names, row, strict=True))


# Values --------------------------------------------------------------------------------------


def whole_number(value):
    """A whole number of a cell, or None: 7, "7", 7.0; never True, nan or 1e400."""
    if isinstance(value, bool) or value is None:
        return None
    try:
        number = float(value)
        return int(number) if number == int(number) and abs(number) < 2**40 else None
    except (TypeError, ValueError, OverflowError):
        return None


def words(value):
    """A cell as text; nothing is an empty text."""
    return "" if value is None else value if isinstance(value, str) else str(value)
