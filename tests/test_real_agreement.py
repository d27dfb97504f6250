"""Agreement of real coders, against what was published. Skipped where the data are not."""

import pandas as pd
import pytest

from analysis.agreement import agreement, beside_krippendorff, four_cells, pair_agreement
from analysis.codings import presence, read_assignments, read_codebook, read_codings, readings
from analysis.corpus import read_essays, sentences, sentences_coded
from analysis.ratings import ratings_of, ratings_of_parts
from analysis.scales import value_agreement
from analysis.sets import set_agreement
from analysis.study import open_study
from tests.real import leoka, presto


class Files:
    """A study as it is read."""

    def __init__(self, folder):
        problems = []
        self.study = open_study(str(folder))
        self.essays = read_essays(folder, problems)
        codebook = read_codebook(folder, problems)
        coders = self.study.coders
        assignments = read_assignments(folder, coders, self.essays, codebook, problems)
        self.codings, _ = read_codings(folder, coders, self.essays, codebook, assignments, problems)
        assert problems == []
        self.readings = readings(coders, self.essays, codebook, assignments)


@pytest.fixture(scope="module")
def types(shared_data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("presto") / "types"
    return Files(presto.write_types(shared_data / "presto_distortions", folder))


def test_presto_gives_the_30_published_kappas(types, shared_data):
    published = pd.read_csv(
        shared_data / "presto_distortions" / "published" / "cohens_scores_types.csv", index_col=0
    )
    pairs = {
        ("A1", "A3"): "xavi-mireia",
        ("A2", "A3"): "miriam-mireia",
        ("A1", "A2"): "xavi-miriam",
    }
    rated = ratings_of(presence(types.codings, types.readings), of="code", unit=["essay_id"])
    cells = pair_agreement(four_cells(rated, list(pairs)))
    theirs = [
        published.at[pairs[first, second], code]
        for code, first, second in cells[["code", "first", "second"]].itertuples(index=False)
    ]
    assert len(cells) == 30
    assert cells["kappa"].to_numpy() == pytest.approx(theirs, abs=1e-12)


def test_presto_has_an_alpha_of_all_three_coders_between_those_of_the_pairs(types):
    rated = ratings_of(presence(types.codings, types.readings), of="code", unit=["essay_id"])
    table = beside_krippendorff(agreement(rated), rated).set_index("code")
    assert table["undefined"].eq("").all() and table["coders"].eq(3).all()
    assert table["alpha"].to_numpy() == pytest.approx(table["krippendorff"].to_numpy(), abs=1e-12)
    pairs = [("A1", "A2"), ("A1", "A3"), ("A2", "A3")]
    of_pairs = pair_agreement(four_cells(rated, pairs)).groupby("code")["alpha"]
    # Disagreements are the mean of the pairs'; chance is of all three, hence the margin.
    assert (table["alpha"] >= of_pairs.min() - 0.02).all()
    assert (table["alpha"] <= of_pairs.max() + 0.02).all()


@pytest.mark.parametrize(
    ("level", "alpha"), [("ordinal", 0.814), ("nominal", 0.656), ("interval", 0.817)]
)
def test_ecosent_headlines(shared_data, level, alpha):
    codings = pd.read_csv(shared_data / "ecosent_headlines" / "codings_sentiment.csv", dtype=str)
    values = {"negative": -1, "neutral": 0, "positive": 1}
    rated = codings.assign(value=codings["code"].map(values))
    wide = rated.pivot(index="essay_id", columns="coder", values="value")
    found = value_agreement(wide, values=list(values.values()), level=level).iloc[0]
    assert (len(wide), found["coders"]) == (280, 25)
    assert round(found["alpha"], 3) == alpha


def test_issuepositions_immigration(shared_data):
    """Left, neutral or right on Immigration, by the five coders of the published report."""
    folder = shared_data / "issuepositions_nl"
    key = pd.read_csv(folder / "coder_key.csv").set_index("initials_in_source")["coder"]
    seen = pd.read_csv(folder / "assignments.csv", dtype=str).query("topic == 'Immigration'")
    codings = pd.read_csv(folder / "codings.csv", dtype=str)
    codings[["topic", "position"]] = codings["code"].str.split(":", expand=True)
    seen = seen.merge(
        codings[["coder", "essay_id", "topic", "position"]], how="left", validate="one_to_one"
    ).fillna({"position": "N"})
    seen = seen[seen["coder"].isin(key[["NR", "NK", "SH", "KN", "NPR"]])]
    wide = seen.pivot(index="essay_id", columns="coder", values="position")
    found = value_agreement(wide, values=["L", "N", "R"], level="nominal").iloc[0]
    assert len(wide) == 2163
    assert round(found["alpha"], 3) == 0.726


def test_leoka_over_sentences_by_team(shared_data, tmp_path):
    files = Files(leoka.write_study(shared_data / "leoka", tmp_path / "leoka"))
    cut = sentences(files.essays, language="en")
    coded = sentences_coded(cut, files.essays, files.codings)
    in_sentences = files.readings[files.readings["code"].isin(coded["code"])]
    rated = ratings_of_parts(
        cut[["essay_id", "sentence"]],
        in_sentences,
        coded,
        of="code",
        names=in_sentences["code"].unique(),
        coders=sorted(in_sentences["coder"].unique()),
    )
    assert len(rated.units) == len(cut)
    assert (rated.values == 1).sum() == len(coded)
    for members in files.study.groups.values():
        team = rated.among(members)
        table = beside_krippendorff(agreement(team), team)
        ours, theirs = table["alpha"].to_numpy(), table["krippendorff"].to_numpy()
        assert ours == pytest.approx(theirs, abs=1e-12, nan_ok=True)
        assert set_agreement(team)["alpha"].between(0.2, 1).all()
