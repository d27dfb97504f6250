"""The audit of a manuscript as one JSON document, for other programs."""

import json

import pandas as pd

FORMAT = 1  # raised when a key is renamed or removed


def as_json(manuscript, *, findings, notes, quotations, skipped):
    """The audit as JSON: same tables, same bytes.

    Parameters
    ----------
    manuscript : Manuscript
    findings, notes, quotations, skipped : DataFrame

    Returns
    -------
    str
        Keys: format (1), manuscript (the file's name), characters (of the text that offsets
        count in), findings, notes, quotations (lists of objects, one a row, keys as the columns),
        skipped (what of the text is no claim, as `skipped` has it), unread (what of the file is
        not text: where, what, why). Offsets are code points from 0, end exclusive; -1 and ""
        mean that there is none, null that a value is missing.
    """
    document = {
        "format": FORMAT,
        "manuscript": manuscript.name,
        "characters": len(manuscript.text),
        "findings": _rows(findings),
        "notes": _rows(notes),
        "quotations": _rows(quotations),
        "skipped": _rows(skipped),
        "unread": _rows(manuscript.skipped),
    }
    return json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def _rows(table):
    values = table.astype(object).where(table.notna(), None)
    return [
        {name: _bare(value) for name, value in zip(values.columns, row, strict=True)}
        for row in values.itertuples(index=False, name=None)
    ]


def _bare(value):
    """A number of numpy or pandas as Python's own, which JSON knows."""
    if value is pd.NA or value is None:
        return None
    return value.item() if hasattr(value, "item") else value
