"""What counts a claim allows: its number, its percentage, its comparator, its quantifier."""

import math
import re

import pandas as pd

# Shares (0-1, both ends included) for which a word is true, and its strength among the words.
# The ranges are our own; a study may replace them in claims.toml. 'most' and 'majority' are more
# than half, as dictionaries have them; the rest is left wide, so that only plain misfits are told.
LEXICON = {
    "none": (0.0, 0.0, 0),
    "few": (0.0, 0.25, 1),
    "a few": (0.0, 0.3, 1),
    "a couple": (0.0, 0.3, 1),
    "small minority": (0.0, 0.25, 1),
    "a fifth": (0.15, 0.25, 2),
    "a quarter": (0.2, 0.3, 2),
    "some": (0.0, 0.6, 2),
    "several": (0.05, 0.499, 2),
    "minority": (0.0, 0.499, 2),
    "a third": (0.28, 0.39, 2),
    "many": (0.25, 1.0, 3),
    "half": (0.45, 0.55, 3),
    "not all": (0.0, 0.999, 3),
    "slight majority": (0.501, 0.65, 4),
    "majority": (0.501, 1.0, 5),
    "most": (0.501, 1.0, 5),
    "two thirds": (0.6, 0.73, 5),
    "large majority": (0.6, 1.0, 6),
    "three quarters": (0.7, 0.8, 6),
    "four fifths": (0.75, 0.85, 6),
    "vast majority": (0.75, 1.0, 7),
    "nearly all": (0.85, 0.999, 8),
    "all": (1.0, 1.0, 9),
}
FRACTIONS = {
    "half": 1 / 2, "a third": 1 / 3, "two thirds": 2 / 3, "a quarter": 1 / 4,
    "three quarters": 3 / 4, "a fifth": 1 / 5, "four fifths": 4 / 5,
}  # fmt: skip
TINY = 1e-9


def percent_digits(snippet):
    """Digits after the point of the percentage in a claim: '45.5%' -> 1."""
    match = re.search(r"\d+(?:[.·](\d+))?\s{0,2}(?:%|per\s?cent)", snippet)
    if not match:  # a cell, '10 (45.5)'
        match = re.search(r"\d+[\s(\[]+\d+(?:[.·](\d+))?", snippet)
    return len(match[1]) if match and match[1] else 0


def rounds_to(k, N, percent, digits):
    """Does k of N round to the percentage? Half may be rounded up or down."""
    return N > 0 and abs(100 * k / N - percent) <= 0.5 * 10**-digits + TINY


def possible_percents(N, percent, digits):
    """The k of N that round to the percentage, as a range."""
    half = 0.5 * 10**-digits + TINY
    low, high = math.ceil((percent - half) * N / 100), math.floor((percent + half) * N / 100)
    return range(max(low, 0), min(high, N) + 1)


def _compares(value, limit, comparator, about):
    if comparator == "over":
        return value > limit + TINY
    if comparator == "at least":
        return value >= limit - TINY
    if comparator == "fewer than":
        return value < limit - TINY
    if comparator == "at most":
        return value <= limit + TINY
    if comparator == "about":
        return abs(value - limit) <= about + TINY
    if comparator == "nearly":
        return limit - 2 * about - TINY <= value <= limit + TINY
    return None


def allows(claim, k, N, ranges):
    """Is a claim true if k of N essays have the theme?

    Parameters
    ----------
    claim : mapping
        comparator, quantifier, n, percent, snippet.
    ranges : dict
        Quantifier -> (low, high) shares that replace those of LEXICON.
    """
    comparator = comparator_of_number(claim)
    if pd.notna(claim["n"]):
        n = int(claim["n"])
        compared = _compares(k, n, comparator, max(1, 0.1 * n))
        return k == n if compared is None else compared
    if pd.notna(claim["percent"]):
        percent, share = float(claim["percent"]), 100 * k / N if N else 0
        compared = _compares(share, percent, comparator, 5)
        if compared is None:
            return rounds_to(k, N, percent, percent_digits(claim["snippet"]))
        return compared
    return in_range(claim["quantifier"], claim["comparator"], k / N if N else 0, ranges)


EXACT_WORDS = ("none", "all")


def is_word(claim):
    """Does a word alone say how many, as in 'none' and 'all participants'?

    Its n (0 and N) is what it comes to; it is judged and printed as the word that it is.
    """
    return claim["kind"] == "quantifier" and claim["quantifier"] in EXACT_WORDS


def as_said(claims):
    """The claims as dicts, without the n of those that say it in a word."""
    rows = claims.to_dict("records")
    return [{**row, "n": pd.NA} if is_word(row) else row for row in rows]


def comparator_of_number(claim):
    """In 'over half (12 of 22)' the comparator belongs to 'half', and 12 is meant exactly."""
    return "" if claim["quantifier"] else claim["comparator"]


def in_range(quantifier, comparator, share, ranges):
    """Is a quantifier, with its comparator, true of a share?"""
    if quantifier in FRACTIONS and comparator:
        compared = _compares(share, FRACTIONS[quantifier], comparator, 0.1)
        if compared is not None:
            return compared
    low, high = range_of(quantifier, ranges)
    return low - TINY <= share <= high + TINY


def range_of(quantifier, ranges):
    """(low, high) shares of a quantifier; every share for one that is not in the lexicon."""
    return ranges.get(quantifier) or LEXICON.get(quantifier, (0.0, 1.0))[:2]


def range_in_words(quantifier, ranges):
    """The range of a quantifier, as a clause."""
    low, high = range_of(quantifier, ranges)
    first, last = f"{100 * low:g}", f"{100 * high:g}"
    if round(low % 0.01, 6) == 0.001:  # as in 0.501
        first = f"more than {100 * low:.0f}"
    if round(high % 0.01, 6) == 0.009:  # as in 0.499
        last = f"less than {100 * high + 0.1:.0f}"
    words = first if low == high else f"{first} to {last}"
    return f"'{quantifier}' stands for {words}% in the lexicon"


def least(claim, N, ranges):
    """The smallest count that a claim allows, None where it says nothing."""
    return next((k for k in range(N + 1) if allows(claim, k, N, ranges)), None)


def in_words(claim):
    """The claimed quantity as it is printed in a table: '10 of 22 (45%)', 'over half'."""
    counted = pd.notna(claim["n"]) and not is_word(claim)
    numbered = counted or pd.notna(claim["percent"])
    comparator = comparator_of_number(claim) if numbered else claim["comparator"]
    parts = [comparator] if comparator not in ("", "all") else []
    if counted:
        parts.append(str(int(claim["n"])))
        if pd.notna(claim["N"]):
            parts.append(f"of {int(claim['N'])}")
        if pd.notna(claim["percent"]):
            parts.append(f"({float(claim['percent']):g}%)")
    elif pd.notna(claim["value"]):
        sign = "%" if pd.notna(claim["percent"]) else ""
        high = f" to {float(claim['value_high']):g}" if pd.notna(claim["value_high"]) else ""
        parts.append(f"{float(claim['value']):g}{high}{sign}")
    elif pd.notna(claim["percent"]):
        parts.append(f"{float(claim['percent']):g}%")
    else:
        parts.append(claim["quantifier"])
    return " ".join(parts)
