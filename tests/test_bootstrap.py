"""The bootstrap: enumerated for two coders, and over essays for any number."""

from itertools import product

import krippendorff
import numpy as np
import pandas as pd
import pytest

from analysis.bootstrap import (
    alpha_bootstrap,
    bootstrap_intervals,
    exact_bootstrap,
    hayes_krippendorff_interval,
    leave_one_out,
    pooled_bootstrap_interval,
)
from analysis.patterns import pattern_counts
from analysis.ratings import Ratings
from analysis.resampling import limits, weights
from analysis.sets import set_bootstrap_intervals
from tests.worked_examples import check, examples, four, ratings, yes_no


@examples("alpha_bootstrap_exact_95")
def test_enumerated_percentile_interval_is_the_published_one(example):
    found = exact_bootstrap(*four(example["data"]), level=0.95).iloc[0]
    check(found[["low", "high"]].to_numpy(), example)


@examples("alpha_bootstrap_p_undefined")
def test_probability_of_an_undefined_resample_is_the_published_one(example):
    check(exact_bootstrap(*four(example["data"]), level=0.95)["undefined"].item(), example)


@examples("alpha_jackknife_se", "alpha_bca_acceleration")
def test_leave_one_out_is_the_published_one(example):
    se, acceleration = leave_one_out(pattern_counts(yes_no(example["data"]).values))
    found = {"alpha_jackknife_se": se, "alpha_bca_acceleration": acceleration}
    check(found[example["statistic"]], example)


@examples("alpha_hayes_krippendorff_95")
def test_hayes_krippendorff_interval_is_the_published_one(example):
    found = hayes_krippendorff_interval(*four(example["data"]), level=0.95)
    check([float(limit) for limit in found], example)


def test_enumeration_meets_all_resamples_of_three_essays():
    """The essays 11, 00, 10: each of the 27 ways to draw three of them, by hand."""
    alphas = []
    for drawn in product(["11", "00", "10"], repeat=3):
        first, second = ("".join(essay[coder] for essay in drawn) for coder in (0, 1))
        values = np.array([list(map(float, first)), list(map(float, second))])
        one_value = np.unique(values).size == 1
        alphas.append(np.nan if one_value else krippendorff.alpha(
            values, level_of_measurement="nominal"
        ))  # fmt: skip
    for level in (0.5, 0.8, 0.95):
        low, high, undefined = limits(np.array(alphas)[:, None], level=level)
        found = exact_bootstrap(1, 1, 0, 1, level=level).iloc[0]
        assert found[["low", "high"]].to_numpy(float) == pytest.approx([low[0], high[0]])
        assert found["undefined"] == pytest.approx(undefined[0] / 27)


def test_enumeration_of_an_undefined_alpha_is_undefined():
    assert exact_bootstrap([0, 5, 0], [0] * 3, [0] * 3, [5, 0, 0], level=0.95).isna().all(axis=None)


def test_tables_of_different_sizes_are_enumerated_each_with_its_own():
    together = exact_bootstrap([6, 3], [4, 1], [0, 1], [12, 5], level=0.95)
    apart = [
        exact_bootstrap(6, 4, 0, 12, level=0.95),
        exact_bootstrap(3, 1, 1, 5, level=0.95),
    ]
    pd.testing.assert_frame_equal(together, pd.concat(apart, ignore_index=True))


def test_hayes_krippendorff_is_undefined_where_alpha_is():
    assert np.isnan(hayes_krippendorff_interval([0, 5], 0, 0, [5, 0], level=0.95)).all()


def test_leave_one_out_is_undefined_where_alpha_is_and_flat_where_nothing_moves():
    never, agreed = pattern_counts(ratings("000", "000").values), ratings("1100", "1100").values
    assert np.isnan(leave_one_out(never)).all()
    se, acceleration = leave_one_out(pattern_counts(agreed))
    assert se[0] == 0 and np.isnan(acceleration[0])


def random_ratings(n_codes, coders, essays, per_essay=1, seed=1):
    rng = np.random.default_rng(seed)
    truth = rng.random((n_codes, 1, essays * per_essay)) < 0.4
    values = (truth ^ (rng.random((n_codes, coders, essays * per_essay)) < 0.15)).astype(np.uint8)
    values[rng.random(values.shape) < 0.1] = 2
    units = pd.DataFrame(
        {
            "essay_id": np.repeat([f"E{n:03}" for n in range(essays)], per_essay),
            "sentence": np.tile(np.arange(per_essay), essays),
        }
    )
    return Ratings("code", tuple("vwxyz"[:n_codes]), tuple("abcde"[:coders]), units, values)


def naive_alphas(drawn_ratings, drawn, resamples):
    """Alpha of each code for each resample of essays, by krippendorff, one after the other."""
    essays = drawn_ratings.units[drawn].to_numpy()
    places = [np.flatnonzero(essays == essay) for essay in np.unique(essays)]
    data = np.where(drawn_ratings.values == 2, np.nan, drawn_ratings.values)
    return np.array([
        [
            krippendorff.alpha(
                code[:, np.concatenate([p for p, t in zip(places, times, strict=True)
                                        for _ in range(int(t))])],
                level_of_measurement="nominal", value_domain=[0, 1],
            )
            for code in data
        ]
        for times in resamples
    ])  # fmt: skip


@pytest.mark.parametrize("per_essay", [1, 4], ids=["essays", "sentences of essays"])
def test_intervals_are_those_of_krippendorff_on_the_same_draws(per_essay):
    drawn = random_ratings(3, 3, 12, per_essay)
    resamples = np.concatenate(list(weights(12, n_resamples=60, seed=4)))
    low, high, undefined = limits(naive_alphas(drawn, "essay_id", resamples), level=0.9)
    found = bootstrap_intervals(drawn, drawn="essay_id", n_resamples=60, seed=4, level=0.9)
    assert found["alpha_low"].to_numpy() == pytest.approx(low)
    assert found["alpha_high"].to_numpy() == pytest.approx(high)
    assert found["undefined_resamples"].tolist() == undefined.tolist()


def test_bootstrap_says_how_many_essays_were_drawn_and_that_they_are_few():
    settings = {"drawn": "essay_id", "n_resamples": 10, "seed": 1, "level": 0.95}
    few = bootstrap_intervals(ratings("10" * 11, "11" * 11, "01" * 11), **settings)
    assert few["drawn"].eq(22).all()
    assert few["note"].eq("few essays (22): the interval is too narrow").all()
    many = bootstrap_intervals(ratings("10" * 50, "11" * 50, "01" * 50), **settings)
    assert many["note"].eq("").all()


def test_essays_that_one_coder_read_alone_do_not_make_many_of_few():
    settings = {"drawn": "essay_id", "n_resamples": 10, "seed": 1, "level": 0.95}
    alone = ratings("10" * 60, "10" * 5 + "." * 110)
    found = [
        table["note"].unique().tolist()
        for table in (
            bootstrap_intervals(alone, **settings),
            pooled_bootstrap_interval(alone, **settings),
            set_bootstrap_intervals(alone, **settings),
        )
    ]
    assert found == [["few essays (10): the interval is too narrow"]] * 3


def test_undefined_resamples_are_counted_and_in_no_limit():
    # One essay of three is marked: it is left out of a resample with chance (2/3)³ = .30.
    found = bootstrap_intervals(
        ratings("100", "100"), drawn="essay_id", n_resamples=2000, seed=1, level=0.95
    ).iloc[0]
    assert found["undefined_resamples"] / 2000 == pytest.approx(8 / 27 + 1 / 27, abs=0.03)
    assert (found["alpha_low"], found["alpha_high"]) == (1, 1)


def test_a_code_that_is_never_defined_has_no_interval():
    found = bootstrap_intervals(
        ratings("000", "000"), drawn="essay_id", n_resamples=10, seed=1, level=0.95
    ).iloc[0]
    assert np.isnan(found["alpha_low"]) and found["undefined_resamples"] == 10
    assert (found["ac1_low"], found["ac1_high"]) == (1, 1)


def test_no_ratings_no_interval():
    settings = {"drawn": "essay_id", "n_resamples": 10, "seed": 1, "level": 0.95}
    assert bootstrap_intervals(ratings(), **settings).empty
    assert pooled_bootstrap_interval(ratings(), **settings)["undefined_resamples"].item() == 10
    assert set_bootstrap_intervals(ratings(), **settings)["alpha_low"].isna().all()


def test_order_of_essays_and_coders_does_not_move_a_seeded_interval():
    drawn = random_ratings(3, 4, 15, 3)
    order = np.random.default_rng(9).permutation(45)
    units = drawn.units.loc[order].reset_index(drop=True)
    turned = Ratings("code", drawn.names, drawn.coders[::-1], units, drawn.values[:, ::-1, order])
    settings = {"drawn": "essay_id", "n_resamples": 50, "seed": 3, "level": 0.95}
    pd.testing.assert_frame_equal(
        bootstrap_intervals(drawn, **settings), bootstrap_intervals(turned, **settings)
    )
    pd.testing.assert_frame_equal(
        pooled_bootstrap_interval(drawn, **settings), pooled_bootstrap_interval(turned, **settings)
    )


def test_pooled_interval_of_one_code_is_that_of_the_code():
    settings = {"drawn": "essay_id", "n_resamples": 50, "seed": 3, "level": 0.95}
    one = random_ratings(1, 3, 20)
    of_code = bootstrap_intervals(one, **settings).iloc[0]
    pooled = pooled_bootstrap_interval(one, **settings).iloc[0]
    assert pooled["alpha_low"] == pytest.approx(of_code["alpha_low"])
    assert pooled["alpha_high"] == pytest.approx(of_code["alpha_high"])


def test_bootstrap_from_patterns_nears_the_enumeration():
    counts = pattern_counts(yes_no("t2:6/4/0/12").values)
    low, high, undefined = alpha_bootstrap(counts, n_resamples=20_000, seed=1, level=0.95)
    exact = exact_bootstrap(6, 4, 0, 12, level=0.95).iloc[0]
    assert low[0] == pytest.approx(exact["low"], abs=0.04)  # the next atoms
    assert high[0] == pytest.approx(exact["high"], abs=0.04)
    assert undefined[0] <= 2


def test_bootstrap_from_patterns_does_not_hang_on_the_order_or_the_company_of_a_code():
    counts = pattern_counts(random_ratings(3, 4, 60).values)
    settings = {"n_resamples": 200, "seed": 5, "level": 0.95}
    together = np.array(alpha_bootstrap(counts, **settings))
    assert together[:, 1:2] == pytest.approx(np.array(alpha_bootstrap(counts[1:2], **settings)))


def test_no_units_no_interval_from_patterns():
    low, high, undefined = alpha_bootstrap(
        np.zeros((1, 3, 3), int), n_resamples=5, seed=1, level=0.9
    )
    assert np.isnan([low[0], high[0]]).all() and undefined[0] == 5


def test_weights_draw_as_many_essays_as_there_are():
    blocks = list(weights(7, n_resamples=5, seed=1))
    assert np.concatenate(blocks).sum(axis=1).tolist() == [7] * 5
    again = list(weights(7, n_resamples=5, seed=1))
    other = list(weights(7, n_resamples=5, seed=2))
    assert np.array_equal(blocks, again) and not np.array_equal(blocks, other)


def test_weights_in_blocks_are_those_of_one_draw(monkeypatch):
    whole = np.concatenate(list(weights(7, n_resamples=9, seed=1)))
    monkeypatch.setattr("analysis.resampling.DRAWN_AT_A_TIME", 14)
    blocks = list(weights(7, n_resamples=9, seed=1))
    assert [len(block) for block in blocks] == [2, 2, 2, 2, 1]
    assert np.array_equal(np.concatenate(blocks), whole)


def test_limits_by_hand():
    resampled = np.array(
        [[3.0, np.nan], [1.0, np.nan], [np.nan, np.nan], [2.0, np.nan], [4.0, np.nan]]
    )
    low, high, undefined = limits(resampled, level=0.5)
    assert (low[0], high[0]) == (1, 3)  # of 1, 2, 3, 4: shares .25, .5, .75, 1 reach .25 and .75
    assert np.isnan(low[1]) and np.isnan(high[1])
    assert undefined.tolist() == [1, 5]
