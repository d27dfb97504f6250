"""Every row of the reference's worked examples is computed by a test, or listed with a reason."""

from pathlib import Path

import pytest

from tests import (  # noqa: F401 - importing them registers what they compute
    test_agreement,
    test_bootstrap,
    test_intervals,
    test_other_intervals,
    test_saturation,
    test_scales,
    test_sets,
    test_unitizing,
)
from tests.worked_examples import EXAMPLES, is_asked, read_examples

REFERENCE = Path(__file__).resolve().parents[2] / "shared" / "reference" / "worked_examples.csv"

CHANCE = "another correction for chance than those of the pipeline"
UNSURE = "closed-form standard error: its interval covers as little as .12 at 22 essays"
OLDER = "the unitizing alpha of 1995 and 2004; the one of 2016 takes its place"
GAMMA = "stochastic, and heavy to install: no part of the pipeline"
NOT_BUILT = {
    "alphaU": OLDER,
    "alphaU_Do": OLDER,
    "alphaU_De": OLDER,
    "pi_scott": CHANCE,
    "fleiss_kappa": CHANCE,
    "conger_kappa": CHANCE,
    "fleiss_kappa_se": UNSURE,
    "conger_kappa_se": UNSURE,
    "ac1_se": UNSURE,
    "ac1_se_table": UNSURE,
    "ac1_ci_t": UNSURE,
    "ac1_ci_t_table": UNSURE,
    "alpha_se": UNSURE,
    "bp_se": UNSURE,
    "percent_agreement_se": UNSURE,
    "alpha_hughes_improved": "another estimator than Krippendorff's, of one R package",
    "jeffreys_95": "Wilson's interval covers better at 22 essays",
    "fisher_p_two_sided": "no test of co-occurrence is made",
    "rejections_bh_05": "no tests are made that need a correction",
    "rejections_bonferroni_05": "no tests are made that need a correction",
    "rejections_holm_05": "no tests are made that need a correction",
    "gamma": GAMMA,
    "gamma_cat": GAMMA,
    "gamma_unitary_alignments": GAMMA,
    "gamma_best_alignment_disorder": GAMMA,
}


def family(row):
    """The statistic without its label, as in alphaU[A]."""
    return row["statistic"].partition("[")[0]


@pytest.fixture
def reference():
    if not REFERENCE.is_file():
        pytest.skip("the reference in ../shared is not here")
    return read_examples(REFERENCE)


def test_each_row_of_the_reference_is_computed_or_listed(reference):
    left = [
        (row["id"], row["statistic"], row["level"])
        for row in reference
        if not is_asked(row) and family(row) not in NOT_BUILT
    ]
    assert left == []


def test_what_is_listed_as_not_built_is_not_built():
    assert [row["id"] for row in EXAMPLES if family(row) in NOT_BUILT] == []


def test_the_examples_are_those_of_the_reference(reference):
    assert [row for row in EXAMPLES if row not in reference] == []
    computed = [row for row in reference if is_asked(row)]
    assert [row for row in computed if row not in EXAMPLES] == []


def test_each_example_is_computed_by_a_test():
    left = [row for row in EXAMPLES if not is_asked(row)]
    assert left == []
