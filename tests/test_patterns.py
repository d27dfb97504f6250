"""Counts of the patterns of ratings, and their totals."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.patterns import (
    contributions,
    pair_counts,
    pattern_counts,
    totals,
    totals_by_group,
)
from tests.worked_examples import ratings


def random_values(seed, coders, units, missing):
    rng = np.random.default_rng(seed)
    values = (rng.random((2, coders, units)) < 0.4).astype(np.uint8)
    values[rng.random(values.shape) < missing] = 2
    return values


def test_pattern_counts_by_hand():
    # Three coders; 1 of 3 yes, 0 of 3, 1 of 2, none read.
    counts = pattern_counts(ratings("1010", "0000", "00..").values)[0]
    assert {(int(y), int(v)): int(counts[y, v]) for y, v in np.argwhere(counts)} == {
        (1, 3): 1, (0, 3): 1, (1, 2): 1, (0, 2): 1,
    }  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 2**32 - 1), st.integers(1, 20), st.integers(0, 60), st.sampled_from([0, 0.3, 1])
)
def test_pattern_counts_are_those_of_counting_unit_by_unit(seed, coders, units, missing):
    values = random_values(seed, coders, units, missing)
    for of_code, found in zip(values, pattern_counts(values), strict=True):
        seen = Counter((int((unit == 1).sum()), int((unit < 2).sum())) for unit in of_code.T)
        assert {(int(y), int(v)): int(found[y, v]) for y, v in np.argwhere(found)} == seen


@pytest.mark.parametrize("coders", [3, 6])
def test_counts_in_blocks_are_those_of_the_whole(coders, monkeypatch):
    values = random_values(1, coders, 50, 0.2)
    whole, pairs = pattern_counts(values), pair_counts(values)
    monkeypatch.setattr("analysis.patterns.UNITS_AT_A_TIME", 7)
    assert np.array_equal(pattern_counts(values), whole)
    assert np.array_equal(pair_counts(values), pairs)


def test_contributions_by_hand():
    # y of v: disagreements y (v-y) / (v-1), yes, no, unit, agreeing pairs; unit, share of yes.
    found = contributions(3)
    assert found[1, 3].tolist() == [1, 1, 2, 1, pytest.approx(1 / 3), 1, pytest.approx(1 / 3)]
    assert found[2, 2].tolist() == [0, 2, 0, 1, 1, 1, 1]
    assert found[1, 1].tolist() == [0, 0, 0, 0, 0, 1, 1]
    assert not found[0, 0].any() and not found[2, 1].any()


@pytest.mark.parametrize("coders", [2, 7])
def test_totals_of_groups_add_up_to_the_totals(coders):
    values = random_values(3, coders, 40, 0.3)
    group = np.random.default_rng(1).integers(5, size=40)
    by_group = totals_by_group(values, group, 5)
    assert by_group.sum(axis=0) == pytest.approx(totals(pattern_counts(values)))
    for number in range(5):
        of_group = totals(pattern_counts(values[:, :, group == number]))
        assert by_group[number] == pytest.approx(of_group)
