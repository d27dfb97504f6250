"""Code accumulation: how many codes were met after reading t essays, over all reading orders."""

import numpy as np
import pandas as pd
from scipy.stats import hypergeom


def accumulation(present, essays_in_order, *, n_orders, seed):
    """Codes met after the first t essays.

    Parameters
    ----------
    present : DataFrame
        essay_id, code: one row for each essay in which the code is present (an unresolved one is
        not).
    essays_in_order : sequence of str
        All essays read, in the order in which they were read (essays without codes included).
    n_orders : int
        Random orders for the band.
    seed : int

    Returns
    -------
    DataFrame
        essays_read (1..N), expected (mean over all orders, exact), low and high (5th and 95th
        percentile over the random orders), in_order (the actual order).

    References
    ----------
    Rarefaction, S(t) = sum_k Q_k [1 - C(N-k, t) / C(N, t)]: exact, no resampling.

    Notes
    -----
    Cost: n_orders x essays x codes.
    """
    order = list(essays_in_order)
    incidence = (
        pd.crosstab(present["essay_id"], present["code"]).clip(upper=1).reindex(order, fill_value=0)
    ).to_numpy(dtype=bool)
    rng = np.random.default_rng(seed)
    met = np.array([_met(incidence[rng.permutation(len(order))]) for _ in range(n_orders)])
    low, high = np.percentile(met, [5, 95], axis=0, method="nearest")
    return pd.DataFrame(
        {
            "essays_read": np.arange(1, len(order) + 1),
            "expected": rarefaction(incidence.sum(axis=0), len(order)),
            "low": low.astype(int),
            "high": high.astype(int),
            "in_order": _met(incidence),
        }
    )


def _met(incidence):
    return np.logical_or.accumulate(incidence, axis=0).sum(axis=1)


def rarefaction(essays_per_code, n_essays):
    """Expected codes met after t = 1..n_essays essays, over all orders.

    Parameters
    ----------
    essays_per_code : array of int
        In how many essays each code is present; zeros are codes never met.
    """
    k = np.asarray(essays_per_code)
    t = np.arange(1, n_essays + 1)
    missed = hypergeom.pmf(0, n_essays, k[k > 0][:, None], t)
    return (1 - missed).sum(axis=0)
