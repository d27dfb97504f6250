"""How common is a theme: essays with it, of the essays read, under a stated rule."""

import pandas as pd


def prevalence(theme_presence, *, names):
    """Essays in which each theme was identified.

    Parameters
    ----------
    theme_presence : DataFrame
        essay_id, theme, status (present, absent, unresolved).
    names : sequence of str
        All themes, those without a code included.

    Returns
    -------
    DataFrame
        theme, n_low (unresolved essays counted as absent), n_high (as present), essays (N: the
        essays read for the theme; 0 for a theme without a code). n_low = n_high where everything
        is resolved.
    """
    counts = (
        pd.crosstab(theme_presence["theme"], theme_presence["status"])
        .reindex(
            index=pd.Index(names, name="theme"),
            columns=["present", "unresolved", "absent"],
            fill_value=0,
        )
        .astype(int)
    )
    table = pd.DataFrame(
        {
            "n_low": counts["present"],
            "n_high": counts["present"] + counts["unresolved"],
            "essays": counts.sum(axis=1),
        }
    )
    return table.rename_axis(columns=None).reset_index()


def marked_by_readers(theme_marks):
    """First-pass counts beside the consensus: what all, any and each coder marked.

    Parameters
    ----------
    theme_marks : DataFrame
        essay_id, theme, coder, present: each coder's own marks rolled up to themes.

    Returns
    -------
    DataFrame
        theme, all_coders, any_coder, and coder_<name> where there are at most four coders.
    """
    votes = theme_marks.groupby(["theme", "essay_id"])["present"].agg(["sum", "size"])
    table = pd.DataFrame(
        {
            "all_coders": votes["sum"].eq(votes["size"]).groupby("theme").sum(),
            "any_coder": votes["sum"].gt(0).groupby("theme").sum(),
        }
    )
    if theme_marks["coder"].nunique() <= 4:
        each = theme_marks.pivot_table(
            index="theme", columns="coder", values="present", aggfunc="sum", fill_value=0
        )
        table = table.join(each.add_prefix("coder_").astype(int))
    return table.reset_index()


def theme_matrix(theme_presence, theme_marks):
    """Essay by theme: the status in the consensus beside who marked it in the first pass.

    Returns
    -------
    DataFrame
        essay_id, theme, status, readers: "all", "none", or the names joined by '; ';
        coders: how many read the essay for all codes of the theme.
    """
    votes = theme_marks.groupby(["essay_id", "theme"])["present"].agg(["sum", "size"])
    names = (
        theme_marks[theme_marks["present"].eq(1)]
        .groupby(["essay_id", "theme"])["coder"]
        .agg("; ".join)
    )
    readers = names.reindex(votes.index, fill_value="none").mask(
        votes["sum"].eq(votes["size"]), "all"
    )
    matrix = theme_presence.merge(
        pd.DataFrame({"readers": readers, "coders": votes["size"]}).reset_index(),
        on=["essay_id", "theme"],
        how="left",  # no reader read the essay for all codes of the theme
        validate="one_to_one",
    ).fillna({"readers": "none", "coders": 0})
    return matrix[["essay_id", "theme", "status", "readers", "coders"]].astype({"coders": int})


def n_text(low, high):
    """A count as it is printed: '19', or '17-20' where something is unresolved."""
    return str(low) if low == high else f"{low}-{high}"
