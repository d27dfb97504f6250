"""Unitizing alpha by one sweep, against comparing all pairs of spans; and up to a million spans.

PYTHONPATH=src python benchmarks/unitizing.py
"""

import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from tests.all_pairs import all_pairs  # noqa: E402

from analysis.unitizing import unitizing  # noqa: E402

SEED = 20261124
SIZES = (10_000, 100_000, 1_000_000)  # spans a coder


def random_study(rng, *, essays, spans, codes):
    """Two coders' codings, lengths of essays and readings.

    `spans` a coder and an essay, none touching another, each of one of the codes by chance.
    """
    length = 40 * spans
    parts = []
    for coder in "AB":
        cuts = rng.random((essays, length // 4)).argsort(axis=1)[:, : 2 * spans]
        cuts = 4 * np.sort(cuts, axis=1).reshape(essays, spans, 2) + rng.integers(0, 4)
        parts.append(
            pd.DataFrame(
                {
                    "essay_id": np.repeat([f"E{n}" for n in range(essays)], spans),
                    "coder": coder,
                    "code": rng.choice([f"c{n}" for n in range(codes)], essays * spans),
                    "start": cuts[..., 0].ravel(),
                    "end": cuts[..., 1].ravel(),
                }
            )
        )
    lengths = pd.Series(length + 4, index=[f"E{n}" for n in range(essays)])
    readings = pd.MultiIndex.from_product(
        [lengths.index, [f"c{n}" for n in range(codes)], ["A", "B"]],
        names=["essay_id", "code", "coder"],
    ).to_frame(index=False)
    return pd.concat(parts, ignore_index=True), lengths, readings


def documents(codings, lengths):
    return [
        (
            length,
            [
                list(own.loc[own["coder"].eq(coder), ["code", "start", "end"]].itertuples(
                    index=False, name=None))
                for coder in "AB"
            ],
        )
        for length, own in ((lengths[essay], part) for essay, part in codings.groupby("essay_id"))
    ]  # fmt: skip


def seconds(work, repeats):
    taken = []
    for _ in range(repeats):
        started = time.perf_counter()
        result = work()
        taken.append(time.perf_counter() - started)
    return min(taken), result


def against_all_pairs():
    """Two coders, 1000 spans each on one essay, three codes: (seconds, seconds of all pairs)."""
    data = random_study(np.random.default_rng(SEED), essays=1, spans=1000, codes=3)
    ours, table = seconds(lambda: unitizing(*data), 20)
    pairs, wanted = seconds(lambda: all_pairs(documents(*data[:2])), 3)
    found = table[table["scope"].eq("alternatives")].set_index("coefficient")["value"]
    for name, value in found.items():
        assert abs(value - wanted[name]) < 1e-9, (name, value, wanted[name])
    return ours, pairs


def by_size():
    """Seconds for two coders and each of SIZES spans a coder, 1000 to an essay, ten codes."""
    rng = np.random.default_rng(SEED)
    found = {}
    for size in SIZES:
        data = random_study(rng, essays=size // 1000, spans=1000, codes=10)
        found[size], _ = seconds(lambda data=data: unitizing(*data), 3)
    return found


def rows():
    """The lines of the table: what, seconds, what it is compared with, ratio or slope."""
    ours, pairs = against_all_pairs()
    yield f"unitizing alpha, 1000 spans a coder  {ours * 1e3:9.2f} ms   all pairs {pairs:.2f} s   "\
          f"{pairs / ours:,.0f}x (asked: 200x)"  # fmt: skip
    taken = by_size()
    for size, spent in taken.items():
        yield f"unitizing alpha, {size:>9,} spans a coder  {spent:8.3f} s"
    slope = np.polyfit(np.log(list(taken)), np.log(list(taken.values())), 1)[0]
    yield f"slope of log time over log spans  {slope:.2f} (1 = linear)"


if __name__ == "__main__":
    print(*rows(), sep="\n")
