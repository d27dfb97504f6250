"""The bootstrap over essays, for any number of coders."""

import krippendorff
import numpy as np
import pandas as pd
import pytest

from analysis.bootstrap import (
    alpha_bootstrap,
    bootstrap_intervals,
    pair_bootstrap_intervals,
    pooled_bootstrap_interval,
)
from analysis.other_intervals import exact_bootstrap
from analysis.patterns import pattern_counts
from analysis.ratings import Ratings
from analysis.resampling import limits, remark, weights
from analysis.sets import set_bootstrap_intervals
from tests.worked_examples import ratings, yes_no


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
    assert found["alpha_undefined_resamples"].tolist() == undefined.tolist()


def test_bootstrap_says_how_many_essays_were_drawn_and_that_they_are_few():
    settings = {"drawn": "essay_id", "n_resamples": 10, "seed": 1, "level": 0.95}
    few = bootstrap_intervals(ratings("10" * 11, "11" * 11, "01" * 10 + "00"), **settings)
    assert few["drawn"].eq(22).all()
    assert few["alpha_note"].eq("few essays (22): the interval is too narrow").all()
    many = bootstrap_intervals(ratings("10" * 50, "11" * 50, "01" * 49 + "00"), **settings)
    assert many["alpha_note"].eq("").all()


def test_essays_are_few_below_a_hundred():
    assert remark(False, 99) == "few essays (99): the interval is too narrow"
    assert [remark(False, n) for n in (0, 100)] == ["", ""]
    assert remark(True, 99) == "no interval: the resamples give one value"


def test_essays_that_one_coder_read_alone_do_not_make_many_of_few():
    settings = {"drawn": "essay_id", "n_resamples": 10, "seed": 1, "level": 0.95}
    alone = ratings("10" * 60, "1010100110" + "." * 110)
    found = [
        table["note" if "note" in table else "alpha_note"].unique().tolist()
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
    assert found["alpha_undefined_resamples"] / 2000 == pytest.approx(8 / 27 + 1 / 27, abs=0.03)
    assert np.isnan(found["alpha_low"])  # 1 in every resample that has an alpha


def test_a_code_that_is_never_defined_has_no_interval():
    found = bootstrap_intervals(
        ratings("000", "000"), drawn="essay_id", n_resamples=10, seed=1, level=0.95
    ).iloc[0]
    assert np.isnan(found["alpha_low"]) and found["alpha_undefined_resamples"] == 10


def test_coders_who_never_differ_have_no_interval_and_it_is_said():
    three = ratings("1100" * 30, "1100" * 30, "1100" * 30)
    found = bootstrap_intervals(three, drawn="essay_id", n_resamples=50, seed=1, level=0.95).iloc[0]
    assert found[[f"{name}_low" for name in ("percent_agreement", "ac1", "alpha")]].isna().all()
    assert found["alpha_note"] == "no interval: the resamples give one value"
    pooled = pooled_bootstrap_interval(
        three, drawn="essay_id", n_resamples=50, seed=1, level=0.95
    ).iloc[0]
    assert np.isnan(pooled["alpha_high"]) and pooled["alpha_note"] == found["alpha_note"]


def test_pabak_of_a_resample_is_twice_its_agreement_minus_1():
    found = bootstrap_intervals(
        random_ratings(3, 3, 20), drawn="essay_id", n_resamples=50, seed=3, level=0.9
    )
    assert found["pabak_low"].to_numpy() == pytest.approx(2 * found["percent_agreement_low"] - 1)


def naive_pair(drawn_ratings, code, pair, resamples):
    """Coefficients of one code and pair for each resample of essays, sentence by sentence."""
    first, second = (drawn_ratings.values[code, "abcde".index(coder)] for coder in pair)
    units = drawn_ratings.units["essay_id"].to_numpy()
    both = [e for e in np.unique(units) if ((first < 2) & (second < 2))[units == e].any()]
    tables = []
    for times in resamples:
        cells = np.zeros(4)
        for essay, n in zip(both, times, strict=True):
            for a, b in zip(first[units == essay], second[units == essay], strict=True):
                if a < 2 and b < 2:
                    cells[[(1, 1), (1, 0), (0, 1), (0, 0)].index((a, b))] += n
        a, b, c, d = cells
        n, p1, p2 = cells.sum(), (a + b) / cells.sum(), (a + c) / cells.sum()
        chance = p1 * p2 + (1 - p1) * (1 - p2)
        tables.append(((a + d) / n, ((a + d) / n - chance) / (1 - chance)))
    return np.array(tables)


def test_intervals_of_a_pair_are_those_of_its_own_essays_counted_sentence_by_sentence():
    drawn = random_ratings(1, 3, 10, per_essay=4)
    drawn.values[0, 2, :8] = 2  # the third coder read neither of the first two essays
    settings = {"drawn": "essay_id", "n_resamples": 60, "seed": 4, "level": 0.9}
    pairs = [("a", "b"), ("a", "c")]
    found = pair_bootstrap_intervals(drawn, pairs, **settings).set_index("second")
    for (_, second), essays in zip(pairs, (10, 8), strict=True):
        resamples = np.concatenate(list(weights(essays, n_resamples=60, seed=4)))
        low, high, _ = limits(naive_pair(drawn, 0, ("a", second), resamples), level=0.9)
        row = found.loc[second]
        assert row[["percent_agreement_low", "kappa_low"]].to_list() == pytest.approx(low)
        assert row[["percent_agreement_high", "kappa_high"]].to_list() == pytest.approx(high)
        assert row["drawn"] == essays


def test_without_pairs_there_are_no_intervals_of_pairs():
    settings = {"drawn": "essay_id", "n_resamples": 5, "seed": 1, "level": 0.95}
    assert pair_bootstrap_intervals(ratings("10", "01"), [], **settings).empty


def test_a_pair_that_shares_no_essay_has_no_interval():
    settings = {"drawn": "essay_id", "n_resamples": 5, "seed": 1, "level": 0.95}
    found = pair_bootstrap_intervals(ratings("10..", "..01"), [("a", "b")], **settings).iloc[0]
    assert np.isnan(found["alpha_low"])
    assert (found["drawn"], found["alpha_undefined_resamples"], found["alpha_note"]) == (0, 5, "")


def test_no_ratings_no_interval():
    settings = {"drawn": "essay_id", "n_resamples": 10, "seed": 1, "level": 0.95}
    assert bootstrap_intervals(ratings(), **settings).empty
    assert (
        pooled_bootstrap_interval(ratings(), **settings)["alpha_undefined_resamples"].item() == 10
    )
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
