"""Agreement on where: worked examples, all pairs on random spans, identities and edges."""

import math
from itertools import pairwise

import krippendorff
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.unitizing import unitizing, unitizing_interval
from tests.all_pairs import all_pairs
from tests.worked_examples import check, examples

KEYS = ["scope", "code", "coefficient"]


def study(essays, *, codes=None, asked=None):
    """Codings, lengths and readings of essays drawn as text.

    Parameters
    ----------
    essays : dict of str to dict of str to str
        essay_id: coder: one character a character of the essay: a code, or . = a gap. Equal
        neighbours are one span. A coder who is not there did not read the essay.
    codes : str
        One letter a code; left out: those that are drawn.
    asked : dict of str to str
        Coder: the codes that this coder was asked for; left out: every code.
    """
    spans, lengths = [], {}
    for essay_id, lines in essays.items():
        for coder, line in lines.items():
            lengths[essay_id] = len(line)
            cuts = [0, *(n for n in range(1, len(line)) if line[n] != line[n - 1]), len(line)]
            spans += [
                (essay_id, coder, line[start], start, end)
                for start, end in pairwise(cuts)
                if start < end and line[start] != "."
            ]
    codes = codes or sorted({code for _, _, code, _, _ in spans}) or ["a"]
    readings = [
        (essay_id, code, coder)
        for essay_id, lines in essays.items()
        for coder in lines
        for code in (asked or {}).get(coder, codes)
    ]
    return tables(spans, lengths, readings)


def tables(spans, lengths, readings):
    codings = pd.DataFrame(spans, columns=["essay_id", "coder", "code", "start", "end"])
    codings = codings.astype({"start": "Int64", "end": "Int64"})
    readings = pd.DataFrame(readings, columns=["essay_id", "code", "coder"])
    return codings, pd.Series(lengths, dtype=int), readings


def one_essay(*coders, **options):
    return study({"E1": dict(zip("ABCD", coders, strict=False))}, **options)


def row(table, coefficient, scope="code", code="a"):
    chosen = table["scope"].eq(scope) & table["code"].eq(code if scope == "code" else "")
    return table[chosen & table["coefficient"].eq(coefficient)].iloc[0]


def value(data, coefficient, scope="code", code="a"):
    return row(unitizing(*data), coefficient, scope, code)["value"]


# Worked examples ------------------------------------------------------------------------------


def of_example(data):
    """u:0-60;A=a0-10 b15-25;B=... as tables."""
    continuum, *coders = data.removeprefix("u:").split(";")
    spans = [
        ("E1", coder, span[0], *map(int, span[1:].split("-")))
        for coder, _, listed in (c.partition("=") for c in coders)
        for span in listed.split()
    ]
    names = [coder.partition("=")[0] for coder in coders]
    readings = [("E1", code, name) for code in {span[2] for span in spans} for name in names]
    return tables(spans, {"E1": int(continuum.partition("-")[2])}, readings)


@examples("u", "bar_u", "cu")
def test_coefficient_meets_the_worked_example(example):
    check(value(of_example(example["data"]), example["statistic"], "alternatives"), example)


@examples("cu_pairwise_reading", "cu_union_reading")
def test_cu_of_three_readers_is_refused_with_its_reason(example):
    found = row(unitizing(*of_example(example["data"])), "cu", "alternatives")
    assert math.isnan(found["value"])
    assert found["undefined"] == (
        "for three or more readers of an essay two readings of cu are published and differ"
    )


# By hand --------------------------------------------------------------------------------------


def test_one_code_by_hand():
    # Marked 4 + 2 of 20 characters, gap 14; 2 characters differ, in each direction.
    # S = 4² + 2² + 14 = 34; expected = 20 * 6 * 14 / (400 - 34); u = 1 - 2 * 366 / 1680.
    data = one_essay("aaaa......", "aa........")
    table = unitizing(*data)
    u, dice = row(table, "u"), row(table, "dice")
    assert u["value"] == pytest.approx(1 - 2 * 366 / 1680)
    assert dice["value"] == pytest.approx(2 * 2 / 6)
    assert u[["essays", "coders", "essays_marked", "spans"]].tolist() == [1, 2, 1, 2]
    assert u["marked"] == pytest.approx(6 / 20)


def test_two_codes_on_the_same_words_by_hand():
    # Both mark characters 0-3; on 0-1 they choose the same code, on 2-3 not.
    # cu: 8 pairable characters, a: 2 + 4 = 6, b: 2; squares a 4 + 16, b 4: 24.
    # expected differing = 2 * 6 * 2 / (8 - 24 / 8) = 4.8; observed 4; cu = 1 - 4 / 4.8.
    data = one_essay("aabb......", "aaaa......")
    assert value(data, "cu", "alternatives") == pytest.approx(1 - 4 / 4.8)
    # |u: 8 marked, 12 gap, none differ.
    assert value(data, "bar_u", "alternatives") == 1
    # u: the same 4 observed; S = 4 + 4 + 16 + 12 = 36; expected 20 (6*2 + 6*12 + 2*12) * 2 / 364.
    assert value(data, "u", "alternatives") == pytest.approx(1 - 4 / (20 * 108 * 2 / 364))


def test_pooled_is_one_ratio_of_sums_over_codes():
    # Code a as in the hand-made example, code b on 1 of 20 characters of one coder alone.
    # Marked 7 of 40, gap 33, differing 3; S = 34 - 14 + 1 + 33.
    data = one_essay("aaaa.....b", "aa........")
    expected = 40 * 7 * 33 / (1600 - 54)
    assert value(data, "u", "pooled") == pytest.approx(1 - 3 / expected)
    assert value(data, "dice", "pooled") == pytest.approx(4 / 7)


# What counts, and what does not ---------------------------------------------------------------


def test_overlapping_spans_of_one_coder_are_united_and_touching_ones_stay_two():
    spans = [("E1", "A", "a", 0, 5), ("E1", "A", "a", 3, 6), ("E1", "B", "a", 0, 3),
             ("E1", "B", "a", 3, 6)]  # fmt: skip
    readings = [("E1", "a", "A"), ("E1", "a", "B")]
    found = row(unitizing(*tables(spans, {"E1": 10}, readings)), "u")
    assert (found["spans"], found["united"], found["value"]) == (3, 1, 1)
    twice = [("E1", "A", "a", 0, 6)] * 2 + [("E1", "B", "a", 0, 3), ("E1", "B", "a", 3, 6)]
    again = row(unitizing(*tables(twice, {"E1": 10}, readings)), "u")
    pd.testing.assert_series_equal(again, found)


def test_codings_without_a_place_or_a_second_reader_are_counted_and_not_compared():
    codings, lengths, readings = study({"E1": {"A": "aa...", "B": "a...."}, "E2": {"A": ".aa.."}})
    placed = unitizing(codings, lengths, readings)
    codings.loc[len(codings)] = ["E1", "B", "a", pd.NA, pd.NA]
    table = unitizing(codings, lengths, readings)
    found = row(table, "u")
    assert found[["spans", "united", "whole", "alone"]].tolist() == [2, 0, 1, 1]
    assert found["value"] == row(placed, "u")["value"]
    assert found["essays"] == 1


def test_coder_who_did_not_read_is_missing_and_one_who_found_nothing_is_a_gap():
    drawn = {"A": "aa...", "B": "aa..."}
    missing = study({"E1": drawn, "E2": {"A": "a....", "B": "a...."}})
    empty = study({"E1": drawn | {"C": "....."}, "E2": {"A": "a....", "B": "a...."}})
    assert value(missing, "u") == 1
    assert value(empty, "u") < 1


def test_coder_who_was_not_asked_for_a_code_is_missing_there():
    drawn = {"E1": {"A": "aabb.", "B": "aabb.", "C": ".aa.."}}
    table = unitizing(*study(drawn, asked={"A": "ab", "B": "ab", "C": "a"}))
    assert row(table, "u", code="b")[["coders", "value"]].tolist() == [2, 1]
    assert row(table, "u", code="a")["coders"] == 3
    # As alternatives, only those who could choose are compared: two readers, so cu is there.
    assert row(table, "cu", "alternatives")[["coders", "value"]].tolist() == [2, 1]
    assert row(table, "cu", "alternatives")["alone"] == 0


def test_a_team_is_chosen_by_its_readings():
    codings, lengths, readings = one_essay("aaaa......", "aa........", "......aaaa")
    team = readings[readings["coder"].isin(["A", "B"])]
    assert value((codings, lengths, team), "u") == pytest.approx(1 - 2 * 366 / 1680)


def test_codes_that_overlap_are_no_alternatives_but_marked_or_not_is_still_defined():
    spans = [("E1", "A", "a", 0, 5), ("E1", "A", "b", 3, 6), ("E1", "B", "a", 0, 6)]
    readings = [("E1", code, coder) for code in "ab" for coder in "AB"]
    table = unitizing(*tables(spans, {"E1": 10}, readings))
    reason = "a coder gave several codes to the same words, 2 characters in all"
    for coefficient in ("u", "cu"):
        assert row(table, coefficient, "alternatives")["undefined"] == reason
    assert row(table, "bar_u", "alternatives")["value"] == 1
    assert table.query("scope != 'alternatives'")["undefined"].eq("").all()


@pytest.mark.parametrize(
    ("coders", "undefined"),
    [
        (["....."], {"u": "no essay was read by two coders", "bar_u": "no essay was read by two"
                     " coders for every code", "cu": "no essay was read by two coders for every"
                     " code"}),
        ([".....", "....."], dict.fromkeys(["u", "bar_u", "cu"], "no coder marked a span")),
        (["aaaaa", "aaaaa"], {"u": "every coder marked the whole of every essay",
                              "bar_u": "every coder marked the whole of every essay",
                              "cu": "where both coders marked, there is one code only"}),
        (["aa...", "....."], {"u": "", "bar_u": "",
                              "cu": "no words were marked by both coders"}),
        (["aa...", "...aa"], {"u": "", "bar_u": "",
                              "cu": "no words were marked by both coders"}),
    ],
    ids=["one reader", "no span at all", "everything marked", "one coder none", "never meet"],
)  # fmt: skip
def test_undefined_says_why(coders, undefined):
    table = unitizing(*one_essay(*coders))
    for coefficient, reason in undefined.items():
        found = row(table, coefficient, "code" if coefficient == "u" else "alternatives")
        assert found["undefined"] == reason
        assert math.isnan(found["value"]) == bool(reason)
    assert table["value"].isna().eq(table["undefined"].ne("")).all()


def test_no_overlap_is_below_chance():
    assert value(one_essay("aa...", "...aa"), "u") < 0
    assert value(one_essay("aa...", "...aa"), "dice") == 0


def test_no_readings_give_a_table_that_says_so():
    table = unitizing(*tables([], {}, []))
    assert table["scope"].tolist() == ["pooled", "pooled", *["alternatives"] * 3]
    assert table["undefined"].str.startswith("no essay was read by two coders").all()
    limits = unitizing_interval(*tables([], {}, []), **LEVEL)
    assert limits[["low", "high"]].isna().all(axis=None)
    assert limits["undefined_resamples"].eq(LEVEL["resamples"]).all()


def test_span_beyond_its_essay_is_an_error_and_not_a_span_of_the_next():
    codings, lengths, readings = one_essay("aaaa", "....")
    with pytest.raises(ValueError, match="ends after the last character"):
        unitizing(codings, lengths - 1, readings)


# Against all pairs, on random spans ------------------------------------------------------------


@st.composite
def drawings(draw, most=4, letters="ab."):
    """Essays of 1-12 characters, each read by some of at most four coders."""
    names = "ABCD"[: draw(st.integers(2, most))]
    essays = {}
    for number in range(draw(st.integers(1, 4))):
        length = draw(st.integers(1, 12))
        readers = draw(st.lists(st.sampled_from(names), min_size=1, unique=True))
        line = st.text(letters, min_size=length, max_size=length)
        essays[f"E{number}"] = {name: draw(line) for name in readers}
    return essays


def as_documents(codings, lengths, readings, codes):
    """What `all_pairs` takes: documents, in each a list of spans for every reader."""
    documents = []
    for essay_id, readers in readings.groupby("essay_id")["coder"].unique().items():
        own = codings[codings["essay_id"].eq(essay_id) & codings["code"].isin(list(codes))]
        spans = {reader: [] for reader in readers}
        for coder, *span in own[["coder", "code", "start", "end"]].itertuples(index=False):
            spans[coder].append(tuple(span))
        documents.append((lengths[essay_id], list(spans.values())))
    return documents


def same(found, wanted):
    return found == pytest.approx(math.nan if wanted is None else wanted, nan_ok=True, abs=1e-12)


@settings(max_examples=100, deadline=None)
@given(drawings())
def test_sums_over_spans_equal_all_pairs(essays):
    data = study(essays, codes="ab")
    table = unitizing(*data)
    for code in "ab":
        wanted = all_pairs(as_documents(*data, [code]))
        for equal in ("u", "bar_u"):  # for one code against gap they are the same
            assert same(row(table, "u", code=code)["value"], wanted[equal])
        assert same(row(table, "dice", code=code)["value"], wanted["dice"])
    wanted = all_pairs(as_documents(*data, "ab"))
    readers = max(map(len, essays.values()))
    for coefficient in ("u", "bar_u", *(["cu"] if readers < 3 else [])):
        assert same(row(table, coefficient, "alternatives")["value"], wanted[coefficient])


@settings(max_examples=100, deadline=None)
@given(drawings(most=2, letters="abc."))
def test_cu_of_two_coders_equals_all_pairs(essays):
    data = study(essays, codes="abc")
    wanted = all_pairs(as_documents(*data, "abc"))["cu"]
    assert same(value(data, "cu", "alternatives"), wanted)


@settings(max_examples=60, deadline=None)
@given(drawings())
def test_pooled_over_codes_is_every_code_on_a_line_of_its_own(essays):
    data = study(essays, codes="ab")
    lines = [
        (length, [[("marked", *span[1:]) for span in spans] for spans in coders])
        for code in "ab"
        for length, coders in as_documents(*data, [code])
    ]
    wanted = all_pairs(lines)
    assert same(value(data, "u", "pooled"), wanted["u"])
    assert same(value(data, "dice", "pooled"), wanted["dice"])


@settings(max_examples=60, deadline=None)
@given(drawings(letters="abc"))
def test_units_of_one_character_without_gaps_give_nominal_alpha(essays):
    spans = [
        (essay_id, coder, code, place, place + 1)
        for essay_id, lines in essays.items()
        for coder, line in lines.items()
        for place, code in enumerate(line)
    ]
    _, lengths, readings = study(essays, codes="abc")
    units = [
        ["abc".index(lines[coder][n]) if coder in lines else np.nan for coder in "ABCD"]
        for essay_id, lines in essays.items()
        for n in range(lengths[essay_id])
        if len(lines) > 1
    ]
    found = value((tables(spans, {}, [])[0], lengths, readings), "u", "alternatives")
    if len({v for unit in units for v in unit if not math.isnan(v)}) < 2:
        assert math.isnan(found)
        return
    wanted = krippendorff.alpha(
        reliability_data=np.array(units).T, level_of_measurement="nominal", value_domain=[0, 1, 2]
    )
    assert found == pytest.approx(wanted, abs=1e-12)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(*[st.text("ab.", min_size=6, max_size=6)] * 3), min_size=1, max_size=4))
def test_essays_of_the_same_readers_are_one_continuum(essays):
    apart = study({f"E{n}": dict(zip("ABC", lines, strict=True)) for n, lines in enumerate(essays)},
                  codes="ab")  # fmt: skip
    codings, lengths, readings = apart
    number = codings["essay_id"].str[1:].astype("Int64")
    joined = codings.assign(essay_id="all", start=codings["start"] + 6 * number,
                            end=codings["end"] + 6 * number)  # fmt: skip
    one = unitizing(joined, pd.Series({"all": lengths.sum()}), readings.assign(essay_id="all"))
    pd.testing.assert_series_equal(unitizing(*apart)["value"], one["value"])


@settings(max_examples=40, deadline=None)
@given(drawings(), st.randoms(use_true_random=False))
def test_order_and_names_do_not_matter(essays, random):
    codings, lengths, readings = study(essays, codes="ab")
    names = list("ABCD")
    random.shuffle(names)
    coders, codes = dict(zip("ABCD", names, strict=True)), {"a": "y", "b": "z"}
    other = [
        table.assign(coder=table["coder"].map(coders), code=table["code"].map(codes))
        .sample(frac=1, random_state=random.randrange(99))
        for table in (codings, readings)
    ]  # fmt: skip
    first = unitizing(codings, lengths, readings).drop(columns="code")
    second = unitizing(other[0], lengths[::-1], other[1]).drop(columns="code")
    pd.testing.assert_frame_equal(first, second)


@settings(max_examples=60, deadline=None)
@given(drawings(), st.sampled_from(["", "a", "ab"]))
def test_no_coding_is_lost(essays, shared):
    codings, lengths, readings = study(essays, codes="ab", asked={"A": "a", "B": "ab"})
    codings = pd.concat([codings, codings.head(2)])
    table = unitizing(codings, lengths, readings).query("coefficient == 'dice'")
    asked = codings.merge(readings, on=["essay_id", "code", "coder"])
    found = table.set_index("code")[["spans", "united", "whole", "alone"]].sum(axis=1)
    assert found[""] == len(asked)
    assert found["a"] == asked["code"].eq("a").sum()


# Intervals ------------------------------------------------------------------------------------

LEVEL = {"resamples": 400, "seed": 7, "level": 0.95}
TEN = {
    f"E{n}": {"A": "aaaa......", "B": "aa........" if n % 2 else "aaaa......"} for n in range(10)
}


def interval(data, coefficient="u", scope="code", **options):
    return row(unitizing_interval(*data, **LEVEL | options), coefficient, scope)


def test_interval_is_what_resampling_the_essays_one_by_one_gives():
    codings, lengths, readings = study(TEN)
    rng = np.random.default_rng(LEVEL["seed"])
    values = []
    for drawn in rng.multinomial(10, np.full(10, 0.1), size=LEVEL["resamples"]):
        parts = [(f"E{n}", f"E{n}-{again}") for n in range(10) for again in range(drawn[n])]
        names = pd.DataFrame(parts, columns=["essay_id", "name"])
        copies = [
            table.merge(names).assign(essay_id=lambda t: t["name"]) for table in (codings, readings)
        ]
        resample = copies[0], pd.Series(10, index=names["name"]), copies[1]
        values.append(value(resample, "u"))
    found = interval((codings, lengths, readings))
    wanted = np.quantile(values, [0.025, 0.975], method="inverted_cdf")
    assert found[["low", "high"]].tolist() == pytest.approx(list(wanted), abs=1e-12)
    assert found["undefined_resamples"] == 0
    assert found["low"] < value((codings, lengths, readings), "u") < found["high"]


def test_interval_counts_undefined_resamples_and_says_that_essays_are_few():
    essays = {"E0": TEN["E0"], "E1": TEN["E1"], **{f"E{n}": dict.fromkeys("AB", "." * 10)
                                                   for n in range(2, 5)}}  # fmt: skip
    found = interval(study(essays))
    # Neither of the two marked essays is drawn: (3/5)^5 = 7.8 % of 400 resamples, 31 expected.
    assert 15 <= found["undefined_resamples"] <= 50
    assert found["note"] == "few essays (5): the interval is too narrow"


def test_where_every_resample_gives_one_value_there_is_no_interval():
    found = interval(study({"E0": TEN["E0"], "E2": TEN["E2"]}))
    assert math.isnan(found["low"]) and math.isnan(found["high"])
    assert found["note"] == "no interval: the resamples give one value"


def test_interval_of_an_undefined_coefficient_is_undefined():
    found = interval(study(TEN), "cu", "alternatives")
    assert math.isnan(found["low"]) and math.isnan(found["high"])
    assert (found["undefined_resamples"], found["note"]) == (LEVEL["resamples"], "")


def test_interval_of_one_coder_is_undefined():
    found = interval(study({"E1": {"A": "aa..."}}))
    assert math.isnan(found["low"]) and found["note"] == ""


def test_interval_needs_no_note_from_a_hundred_essays_on():
    essays = {f"E{n:03}": TEN[f"E{n % 10}"] for n in range(100)}
    assert interval(study(essays))["note"] == ""


def test_seed_fixes_the_interval_and_rows_stand_beside_the_values():
    data = study(TEN)
    first = unitizing_interval(*data, **LEVEL)
    pd.testing.assert_frame_equal(first, unitizing_interval(*data, **LEVEL))
    seeds = {interval(data, resamples=25, seed=seed)["low"] for seed in range(8)}
    assert len(seeds) > 1
    assert first[KEYS].equals(unitizing(*data)[KEYS])


def test_wider_level_gives_the_wider_interval():
    data = study(TEN)
    narrow, wide = interval(data, level=0.5), interval(data, level=0.99)
    assert wide["low"] < narrow["low"] <= narrow["high"] < wide["high"]
