"""Which codes, and which themes, meet in an essay."""

import numpy as np
import pandas as pd


def cooccurrence(present, *, of, names):
    """Essays shared by each pair.

    Parameters
    ----------
    present : DataFrame
        essay_id and the column named by `of`: one row for each essay in which it is present.
    of : {"code", "theme"}
    names : sequence of str
        All codes or themes, in the order wanted; those in no essay included.

    Returns
    -------
    DataFrame
        [of]_a, [of]_b, shared (essays with both), jaccard (shared / essays with either; NaN
        where neither is in any essay). Every unordered pair once, and each with itself
        (shared = its n).
    """
    incidence = pd.crosstab(present["essay_id"], present[of]).clip(upper=1)
    matrix = incidence.reindex(columns=list(names), fill_value=0).to_numpy(dtype=int)
    shared = matrix.T @ matrix
    n = shared.diagonal()
    either = n[:, None] + n - shared
    jaccard = np.divide(shared, either, out=np.full(shared.shape, np.nan), where=either > 0)
    first, second = np.triu_indices(len(n))
    names = np.array(names, dtype=object)
    return pd.DataFrame(
        {
            f"{of}_a": names[first],
            f"{of}_b": names[second],
            "shared": shared[first, second],
            "jaccard": jaccard[first, second],
        }
    )


def jaccard_matrix(pairs, *, of):
    """The pairs as a square table of Jaccard indices, as clustering wants it."""
    half = pairs.pivot(index=f"{of}_a", columns=f"{of}_b", values="jaccard")
    names = list(dict.fromkeys(pairs[f"{of}_a"]))
    square = half.reindex(index=names, columns=names)
    return square.combine_first(square.T).loc[names, names]
