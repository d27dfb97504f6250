"""Unitizing alpha by comparing every segment with every other: slow, and plain to check.

The definition written out, for the tests and as what benchmarks/unitizing.py is measured against.
"""

from collections import defaultdict
from itertools import permutations

GAP = None


def all_pairs(documents):
    """u, |u and cu of documents joined end to end.

    Parameters
    ----------
    documents : list of (int, list of list of tuple)
        Length, and for each coder the (label, start, end) of spans that do not overlap.

    Returns
    -------
    dict of str to float or None
        u, bar_u, dice (any label), cu (two coders). None where undefined.
    """
    coincidences, squares = defaultdict(float), defaultdict(float)
    pairable, pairable_squares = defaultdict(float), defaultdict(float)
    for length, coders in documents:
        if len(coders) < 2:
            continue
        partitions = [segments(length, spans) for spans in coders]
        for label, start, end in (segment for p in partitions for segment in p):
            squares[label] += end - start if label is GAP else (end - start) ** 2
        for one, other in permutations(partitions, 2):
            for label, start, end in one:
                met = 0
                for label_2, start_2, end_2 in other:
                    common = min(end, end_2) - max(start, start_2)
                    if common > 0:
                        coincidences[label, label_2] += common / (len(coders) - 1)
                        met += common if label_2 is not GAP else 0
                if label is not GAP:
                    pairable[label] += met
                    pairable_squares[label] += met**2
    labels = {label for pair in coincidences for label in pair}
    margin = {c: sum(coincidences[c, k] for k in labels) for c in labels}
    marked = {c: n for c, n in margin.items() if c is not GAP}
    alike = defaultdict(float)
    for (c, k), length in coincidences.items():
        alike[c is GAP, k is GAP] += length
    either = {side: alike[side, True] + alike[side, False] for side in (True, False)}
    return {
        "u": alpha(coincidences, margin, squares),
        "bar_u": alpha(alike, either, squares),
        "cu": alpha(coincidences, pairable, pairable_squares),
        "dice": sum(coincidences[c, c] for c in marked) / sum(marked.values()) if marked else None,
    }


def segments(length, spans):
    """Spans and gaps of one coder, in order."""
    found, at = [], 0
    for label, start, end in sorted(spans, key=lambda span: span[1:]):
        if start > at:
            found.append((GAP, at, start))
        found.append((label, start, end))
        at = end
    return [*found, (GAP, at, length)] if at < length else found


def alpha(coincidences, margin, squares):
    """1 - (l - sum of l_cc) / (l - sum of e_cc), where e_ck = l_c l_k / (l - S / l) for c != k."""
    margin = {c: n for c, n in margin.items() if n}
    if len(margin) < 2:
        return None
    total = sum(margin.values())
    scale = total - sum(squares.values()) / total
    observed = total - sum(coincidences[c, c] for c in margin)
    expected = sum(margin[c] * margin[k] / scale for c, k in permutations(margin, 2))
    return 1 - observed / expected
