"""How fast agreement is, against the usual way of computing the same.

    python benchmarks/agreement.py

Every ratio is of two times of this run; only ratios are meant to be quoted. What would take too
long is timed on part of its calls and said to be. nltk is no dependency of the pipeline: its row
says so where it is not installed.
"""

import resource
import subprocess
import sys
import time
import tracemalloc
from dataclasses import dataclass
from pathlib import Path

import krippendorff
import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from analysis.agreement import four_cells, pooled_agreement, rating_patterns  # noqa: E402
from analysis.bootstrap import alpha_bootstrap, pooled_bootstrap_interval  # noqa: E402
from analysis.comparison import compare_coders, compare_pairs  # noqa: E402
from analysis.other_intervals import exact_bootstrap  # noqa: E402
from analysis.patterns import coefficients, pattern_counts, totals  # noqa: E402
from analysis.ratings import MISSING, Ratings  # noqa: E402
from analysis.sets import set_agreement, set_bootstrap_intervals  # noqa: E402
from benchmarks.unitizing import against_all_pairs  # noqa: E402

SEED = 20261124


@dataclass
class Row:
    """One line of the table: seconds of both ways, and the ratio wanted."""

    work: str
    against: str
    ours: float
    theirs: float
    at_least: float
    note: str = ""


def seconds(work, repeats=5):
    """The shortest of several runs, or of a fifth of a second of them, after one to warm up."""
    work()
    taken = []
    while len(taken) < repeats or (repeats > 1 and sum(taken) < 0.2):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return min(taken)


def random_values(codes, coders, units, missing=0.0):
    """Ratings of coders who agree more often than by chance; alpha is about .5."""
    rng = np.random.default_rng(SEED)
    values = np.empty((codes, coders, units), np.uint8)
    for code in range(codes):
        truth = rng.random(units, np.float32) < 0.3
        values[code] = truth ^ (rng.random((coders, units), np.float32) < 0.12)
        values[code][rng.random((coders, units), np.float32) < missing] = MISSING
    return values


def ratings_of_values(values, essay_of_sentence=None):
    n_codes, n_coders, n_units = values.shape
    names = tuple(f"code {n:02}" for n in range(n_codes))
    units = pd.DataFrame({"essay_id": np.arange(n_units)})
    if essay_of_sentence is not None:
        units = pd.DataFrame({"essay_id": essay_of_sentence, "sentence": np.arange(n_units)})
    return Ratings("code", names, tuple("ABCDEFGH"[:n_coders]), units, values)


def as_floats(values):
    """As krippendorff wants them; made outside the time that is measured."""
    return np.where(values == MISSING, np.nan, values)


def theirs_of(data):
    return krippendorff.alpha(data, level_of_measurement="nominal", value_domain=[0, 1])


def must_equal(ours, theirs, to=1e-12):
    if not np.allclose(ours, theirs, rtol=0, atol=to, equal_nan=True):
        raise AssertionError("the two ways do not give the same values")


# The rows of the table -----------------------------------------------------------------------


def resamples(units, at_least, calls):
    """1000 resamples of alpha of one code and two coders."""
    values = random_values(1, 2, units)
    data, rng = as_floats(values[0]), np.random.default_rng(SEED)

    def ours():
        return alpha_bootstrap(pattern_counts(values), n_resamples=1000, seed=SEED, level=0.95)

    def one_by_one():
        for _ in range(calls):
            theirs_of(data[:, rng.integers(units, size=units)])

    theirs = seconds(one_by_one, repeats=1) * 1000 / calls
    note = "" if calls == 1000 else f"extrapolated from {calls} of 1000"
    work = f"1000 resamples of alpha, 2 coders, N = {units:,}"
    return Row(work, "loop around krippendorff", seconds(ours), theirs, at_least, note)


def many_codes(missing):
    """Alpha of 50 codes, 5 coders and 100,000 units."""
    values = random_values(50, 5, 100_000, missing)
    data = [as_floats(code) for code in values]

    def ours():
        return coefficients(totals(pattern_counts(values)))["alpha"]

    def each():
        return [theirs_of(code) for code in data]

    must_equal(ours(), each())
    work = f"alpha of 50 codes, 5 coders x 1e5 units, {missing:.0%} missing"
    return Row(work, "krippendorff per code", seconds(ours), seconds(each, repeats=1), 40)


def exact_intervals():
    """Percentile intervals of 30 codes in 22 essays by two coders."""
    ratings = ratings_of_values(random_values(30, 2, 22))
    data, rng, calls = as_floats(ratings.values), np.random.default_rng(SEED), 200

    def ours():
        cells = four_cells(ratings, [("A", "B")])
        four = cells[["both", "first_only", "second_only", "neither"]].to_numpy().T
        return exact_bootstrap(*four, level=0.95)

    def one_by_one():
        with np.errstate(invalid="ignore"):  # resamples with one value only
            for _ in range(calls):
                drawn = rng.integers(22, size=22)
                for code in data:
                    theirs_of(code[:, drawn])

    theirs = seconds(one_by_one, repeats=1) * 10_000 / calls
    note = f"extrapolated from {calls} of 10,000 draws"
    work = "22 essays x 30 codes, exact intervals for all"
    return Row(work, "10,000-draw loop", seconds(ours, repeats=20), theirs, 5000, note)


def label_sets():
    """Set-valued alpha of 1000 segments with up to 30 codes; ours gives MASI and Jaccard."""
    work = "set-valued alpha, 1000 segments x 30 codes"
    try:
        from nltk.metrics.agreement import AnnotationTask
        from nltk.metrics.distance import masi_distance
    except ImportError:
        return Row(work, "nltk", np.nan, np.nan, 20, "skipped: nltk is not installed")
    rng = np.random.default_rng(SEED)
    truth = rng.random((30, 1, 1000)) < 0.08
    values = (truth ^ (rng.random((30, 2, 1000)) < 0.01)).astype(np.uint8)
    values[0] |= ~values.any(axis=0)  # nltk cannot compare two empty sets
    ratings = ratings_of_values(values)
    task = AnnotationTask(distance=masi_distance)
    task.load_array(
        [
            (coder, unit, frozenset(np.flatnonzero(values[:, number, unit])))
            for number, coder in enumerate(ratings.coders)
            for unit in range(1000)
        ]
    )

    def ours():
        return set_agreement(ratings)["alpha"]

    must_equal(ours()[0], task.alpha(), to=1e-9)
    note = f"{set_agreement(ratings)['sets'][0]} different sets"
    return Row(work, "nltk, MASI alone", seconds(ours), seconds(task.alpha, 2), 20, note)


def unitizing_spans():
    ours, pairs = against_all_pairs()
    return Row("unitizing alpha, 1000 spans a coder", "all pairs", ours, pairs, 200)


ROWS = [
    lambda: resamples(22, 300, 1000),
    lambda: resamples(100_000, 50_000, 20),
    lambda: resamples(1_000_000, 50_000, 20),
    lambda: many_codes(0.0),
    lambda: many_codes(0.2),
    exact_intervals,
    label_sets,
    unitizing_spans,
]


def print_ratios():
    print(f"{'work':58}{'against':26}{'ours':>11}{'theirs':>12}{'ratio':>10}{'at least':>10}")
    for measure in ROWS:
        row = measure()
        ratio = row.theirs / row.ours
        met = "" if not ratio < row.at_least else "  NOT MET"
        print(
            f"{row.work:58}{row.against:26}{row.ours * 1e3:8.3f} ms{row.theirs * 1e3:9.0f} ms"
            f"{ratio:10,.0f}{row.at_least:10,.0f}{met}  {row.note}",
            flush=True,
        )


def print_what_phase_2_runs():
    """More than two coders over essays: whole essays drawn anew, for all codes together."""
    print("\nAs phase 2 asks for it (all coefficients, 1000 resamples of essays, 3 coders):")
    for codes, essays, calls in ((30, 22, 300), (10, 100_000, 5)):
        values = random_values(codes, 3, essays)
        ratings, data = ratings_of_values(values), as_floats(values[0])
        rng = np.random.default_rng(SEED)
        start = time.perf_counter()
        for _ in range(calls):
            theirs_of(data[:, rng.integers(essays, size=essays)])
        theirs = (time.perf_counter() - start) / calls * 1000 * codes
        start = time.perf_counter()
        compare_coders(ratings, n_resamples=1000, seed=SEED, level=0.95)
        ours = time.perf_counter() - start
        print(
            f"{codes} codes, {essays:,} essays: {ours:.2f} s; alpha alone by a loop around "
            f"krippendorff {theirs:,.0f} s (extrapolated): {theirs / ours:,.0f}x"
        )


def print_growth():
    """Time and memory of the counts and all coefficients, from 1e4 to 1e7 units."""
    print("\nAll coefficients of one code, 5 coders, 20 % missing, by number of units:")
    print(f"{'units':>12}{'time':>12}{'per rating':>12}{'memory / presence array':>26}")
    sizes, times = [10**4, 10**5, 10**6, 10**7], []
    for units in sizes:
        values = random_values(1, 5, units, 0.2)
        times.append(seconds(lambda v=values: coefficients(totals(pattern_counts(v)))))
        tracemalloc.start()
        coefficients(totals(pattern_counts(values)))
        beside = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        print(
            f"{units:12,}{times[-1] * 1e3:9.3f} ms{times[-1] / values.size * 1e9:9.2f} ns"
            f"{1 + beside / values.nbytes:26.2f}"
        )
    slope = np.polyfit(np.log(sizes), np.log(times), 1)[0]
    print(f"slope of log time over log units: {slope:.2f} (1 = linear)")


def phase_2_at_a_million():
    """Every step of phase 2's agreement over 5 coders, 1e6 sentences of 1e4 essays, 50 codes."""
    essays = np.repeat(np.arange(10_000), 100)
    rng = np.random.default_rng(SEED)
    values = np.empty((50, 5, len(essays)), np.uint8)
    unread = (rng.random((5, 10_000)) < 0.2)[:, essays]  # a coder read 80 % of the essays
    for code in range(50):
        truth = rng.random(len(essays), np.float32) < 0.1 / (1 + code)
        values[code] = truth ^ (rng.random((5, len(essays)), np.float32) < 0.0005)
        values[code][unread] = MISSING
    ratings = ratings_of_values(values, essays)
    pairs = [(a, b) for a in ratings.coders for b in ratings.coders if a < b]
    draws = {"n_resamples": 1000, "seed": SEED, "level": 0.95}
    by_essay = {"drawn": "essay_id", **draws}
    steps = {
        "all coders, resampled": lambda: compare_coders(ratings, **draws),
        "10 pairs, resampled": lambda: compare_pairs(ratings, pairs, **draws),
        "patterns": lambda: rating_patterns(ratings),
        "pooled over codes": lambda: pooled_agreement(ratings),
        "pooled, resampled": lambda: pooled_bootstrap_interval(ratings, **by_essay),
        "sets of codes": lambda: set_agreement(ratings),
        "1000 resamples, sets": lambda: set_bootstrap_intervals(ratings, **by_essay),
    }
    print("\n5 coders x 1,000,000 sentences x 50 codes:")
    for name, step in steps.items():
        start = time.perf_counter()
        found = step()
        more = f", {found['sets'][0]:,} different sets" if "sets" in found else ""
        print(f"{name:28}{time.perf_counter() - start:8.2f} s  {len(found)} rows{more}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20  # Linux: in kB
    print(
        f"peak memory of the process {peak:.2f} GB; presence array {values.nbytes / 2**30:.2f} GB"
    )


def main():
    if sys.argv[1:] == ["million"]:
        return phase_2_at_a_million()
    print_ratios()
    print_what_phase_2_runs()
    print_growth()
    subprocess.run([sys.executable, __file__, "million"], check=True)  # its own peak of memory


if __name__ == "__main__":
    main()
