"""Did the coders mark the same words? Agreement on where, not only what.

Every essay is a line of characters, cut by each coder into spans and gaps. A coder who did not
read an essay, or was not asked for the code, is missing there; that is not a gap.
"""

from functools import partial
from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis.resampling import interval, remark, weights

NOBODY_PAIRED = "no essay was read by two coders"
NOBODY_MARKED = "no coder marked a span"
ALL_MARKED = "every coder marked the whole of every essay"
NO_ALTERNATIVES = "a coder gave several codes to the same words, {:,} characters in all"
ONE_CODE = "every coder marked everything with one code"
THREE_READERS = "for three or more readers of an essay two readings of cu are published and differ"
NEVER_BOTH = "no words were marked by both coders"
NO_CHOICE = "where both coders marked, there is one code only"


def unitizing(codings, lengths, readings):
    """Unitizing alpha and the overlap of spans: per code, pooled, and with codes as alternatives.

    Parameters
    ----------
    codings : DataFrame
        essay_id, coder, code, start, end (characters, half-open; <NA> = the whole essay is coded,
        which says nothing of where: counted in `whole`, otherwise a gap).
    lengths : Series of int
        Characters of each essay, by essay_id.
    readings : DataFrame
        essay_id, code, coder: who was asked to read what; `presence` will do. Codings of other
        essays, codes or coders are not compared, so a team or a pair is chosen here.

    Returns
    -------
    DataFrame
        One row for each coefficient of each scope:

        scope "code": one code against gap. `u` (for one code |u is the same), and `dice`, the
        overlap of spans: 2 |A and B| / (|A| + |B|) in characters; of several readers, the share
        of what one marked that another marked too, over all pairs.

        scope "pooled" (code ''): the same for all codes, each on a line of its own: sums over
        essays and codes before the ratio is taken.

        scope "alternatives" (code ''): all codes on one line, among the coders asked for every
        code. `u`: which code, where; `bar_u` (written |u): marked or not; `cu`: which code,
        where both marked. `u` and `cu` need that no coder gave two codes to the same words.

        scope, code, coefficient, value, undefined (why it is, else ''), essays (read by at least
        two coders), coders, essays_marked (of these, with a span), marked (share of the
        characters read that are), and what became of the codings: spans (compared), united (into
        another span), whole, alone (in an essay that no other coder read for the code).

    Notes
    -----
    Spans of one coder and one code that overlap are united first; spans that touch stay two.

    With l_ck the characters that one coder gives c and another k, over ordered pairs of coders
    and divided by m - 1, l_c its row sums, l = sum of l_c, S_c the sum of squared lengths of the
    spans of c, a gap counting by character: e_ck = l (l_c l_k - [c = k] S_c) / (l² - S), and
    alpha = 1 - (l - sum of l_cc) / (l - sum of e_cc).

    Essays are joined end to end: every sum is the sum over essays, each essay with the m of its
    own readers. So a character with m readers brings m values, as a unit does in alpha with
    missing values, and one that only one coder read brings none.

    cu for three or more readers of an essay is refused: the squared length of a span's overlap
    with the others is read in two ways, and the values differ by up to .6.

    Cost: n log n in the number of spans; memory of essays times codes times coders, in bytes.

    References
    ----------
    Krippendorff, Mathet, Bouvry & Widlöcher 2016, Quality & Quantity,
    10.1007/s11135-015-0266-1; Krippendorff 2019, Content Analysis, 12.6.3-12.6.5 (u, |u, cu).
    Missing values: Krippendorff 2011, Computing Krippendorff's alpha-reliability.
    """
    sums = _sums(codings, lengths, readings)
    totals = _of_all_essays(sums.by_essay)
    table = _rows(sums.codes)
    table["value"] = _coefficients(totals)[0]
    table["undefined"] = _reasons(totals, sums.readers)
    return table.merge(sums.counts, on=["scope", "code"], how="left", validate="many_to_one")


def unitizing_interval(codings, lengths, readings, *, resamples, seed, level):
    """Percentile intervals by bootstrap over essays, for each row of `unitizing`.

    All rows are resampled together: in one resample they stand on the same essays.

    Parameters
    ----------
    codings, lengths, readings
        As in `unitizing`.
    resamples, seed : int
    level : float
        Such as 0.95.

    Returns
    -------
    DataFrame
        scope, code, coefficient, low, high (NaN where the coefficient is undefined, or there is
        no interval: see `resampling.interval`), resamples, undefined_resamples (in no limit), note
        (`resampling.remark`).
    """
    sums = _sums(codings, lengths, readings)
    compared = sums.by_essay.code[..., 0].any(axis=1)
    by_essay = _Totals(*(table[compared] for table in sums.by_essay))
    point = _coefficients(_of_all_essays(by_essay))[0]
    values = np.full((resamples, len(point)), np.nan)
    if compared.any():
        drawn = _resampled(by_essay, int(compared.sum()), resamples, seed)
        values = np.where(np.isnan(point), np.nan, drawn)
    low, high, undefined, one_value = interval(values, level=level)
    remarks = (remark(one, int(compared.sum())) for one in one_value)
    nothing_said = np.isnan(low) & ~one_value
    return _rows(sums.codes).assign(
        low=low,
        high=high,
        resamples=resamples,
        undefined_resamples=undefined,
        note=["" if nothing else said for said, nothing in zip(remarks, nothing_said, strict=True)],
    )


def _rows(codes):
    """The rows of the table, in the order in which `_coefficients` gives its values."""
    of_codes = [("code", code) for code in codes] + [("pooled", "")]
    rows = [(*of, coefficient) for coefficient in ("u", "dice") for of in of_codes]
    rows += [("alternatives", "", coefficient) for coefficient in ("u", "bar_u", "cu")]
    return pd.DataFrame(rows, columns=["scope", "code", "coefficient"])


# The coefficients, from sums ------------------------------------------------------------------


class _Totals(NamedTuple):
    """Sums for each essay, or of each resample of essays (the first axis).

    The last axis is `total` (characters times readers), `marked` (l_c), `both` (l_cc) and
    `squares` (S_c); in `choice` it is pairable characters, and their squares by span.
    """

    code: np.ndarray  # (essays, codes, 4), each code among those asked for it
    label: np.ndarray  # (essays, codes, 4), among those asked for every code
    any: np.ndarray  # (essays, 4), any code, among those asked for every code
    choice: np.ndarray  # (essays, codes, 2); zeros, so no cu, where an essay has three readers


def _of_all_essays(by_essay):
    return _Totals(*(sums.sum(axis=0, keepdims=True) for sums in by_essay))


def _coefficients(totals):
    """Values of every row, (resamples, rows); NaN where undefined."""
    pooled = totals.code.sum(axis=1, keepdims=True)
    against_gap = np.moveaxis(np.concatenate([totals.code, pooled], axis=1), -1, 0)
    return np.column_stack([_u(*against_gap), _dice(*against_gap), *_alternatives(totals)])


def _u(total, marked, both, squares):
    """u of marked against gap, which is |u."""
    gap = total - marked
    with np.errstate(divide="ignore", invalid="ignore"):  # 0/0 is undefined
        expected = total * marked * gap / (total**2 - squares - gap)
        return np.where(expected > 0, 1 - (marked - both) / expected, np.nan)


def _dice(total, marked, both, squares):
    with np.errstate(invalid="ignore"):
        return both / marked


def _alternatives(totals):
    """u, |u and cu of codes as alternatives, each (resamples,)."""
    _, marked, both, squares = np.moveaxis(totals.label, -1, 0)
    total, any_marked, any_both, _ = totals.any.T
    bar_u = _u(*totals.any.T)
    gap, gap_both = total - any_marked, total - 2 * any_marked + any_both
    s = squares.sum(axis=1) + gap
    t, s_paired = totals.choice.sum(axis=1).T
    paired, paired_squares = np.moveaxis(totals.choice, -1, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        same = both.sum(axis=1) + gap_both
        same_expected = total * ((marked**2).sum(axis=1) + gap**2 - s) / (total**2 - s)
        u = 1 - (total - same) / (total - same_expected)
        expected = ((paired**2 - paired_squares).sum(axis=1)) / (t - s_paired / t)
        cu = 1 - (t - both.sum(axis=1)) / (t - expected)
    overlap = marked.sum(axis=1) > any_marked
    one_label = (any_marked == 0) | (marked == total[:, None]).any(axis=1)
    u = np.where(overlap | one_label, np.nan, u)
    cu = np.where(overlap | ((paired > 0).sum(axis=1) < 2), np.nan, cu)
    return u, bar_u, cu


def _reasons(totals, readers):
    """Why each row is undefined, '' where it is not."""
    pooled = totals.code.sum(axis=1, keepdims=True)
    total, marked, *_ = np.moveaxis(np.concatenate([totals.code, pooled], axis=1)[0], -1, 0)
    nothing = [total == 0, marked == 0], [NOBODY_PAIRED, NOBODY_MARKED]
    u = np.select([*nothing[0], marked == total], [*nothing[1], ALL_MARKED], "")
    dice = np.select(*nothing, "")
    return [*u, *dice, *_reasons_of_alternatives(totals, readers)]


def _reasons_of_alternatives(totals, readers):
    total, any_marked = totals.any[0, :2]
    marked, paired = totals.label[0, :, 1], totals.choice[0, :, 0]
    nothing = (total == 0, f"{NOBODY_PAIRED} for every code"), (any_marked == 0, NOBODY_MARKED)
    twice = marked.sum() - any_marked
    exclusive = (twice > 0, NO_ALTERNATIVES.format(int(twice)))
    one_code = ((marked == total).any(), ONE_CODE)
    choice = (not paired.any(), NEVER_BOTH), ((paired > 0).sum() < 2, NO_CHOICE)
    return [
        _first_reason(*nothing, exclusive, one_code),
        _first_reason(*nothing, (any_marked == total, ALL_MARKED)),
        _first_reason(*nothing, (readers > 2, THREE_READERS), exclusive, *choice),
    ]


def _first_reason(*reasons):
    return next((why for holds, why in reasons if holds), "")


def _resampled(by_essay, n_essays, resamples, seed):
    """Coefficients of each resample of essays, (resamples, rows); NaN where undefined."""
    blocks = weights(n_essays, n_resamples=resamples, seed=seed)
    totals = (_Totals(*(np.tensordot(drawn, sums, 1) for sums in by_essay)) for drawn in blocks)
    return np.concatenate([_coefficients(of_block) for of_block in totals])


# The sums, from spans -------------------------------------------------------------------------


class _Sums(NamedTuple):
    codes: pd.Index
    by_essay: _Totals
    readers: int  # of the essay with most, among those asked for every code
    counts: pd.DataFrame  # scope, code, and the columns beside the values


class _Grid(NamedTuple):
    """Sums of each essay and code, and the spans they are made of."""

    sums: np.ndarray  # (essays, codes, 4), as in _Totals
    paired: np.ndarray  # (essays, codes, coders): asked, and so was another coder
    spans: np.ndarray  # (3, spans): essay * codes + code, start, end; united, and in pairs only
    lost: dict  # of united, whole and alone codings of each code


def _sums(codings, lengths, readings):
    names = {
        name: pd.Index(sorted(readings[name].unique())) for name in ("essay_id", "code", "coder")
    }
    lengths = lengths.reindex(names["essay_id"]).to_numpy()
    asked = np.zeros([len(known) for known in names.values()], dtype=bool)
    asked[tuple(_numbers(readings, names))] = True
    asked_all = asked & asked.all(axis=1, keepdims=True)
    places = codings[["start", "end"]].fillna(-1).to_numpy(dtype=np.int64).T
    spans = np.concatenate([_numbers(codings, names), places])
    spans = spans[:, (spans[:3] >= 0).all(axis=0)]
    any_spans = spans.copy()
    any_spans[1] = 0
    code, label = _grid(spans, asked, lengths), _grid(spans, asked_all, lengths)
    any_code = _grid(any_spans, asked_all.any(axis=1, keepdims=True), lengths)
    readers = int(any_code.paired.sum(axis=2).max(initial=0))
    choice = np.zeros((*asked.shape[:2], 2))
    if readers == 2 and label.spans.size:
        choice = _pairable(label, any_code, lengths)
    return _Sums(
        names["code"],
        _Totals(code.sums, label.sums, any_code.sums[:, 0], choice),
        readers,
        pd.concat(
            [
                pd.DataFrame({"scope": "code", "code": names["code"], **_counts(code)}),
                _pooled("pooled", code).assign(marked=_share(code.sums.sum(axis=(0, 1)))),
                _pooled("alternatives", label).assign(marked=_share(any_code.sums.sum((0, 1)))),
            ]
        ),
    )


def _numbers(table, names):
    """Essay, code and coder of each row as their numbers; -1 for a name that is not compared."""
    return np.stack([known.get_indexer(table[name]) for name, known in names.items()])


def _grid(spans, asked, lengths):
    """The sums of spans: essay, code, coder, start, end (-1 = the whole essay is coded)."""
    essays, codes, coders = asked.shape
    spans = spans[:, asked[tuple(spans[:3])]]
    essay, code, _, start, end = spans
    if (end > lengths[essay]).any():
        raise ValueError("A span ends after the last character of its essay.")
    paired = asked & (asked.sum(axis=2, keepdims=True) > 1)
    whole = start < 0
    compared = ~whole & paired[tuple(spans[:3])]
    longest = int(lengths.max(initial=1))
    line = np.ravel_multi_index(spans[:3, compared], asked.shape)
    line, start, end = _united(line, start[compared], end[compared], longest)
    united = np.stack([line // coders, start, end])
    readers = paired.sum(axis=2).ravel()
    total = readers * np.repeat(lengths, codes)
    sums = np.stack([total, *_sums_of_spans(united, readers, longest)], axis=-1)
    number = partial(np.bincount, minlength=codes)  # of codings of each code
    lost = {
        "united": number(code[compared]) - number(united[0] % codes),
        "whole": number(code[whole]),
        "alone": number(code[~whole & ~compared]),
    }
    return _Grid(sums.reshape(essays, codes, 4), paired, united, lost)


def _united(line, start, end, longest):
    """Spans with those that overlap on one line made one; sorted. All lines are laid in a row."""
    order = np.argsort(line * longest + start, kind="stable")
    line, start, end = line[order], start[order], end[order]
    reach = np.maximum.accumulate(line * longest + end)
    first = np.ones(len(line), dtype=bool)
    first[1:] = (line * longest + start)[1:] >= reach[:-1]
    last = np.ones(len(line), dtype=bool)
    last[:-1] = first[1:]
    return line[first], start[first], reach[last] - line[first] * longest


def _sums_of_spans(spans, readers, longest):
    """marked, both and squares of each cell (an essay and code)."""
    cell, start, end = spans
    marked = np.bincount(cell, end - start, len(readers))
    squares = np.bincount(cell, (end - start).astype(float) ** 2, len(readers))
    place, depth = _depth(spans, longest)
    ordered_pairs = np.diff(place) * depth[:-1] * (depth[:-1] - 1)
    both = np.bincount(place[:-1] // longest, ordered_pairs, len(readers))[: len(readers)]
    return marked, both / np.maximum(readers - 1, 1), squares


def _depth(spans, longest):
    """A sweep over all ends of spans: their places, sorted, and how many coders mark from there.

    All cells are laid in a row; the depth is 0 from each cell to the next.
    """
    cell, start, end = spans
    place = np.concatenate([cell * longest + start, cell * longest + end])
    step = np.repeat([1, -1], len(cell))
    order = np.argsort(place, kind="stable")
    return place[order], np.cumsum(step[order])


def _pairable(label, any_code, lengths):
    """Characters of each essay and code that the other of two coders marked, and their squares."""
    longest, (essays, codes, _) = int(lengths.max(initial=1)), label.paired.shape
    cell, start, end = label.spans
    place, depth = _depth(any_code.spans, longest)
    # Coders times characters marked before a place; between two places it grows evenly.
    before = np.concatenate([[0], np.cumsum(np.diff(place) * depth[:-1])])
    at = cell // codes * longest
    inside = np.interp(at + end, place, before) - np.interp(at + start, place, before)
    by_other = inside - (end - start)
    sums = [np.bincount(cell, weights, essays * codes) for weights in (by_other, by_other**2)]
    return np.stack(sums, axis=-1).reshape(essays, codes, 2)


def _counts(grid):
    """The columns beside the values, for each code."""
    codes = grid.paired.shape[1]
    return {
        "essays": grid.paired.any(axis=2).sum(axis=0),
        "coders": grid.paired.any(axis=0).sum(axis=1),
        "essays_marked": (grid.sums[..., 1] > 0).sum(axis=0),
        "marked": _share(grid.sums.sum(axis=0)),
        "spans": np.bincount(grid.spans[0] % max(codes, 1), minlength=codes),
        **grid.lost,
    }


def _pooled(scope, grid):
    """The same for all codes together, without the share."""
    return pd.DataFrame(
        {
            "scope": scope,
            "code": "",
            "essays": grid.paired.any(axis=(1, 2)).sum(),
            "coders": grid.paired.any(axis=(0, 1)).sum(),
            "essays_marked": (grid.sums[..., 1] > 0).any(axis=1).sum(),
            "spans": grid.spans.shape[1],
            **{name: number.sum() for name, number in grid.lost.items()},
        },
        index=[0],
    )


def _share(sums):
    """Share of the characters read that are marked; NaN where none were read by two coders."""
    total, marked = sums[..., 0], sums[..., 1]
    return np.divide(marked, total, out=np.full(total.shape, np.nan), where=total > 0)
