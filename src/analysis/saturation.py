"""Code accumulation: how many codes were met after reading t essays, over all reading orders.

Beside the curve stand two numbers that are often asked for: where a stopping rule would have
stopped (Guest, Namey and Chen 2020), and how many codes would be met if reading went on (Chao 2).
"""

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
    incidence = _incidence(present, essays_in_order)
    met = _met_in_random_orders(incidence, n_orders, seed)
    low, high = np.percentile(met, [5, 95], axis=0, method="nearest")
    return pd.DataFrame(
        {
            "essays_read": np.arange(1, len(incidence) + 1),
            "expected": rarefaction(incidence.sum(axis=0), len(incidence)),
            "low": low.astype(int),
            "high": high.astype(int),
            "in_order": _met(incidence),
        }
    )


def _incidence(present, essays_in_order):
    """Essay by code, True where the code is present, in the order in which the essays were read."""
    table = pd.crosstab(present["essay_id"], present["code"])
    return table.reindex(list(essays_in_order), fill_value=0).to_numpy(dtype=bool)


def _met_in_random_orders(incidence, n_orders, seed):
    """Codes met after 1, 2, ... essays, one row a random order."""
    rng = np.random.default_rng(seed)
    orders = (rng.permutation(len(incidence)) for _ in range(n_orders))
    return np.array([_met(incidence[order]) for order in orders])


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


def saturation(present, essays_in_order, *, base, run, threshold, n_orders, seed):
    """Where reading would have stopped by rule, and how many codes were probably not yet met.

    Parameters
    ----------
    present, essays_in_order, n_orders, seed
        As for `accumulation`: the random orders are the same.
    base, run, threshold
        Of the stopping rule: see `stopping_point`.

    Returns
    -------
    DataFrame of one row
        base, run, threshold; stop_in_order (by the rule, in the actual order; <NA> where it does
        not stop); stop_low, stop_median, stop_high (5th, 50th and 95th percentile over the random
        orders, an order that never stops counting as later than all; <NA> where that is reached);
        orders_stopped (share of the random orders that stop); codes (met in all); chao2,
        chao2_se (NaN where undefined); undefined (the reasons in words, or empty).
    """
    incidence = _incidence(present, essays_in_order)
    met = np.vstack([_met(incidence), _met_in_random_orders(incidence, n_orders, seed)])
    new_codes = np.diff(met, axis=1, prepend=0)
    in_order, *stops = stopping_points(new_codes, base=base, run=run, threshold=threshold)
    low, median, high = np.percentile(stops, [5, 50, 95], method="nearest")
    codes = int(incidence.any(axis=0).sum())
    estimate, error = chao2(incidence.sum(axis=0), len(incidence))
    reasons = []
    if len(incidence) < base + run:
        reasons.append(f"no stopping point: fewer than {base + run} essays")
    if codes == 0:
        reasons.append("no estimate of unseen codes: no code is present")
    points = {
        "stop_in_order": in_order,
        "stop_low": low,
        "stop_median": median,
        "stop_high": high,
    }
    row = {
        "base": base,
        "run": run,
        "threshold": threshold,
        **{name: int(point) if np.isfinite(point) else pd.NA for name, point in points.items()},
        "orders_stopped": np.isfinite(stops).mean(),
        "codes": codes,
        "chao2": estimate,
        "chao2_se": error,
        "undefined": "; ".join(reasons),
    }
    return pd.DataFrame([row]).astype(dict.fromkeys(points, "Int64"))


def stopping_point(new_codes, *, base, run, threshold):
    """The number of essays at which Guest's rule stops; infinite where it never does.

    Parameters
    ----------
    new_codes : array of int
        Codes met for the first time in the 1st, 2nd, ... essay.
    base : int
        The first essays, whose codes are what later ones are compared with.
    run : int
        How many essays in a row are looked at.
    threshold : float
        Share 0-1: the rule stops where the codes new in the run, divided by those of the base,
        are no more than this.

    Returns
    -------
    float
        Essays read before the run that met the threshold: the "6" of "6+2". Infinite where no
        run does, or where the base has no code.

    References
    ----------
    Guest, Namey and Chen 2020, PLOS ONE 15(5): e0232076.
    """
    return stopping_points(np.array([new_codes]), base=base, run=run, threshold=threshold)[0]


def stopping_points(new_codes, *, base, run, threshold):
    """`stopping_point` of many orders, one a row."""
    share = new_information(new_codes, base=base, run=run)
    before_the_run = base + np.arange(share.shape[1])
    return np.where(share <= threshold, before_the_run, np.inf).min(axis=1, initial=np.inf)


def new_information(new_codes, *, base, run):
    """New codes of each run after the base, divided by the codes of the base.

    Returns
    -------
    array, shape (n_orders, n_essays - base - run + 1)
        The first run ends at essay base + run. NaN where the base has no code.
    """
    met = np.cumsum(new_codes, axis=1)
    of_base = met[:, base - 1 : base].astype(float)
    of_base[of_base == 0] = np.nan
    ends, starts = met[:, base + run - 1 :], met[:, base - 1 : met.shape[1] - run]
    return (ends - starts[:, : ends.shape[1]]) / of_base


def chao2(essays_per_code, n_essays):
    """How many codes there would be if reading went on: a lower bound, and its standard error.

    It counts only codes that are in the codebook: what nobody thought of is in no number.

    Parameters
    ----------
    essays_per_code : array of int
        In how many of the essays each code is present; zeros are codes never met.

    Returns
    -------
    tuple of float
        Estimate and standard error; NaN where no code was met.

    References
    ----------
    Chao 1987, Biometrics 43:783-791; with Q2 = 0, and the variances, as in EstimateS (Colwell).
    """
    k = np.asarray(essays_per_code)
    S, Q1, Q2 = (int(n) for n in ((k > 0).sum(), (k == 1).sum(), (k == 2).sum()))
    if S == 0:
        return np.nan, np.nan
    A = (n_essays - 1) / n_essays
    if Q2 > 0:
        t = Q1 / Q2
        estimate = S + A * Q1**2 / (2 * Q2)
        variance = Q2 * (A * t**2 / 2 + A**2 * t**3 + A**2 * t**4 / 4)
    else:
        estimate = S + A * Q1 * (Q1 - 1) / 2
        variance = A * Q1 * (Q1 - 1) / 2 + A**2 * Q1 * (2 * Q1 - 1) ** 2 / 4
        variance -= A**2 * Q1**4 / (4 * estimate)
    return estimate, float(np.sqrt(max(variance, 0)))
