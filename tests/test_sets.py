"""Agreement on sets of codes."""

from fractions import Fraction
from itertools import combinations, product

import numpy as np
import pandas as pd
import pytest

from analysis.ratings import Ratings
from analysis.resampling import limits, weights
from analysis.sets import distances, set_agreement, set_bootstrap_intervals
from tests.worked_examples import check, examples

NUMBER = {"masi": 0, "jaccard": 1}


def of_sets(*coders, codes=None, essays=None):
    """Ratings from one list of sets a coder; a set is a string of codes, None is missing."""
    codes = codes or sorted(set("".join(s or "" for sets in coders for s in sets)) or {"a"})
    values = [
        [[2 if s is None else int(code in s) for s in sets] for sets in coders] for code in codes
    ]
    n = len(coders[0])
    units = pd.DataFrame(
        {"essay_id": essays or [f"E{i:02}" for i in range(n)], "sentence": range(n)}
    )
    return Ratings(
        "code", tuple(codes), tuple("pqrst"[: len(coders)]), units, np.array(values, np.uint8)
    )


def of_example(data):
    coders = data.removeprefix("s:").split("/")
    return [[s.replace("-", "") for s in coder.split()] for coder in coders]


def mask(codes, letters="abcdefgh1234"):
    return np.array([[sum(1 << letters.index(c) for c in codes)]], np.uint64)


def alphas(ratings):
    return set_agreement(ratings).set_index("distance")["alpha"]


@examples("masi_distance", "jaccard_distance")
def test_distance_is_the_published_one(example):
    (first,), (second,) = of_example(example["data"])
    found = distances(mask(first), mask(second))
    check(found[NUMBER[example["statistic"].removesuffix("_distance")]], example)


@examples("alpha_masi", "alpha_jaccard")
def test_alpha_is_the_published_one(example):
    found = alphas(of_sets(*of_example(example["data"])))
    check(found[example["statistic"].removeprefix("alpha_")], example)


def by_definition(coders):
    """Alpha by MASI of lists of sets, pair by pair, with exact fractions."""

    def masi(a, b):
        if a == b:
            return Fraction(0)
        j = Fraction(len(a & b), len(a | b))
        return 1 - j * (Fraction(2, 3) if a <= b or b <= a else Fraction(1, 3))

    units = [[frozenset(s) for s in unit if s is not None] for unit in zip(*coders, strict=True)]
    units = [unit for unit in units if len(unit) > 1]
    sets = [s for unit in units for s in unit]
    within = sum(
        2 * masi(a, b) / (len(unit) - 1) for unit in units for a, b in combinations(unit, 2)
    )
    between = sum(2 * masi(a, b) for a, b in combinations(sets, 2))
    return float(1 - (len(sets) - 1) * within / between)


def random_sets(coders, units, codes="abcdef", missing=0.2, seed=1):
    rng = np.random.default_rng(seed)
    return [
        [
            None if rng.random() < missing else "".join(c for c in codes if rng.random() < 0.3)
            for _ in range(units)
        ]
        for _ in range(coders)
    ]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("coders", [2, 4])
def test_alpha_is_that_of_the_definition(coders, seed):
    drawn = random_sets(coders, 25, seed=seed)
    assert alphas(of_sets(*drawn))["masi"] == pytest.approx(by_definition(drawn), abs=1e-12)


def test_set_agreement_by_hand():
    # Sets a, ab, - of one coder, a, b, - of the other: Jaccard distances 0, 1/2, 0.
    row = set_agreement(of_sets(["a", "ab", ""], ["a", "b", ""])).iloc[1]
    assert (row["units"], row["coders"], row["sets"], row["empty"]) == (3, 2, 4, 1 / 3)
    assert row["observed"] == pytest.approx(1 / 6)
    # Unordered pairs of the six sets a, a, ab, b, -, -: a-ab 2 * 1/2, a-b 2, ab-b 1/2, and each
    # of the two empty sets with the four others 8.
    assert row["expected"] == pytest.approx((1 + 2 + 1 / 2 + 8) / 15)


@pytest.mark.parametrize(
    ("coders", "reason"),
    [
        ([["ab", "ab"], ["ab", "ab"]], "every set is the same"),
        ([["", ""], ["", ""]], "every set is the same"),
        ([["a", None], [None, "b"]], "nothing was read by two coders for all codes"),
        ([["a", "b"]], "nothing was read by two coders for all codes"),
    ],
)
def test_undefined_alpha_says_why(coders, reason):
    table = set_agreement(of_sets(*coders))
    assert table["alpha"].isna().all()
    assert table["undefined"].eq(reason).all()


def test_a_set_read_for_some_codes_only_is_missing():
    whole = of_sets(["a", "b", "ab"], ["a", "b", "a"])
    part = of_sets(["a", "b", "ab", "a"], ["a", "b", "a", "b"])
    part.values[0, 1, 3] = 2
    pd.testing.assert_frame_equal(set_agreement(part), set_agreement(whole))


def test_more_than_64_codes_fill_several_words():
    letters = [chr(0x4E00 + n) for n in range(130)]
    few = random_sets(3, 20)
    spread = str.maketrans(
        "abcdef", letters[0] + letters[63] + letters[64] + "".join(letters[127:])
    )
    wide = [[s if s is None else s.translate(spread) for s in sets] for sets in few]
    there, back = set_agreement(of_sets(*few)), set_agreement(of_sets(*wide, codes=letters))
    pd.testing.assert_frame_equal(there, back)


def test_order_and_names_do_not_matter():
    drawn = random_sets(3, 20)
    there = set_agreement(of_sets(*drawn))
    renamed = str.maketrans("abcdef", "fcbade")
    turned = [[s if s is None else s.translate(renamed) for s in reversed(c)] for c in drawn[::-1]]
    pd.testing.assert_frame_equal(there, set_agreement(of_sets(*turned)))


def test_distances_in_blocks_are_those_of_one_matrix(monkeypatch):
    drawn = of_sets(*random_sets(3, 30))
    whole = set_agreement(drawn)
    monkeypatch.setattr("analysis.sets.DISTANCES_AT_A_TIME", 50)
    pd.testing.assert_frame_equal(set_agreement(drawn), whole)


def test_bootstrap_is_that_of_the_essays_laid_side_by_side():
    essays = [f"E{n}" for n in range(6) for _ in range(4)]
    coders = random_sets(3, 24)
    resamples = np.concatenate(list(weights(6, n_resamples=30, seed=2)))
    naive = []
    for times in resamples:
        places = [4 * e + s for e, t in enumerate(times) for _ in range(int(t)) for s in range(4)]
        naive.append(alphas(of_sets(*[[sets[p] for p in places] for sets in coders])))
    low, high, undefined = limits(np.array(naive), level=0.9)
    found = set_bootstrap_intervals(
        of_sets(*coders, essays=essays), drawn="essay_id", n_resamples=30, seed=2, level=0.9
    )
    assert found["alpha_low"].to_numpy() == pytest.approx(low)
    assert found["alpha_high"].to_numpy() == pytest.approx(high)
    assert found["undefined_resamples"].tolist() == undefined.tolist()
    assert found["drawn"].eq(6).all()


def test_a_distance_is_a_distance_and_never_below_jaccard():
    subsets = [
        "".join(c for c, k in zip("abc", keep, strict=True) if k)
        for keep in product([0, 1], repeat=3)
    ]
    for a, b in product(subsets, repeat=2):
        masi, jaccard = distances(mask(a), mask(b))[:, 0]
        assert (masi == 0) == (a == b) and jaccard <= masi + 1e-12 <= 1 + 2e-12
        assert distances(mask(b), mask(a))[:, 0] == pytest.approx([masi, jaccard])
