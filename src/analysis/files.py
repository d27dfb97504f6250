"""Files as text and bytes: read strictly, written so that no reader ever meets half of one."""

import os
import tempfile
from pathlib import Path

from analysis.problems import Problem

UNFINISHED = ".part"  # ending of the hidden file that becomes the real one when it is whole


def read_text(path, file, problems):
    """The text of a file in UTF-8 without byte-order mark, line ends as LF.

    Other encodings are recognised, said and refused: guessing one would move offsets.

    Returns
    -------
    str or None
        None if the file cannot be read; the reason is then among the problems.
    """
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        problems.append(
            Problem(f"cannot be read ({error.strerror}).", "Check the file's permissions.", file)
        )
        return None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        problems.append(_not_utf8(data, error.start, file))
        return None
    if "\0" in text:
        problems.append(_not_utf8(data, data.index(b"\0"), file))
        return None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _not_utf8(data, at, file):
    """The problem with bytes that are not UTF-8 from a place on, as closely as they tell."""
    sample = data[:2000]
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or sample.count(0) > len(sample) / 4:
        what = "is not UTF-8 but UTF-16."
    elif 0 in data:
        todo = "Give it the ending of what it is, or save it as text."
        return Problem("is not plain text.", todo, file)
    else:
        line = data[:at].count(b"\n") + 1
        try:
            data.decode("cp1252")
            what = f"is not UTF-8 but probably Windows-1252 ('ANSI'); see line {line}."
        except UnicodeDecodeError:
            what = f"is not UTF-8 but an encoding that is not recognised; see line {line}."
    return Problem(what, "Save it again with the encoding UTF-8 (a choice under 'Save as').", file)


def write_atomic(path, data):
    """Write bytes so that the file under its final name is either the old or the new one."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(
        dir=path.parent, prefix=f".{path.name}.", suffix=UNFINISHED
    )
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
