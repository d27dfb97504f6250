"""Dates as tools write them: those that a study can read, and the others, kept as they are."""

import re
from functools import lru_cache

import pandas as pd

from analysis.problems import counted

COMMON = re.compile(
    r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])([T ]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?Z?)?"
)


def dated_cells(date):
    """The cell `date`; of a date that the study cannot read, `date_as_written` in its stead."""
    date = date.strip()
    return {"date": date} if is_date(date) else {"date": "", "date_as_written": date}


@lru_cache(maxsize=10_000)
def is_date(value):
    """Is it a date to the study (see tables.check_dates), or empty?"""
    if not value or COMMON.fullmatch(value):
        return True
    return not pd.isna(pd.to_datetime(value, format="ISO8601", errors="coerce", utc=True))


def undated_said(file, n):
    one = n == 1
    return (
        f"{file}: {counted(n, 'date')} {'is' if one else 'are'} not written as year-month-day; "
        f"{'it is' if one else 'they are'} in the column date_as_written"
    )
