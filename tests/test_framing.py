"""The approach changes words, places and order; no number."""

import shutil

import pandas as pd

from analysis.framing import FRAMINGS, in_reading_order
from analysis.pipeline import run
from analysis.study import APPROACHES, ROOT

CODED = ("1_familiarisation", "2_initial_coding")


def test_each_approach_has_its_framing():
    assert set(FRAMINGS) == set(APPROACHES)


def test_disagreements_are_read_in_the_order_of_the_approach():
    split = pd.DataFrame({"code": ["b", "a", "c", "a"], "richness": [5, 9, 1, 20]})
    alpha = pd.DataFrame({"code": ["a", "b", "c"], "alpha": [0.9, 0.1, None]})
    order = {
        name: in_reading_order(split, alpha, framing)["richness"].tolist()
        for name, framing in FRAMINGS.items()
    }
    assert order == {
        "reflexive": [20, 9, 5, 1],
        "codebook": [9, 20, 5, 1],  # two on a, one on b and on c
        "coding_reliability": [5, 9, 20, 1],
    }


def test_no_table_but_the_order_of_disagreements_changes_with_the_approach(tmp_path):
    found = {}
    for approach in APPROACHES:
        study = shutil.copytree(ROOT / "data" / "raw" / "pacemakers", tmp_path / approach / "study")
        decisions = (study / "study.toml").read_text(encoding="utf-8")
        assert 'approach = "codebook"' in decisions
        decisions = decisions.replace('approach = "codebook"', f'approach = "{approach}"')
        (study / "study.toml").write_text(decisions, encoding="utf-8")
        run(study, phases=CODED, say=lambda *_, **__: None)
        coded = study.parent / "study_outputs" / "processed" / "2_initial_coding"
        found[approach] = {path.name: path.read_text("utf-8") for path in coded.glob("*.csv")}
        page = (coded / "2_initial_coding.ipynb").read_text(encoding="utf-8")
        assert FRAMINGS[approach].comparison in page
        assert "almost perfect" not in page.lower()
    assert len(found["codebook"]) > 10
    for tables in found.values():
        tables["disagreements.csv"] = sorted(tables["disagreements.csv"])
    assert found["reflexive"] == found["codebook"] == found["coding_reliability"]
