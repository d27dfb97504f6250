import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.inter_rater import cohens_kappa

from analysis.agreement import (
    agreement,
    beside_krippendorff,
    coder_pairs,
    four_cells,
    pair_agreement,
    pooled_agreement,
)
from analysis.ratings import Ratings, ratings_of
from tests.worked_examples import (
    EXAMPLES,
    check,
    examples,
    four,
    marks,
    ratings,
    values_of,
    yes_no,
)

CELLS = ["both", "first_only", "second_only", "neither"]
OF_PAIRS = {
    "alpha": "alpha", "kappa_cohen": "kappa", "percent_agreement": "percent_agreement",
    "ac1": "ac1", "pabak": "pabak", "bp": "pabak", "PI": "prevalence_index", "BI": "bias_index",
    "p_pos": "positive_agreement", "p_neg": "negative_agreement",
}  # fmt: skip
OF_ALL = [name for name in OF_PAIRS if name not in ("kappa_cohen", "PI", "BI")]


def of_cells(a, b, c, d):
    """The four cells as a table of one row."""
    table = pd.DataFrame([[a, b, c, d]], columns=CELLS)
    return table.assign(units=a + b + c + d)


def pair(*strings):
    """The coefficients of coders a and b."""
    return pair_agreement(four_cells(ratings(*strings), [("a", "b")])).iloc[0]


@examples(*OF_PAIRS, levels=["binary"])
def test_coefficient_of_two_coders_is_the_published_one(example):
    found = pair_agreement(of_cells(*four(example["data"])))
    check(found.at[0, OF_PAIRS[example["statistic"]]], example)


@examples(*OF_ALL, levels=["binary"])
def test_coefficient_of_all_coders_is_the_published_one(example):
    found = agreement(yes_no(example["data"]))
    check(found.at[0, OF_PAIRS[example["statistic"]]], example)


TWO_VALUES = [
    row
    for row in EXAMPLES
    if row["statistic"] == "alpha"
    and row["level"] == "nominal"
    and len(values_of(row["data"])) == 2
]


@pytest.mark.parametrize("example", TWO_VALUES, ids=[row["id"] for row in TWO_VALUES])
def test_alpha_of_any_two_values_is_the_published_one(example):
    check(agreement(yes_no(example["data"]))["alpha"].item(), example)


def test_agreement_by_hand():
    # a 1100, b 1000: coincidences 1-1: 2, 0-0: 4, 0-1 and 1-0: 2 of 8; n1 = 3, n0 = 5.
    # alpha = 1 - 7 * 1 / (3 * 5) = 8/15; kappa = (3/4 - 1/2) / (1 - 1/2) = 1/2.
    row = agreement(ratings("1100", "1000")).iloc[0]
    assert row["alpha"] == pytest.approx(8 / 15)
    assert (row["units"], row["coders"], row["marked"]) == (4, 2, 3 / 8)
    of_pair = pair("1100", "1000")
    assert (of_pair["kappa"], of_pair["percent_agreement"]) == (pytest.approx(0.5), 0.75)
    assert of_pair["alpha"] == pytest.approx(8 / 15)


def test_three_coders_with_gaps_by_hand():
    # E0: 1 1 0, E1: 0 0, E2: one reader only and left out.
    # D = 2 * 1 / 2 = 1, n1 = 2, n0 = 3: alpha = 1 - 4 * 1 / 6 = 1/3.
    row = agreement(ratings("101", "10.", "0..")).iloc[0]
    assert row["alpha"] == pytest.approx(1 / 3)
    assert (row["units"], row["coders"], row["marked"]) == (2, 3, 2 / 5)
    # Pairs agree in 1 of 3 and 1 of 1: 2/3. Of 2 yes and 3 no ratings, D = 1 is not met.
    assert row["percent_agreement"] == pytest.approx(2 / 3)
    assert row["positive_agreement"] == pytest.approx(1 / 2)
    assert row["negative_agreement"] == pytest.approx(2 / 3)
    # AC1 takes the share of yes from all essays read: (2/3 + 0 + 1) / 3 = 5/9, chance 40/81.
    assert row["ac1"] == pytest.approx((2 / 3 - 40 / 81) / (1 - 40 / 81))


NOTHING_SHARED = "nothing was read by two coders"
EVERYWHERE = "every coder used it everywhere"


@pytest.mark.parametrize(
    ("strings", "reason"),
    [
        (["0000", "0000"], "no coder used it"),
        (["1111", "1111"], EVERYWHERE),
        (["1010"], NOTHING_SHARED),
        (["11..", "..11"], NOTHING_SHARED),
        (["0001", "000."], "no coder used it"),
    ],
    ids=["nobody", "everybody always", "one coder", "no shared essay", "used where read alone"],
)
def test_undefined_alpha_says_why(strings, reason):
    row = agreement(ratings(*strings)).iloc[0]
    assert math.isnan(row["alpha"])
    assert row["undefined"] == reason
    assert math.isnan(row["ac1"]) == (reason == NOTHING_SHARED)


@pytest.mark.parametrize(
    ("cells", "reason", "undefined"),
    [
        ((0, 0, 0, 5), "no coder used it", {"kappa", "alpha", "positive_agreement"}),
        ((5, 0, 0, 0), EVERYWHERE, {"kappa", "alpha", "negative_agreement"}),
        ((0, 5, 0, 0), "", set()),
        ((0, 1, 0, 4), "", set()),
        ((0, 0, 0, 0), NOTHING_SHARED, {*OF_PAIRS.values()}),
    ],
)
def test_of_a_pair_only_what_is_zero_by_zero_is_undefined_and_says_why(cells, reason, undefined):
    row = pair_agreement(of_cells(*cells)).iloc[0]
    assert row["undefined"] == reason
    assert {name for name in OF_PAIRS.values() if math.isnan(row[name])} == undefined


def test_coders_who_never_agree_are_below_chance():
    assert agreement(ratings("10", "01"))["alpha"].item() == pytest.approx(-0.5)


def test_four_cells_by_hand():
    cells = four_cells(ratings("111000.", "100010."), [("a", "b")]).iloc[0]
    assert cells[CELLS].tolist() == [1, 2, 1, 2]
    assert cells["units"] == 6


def test_pair_without_shared_essays_stays_and_says_so():
    row = pair("11..", "..11")
    assert (row["units"], row["undefined"]) == (0, NOTHING_SHARED)


def test_no_pairs_no_cells():
    cells = pair_agreement(four_cells(ratings("1101"), []))
    assert cells.empty and "units" in cells and "undefined" in cells


def test_no_ratings_no_agreement():
    nothing = ratings()
    assert agreement(nothing).empty
    assert four_cells(nothing, []).empty
    assert pooled_agreement(nothing)["undefined"].item() == "alpha is defined for no code"


def codes(**of_code):
    """Ratings of several codes, each one string a coder."""
    parts = [marks(*strings, code=code) for code, strings in of_code.items()]
    return pd.concat(parts, ignore_index=True)


def as_ratings(presence):
    return ratings_of(presence, of="code", unit=["essay_id"])


def test_four_cells_are_sorted_by_code_and_pair():
    presence = codes(y=["10", "11", "01"], x=["01", "00", "11"])
    cells = four_cells(as_ratings(presence), [("b", "c"), ("a", "b")])
    assert cells[["code", "first", "second"]].values.tolist() == [
        ["x", "a", "b"], ["x", "b", "c"], ["y", "a", "b"], ["y", "b", "c"],
    ]  # fmt: skip
    assert cells[CELLS].values.tolist() == [[0, 1, 0, 1], [0, 0, 2, 0], [1, 0, 1, 0], [1, 1, 0, 0]]


def test_pooled_alpha_keeps_the_chance_of_each_code():
    # x: D 1, expected 3 * 5 / 7; y: D 0, expected 4 * 4 / 7; z: nobody used it and adds nothing.
    presence = codes(x=["1100", "1000"], y=["0110", "0110"], z=["0000", "0000"])
    pooled = pooled_agreement(as_ratings(presence)).iloc[0]
    assert pooled["alpha"] == pytest.approx(1 - 1 / (15 / 7 + 16 / 7))
    assert (pooled["codes"], pooled["defined"], pooled["units"]) == (3, 2, 4)


def test_pooled_alpha_of_one_code_is_its_alpha():
    one = ratings("11010", "10.11", "1100.")
    assert pooled_agreement(one)["alpha"].item() == pytest.approx(agreement(one)["alpha"].item())


def test_agreement_of_one_group_is_over_what_the_group_read():
    everyone = ratings("1100..", "1000..", "..0110", "..0011")
    group = everyone.among(["a", "b"])
    assert len(group.units) == 4
    assert agreement(group)["alpha"].item() == pytest.approx(8 / 15)
    assert agreement(group)["coders"].item() == 2


@pytest.mark.parametrize(
    ("strings", "groups", "pairs"),
    [
        (["1"], {}, []),
        (["1", "1"], {}, [("a", "b")]),
        (["1" * 10, "1" * 10, "1" * 9], {}, [("a", "b")]),
        (["1", "1", "1"], {"one": ["b", "a"], "two": ["c"]}, [("a", "b")]),
        (["1", "1", "1"], {"one": ["b", "a"], "two": ["a", "c"]}, [("a", "b"), ("a", "c")]),
        (["1", "1"], {"one": ["a", "nobody"]}, []),
    ],
    ids=["one coder", "two always", "ten shared", "a group", "two groups", "absent member"],
)
def test_coder_pairs(strings, groups, pairs):
    assert coder_pairs(marks(*strings), groups, shared_essays=10) == pairs


def random_ratings(seed, *, missing):
    """2-5 coders, 1-4 codes, up to 40 essays."""
    rng = np.random.default_rng(seed)
    shape = rng.integers(1, 5), rng.integers(2, 6), rng.integers(1, 41)
    values = (rng.random(shape) < rng.uniform(0.05, 0.95)).astype(np.uint8)
    values[rng.random(shape) < missing] = 2
    names = [f"c{n}" for n in range(shape[0])]
    essays = pd.DataFrame({"essay_id": [f"E{n:02}" for n in range(shape[2])]})
    return Ratings("code", tuple(names), tuple("abcde"[: shape[1]]), essays, values)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0, 0.4))
def test_alpha_is_that_of_krippendorff(seed, missing):
    drawn = random_ratings(seed, missing=missing)
    table = beside_krippendorff(agreement(drawn), drawn)
    assert table["alpha"].to_numpy() == pytest.approx(
        table["krippendorff"].to_numpy(), abs=1e-12, rel=0, nan_ok=True
    )


def test_krippendorff_is_not_asked_where_alpha_is_undefined():
    drawn = ratings("000", "00.")
    assert beside_krippendorff(agreement(drawn), drawn)["krippendorff"].isna().all()


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_pooled_alpha_lies_between_those_of_the_codes(seed):
    # It is their mean, weighted by the disagreement that chance would give.
    drawn = random_ratings(seed, missing=0.2)
    alphas = agreement(drawn)["alpha"].dropna()
    pooled = pooled_agreement(drawn)["alpha"].item()
    if len(alphas):
        assert alphas.min() - 1e-12 <= pooled <= alphas.max() + 1e-12
    else:
        assert math.isnan(pooled)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([0, 0.3]), st.randoms(use_true_random=False))
def test_order_and_names_do_not_matter(seed, missing, random):
    drawn = random_ratings(seed, missing=missing)
    order = [list(range(n)) for n in drawn.values.shape]
    for places in order:
        random.shuffle(places)
    turned = Ratings(
        "theme",
        tuple(f"renamed {drawn.names[n]}" for n in order[0]),
        tuple("zyxwv"[: len(drawn.coders)]),
        drawn.units,
        drawn.values[np.ix_(*order)],
    )
    there, back = agreement(drawn).drop(columns="code"), agreement(turned).drop(columns="theme")
    pd.testing.assert_frame_equal(there.loc[order[0]].reset_index(drop=True), back)
    assert pooled_agreement(turned)["alpha"].item() == pytest.approx(
        pooled_agreement(drawn)["alpha"].item(), nan_ok=True
    )


tables = st.tuples(*[st.integers(0, 12)] * 4)


@settings(max_examples=60, deadline=None)
@given(tables)
def test_cells_turn_with_the_pair(cells):
    a, b, c, d = cells
    strings = "1" * (a + b) + "0" * (c + d) + "1.", "1" * a + "0" * b + "1" * c + "0" * d + ".0"
    there = four_cells(ratings(*strings), [("a", "b")]).iloc[0]
    back = four_cells(ratings(*strings), [("b", "a")]).iloc[0]
    assert tuple(there[CELLS]) == cells
    assert tuple(back[CELLS]) == (a, c, b, d)
    assert there["units"] == back["units"] == sum(cells)


@settings(max_examples=60, deadline=None)
@given(tables.filter(lambda t: sum(t[:3]) and sum(t[1:])))
def test_kappa_is_that_of_statsmodels(cells):
    a, b, c, d = cells
    theirs = cohens_kappa(np.array([[a, b], [c, d]], float), return_results=False)
    ours = pair_agreement(of_cells(*cells))["kappa"].item()
    assert ours == pytest.approx(float(theirs), abs=1e-12)


@settings(max_examples=60, deadline=None)
@given(tables.filter(sum))
def test_identities_of_two_coders(cells):
    # Byrt et al. 1993: kappa from PABAK and the indices. Alpha = pi + (1 - pi) / 2n. AC1 = PABAK
    # where yes is as common as no. All coders of two = the pair.
    a, b, c, d = cells
    row = pair_agreement(of_cells(*cells)).iloc[0]
    pi2, bi2 = row["prevalence_index"] ** 2, row["bias_index"] ** 2
    if not row["undefined"]:
        assert row["kappa"] == pytest.approx((row["pabak"] - pi2 + bi2) / (1 - pi2 + bi2))
        q = (1 + row["prevalence_index"]) / 2
        pi = 1 - (1 - row["percent_agreement"]) / (2 * q * (1 - q))
        assert row["alpha"] == pytest.approx(pi + (1 - pi) / (2 * row["units"]))
    if a == d:
        assert row["ac1"] == pytest.approx(row["pabak"])
    both = agreement(ratings("1" * (a + b) + "0" * (c + d), "1" * a + "0" * b + "1" * c + "0" * d))
    for name in OF_ALL:
        ours = both.at[0, OF_PAIRS[name]]
        assert ours == pytest.approx(row[OF_PAIRS[name]], abs=1e-12, nan_ok=True)
    assert both.at[0, "undefined"] == row["undefined"]
