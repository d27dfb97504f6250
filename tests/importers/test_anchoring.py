"""Where a coding stands: units told apart, quotations found, refusals where nothing is proven."""

import numpy as np
import pytest

from analysis.importers.anchoring import anchor
from analysis.importers.counting import Reading, spans, ways_to_count
from analysis.importers.hypotheses import Undecided
from analysis.importers.material import Coding, stored_essay
from analysis.importers.quotations import Haystack, proof
from analysis.importers.word_edges import edges

TEXT = "Café 😀 She smiled."  # She smiled = 7-17; UTF-16 units 8-18; UTF-8 bytes 11-21


@pytest.mark.parametrize(
    ("unit", "place"),
    [("code points", (7, 17)), ("UTF-16 units", (8, 18)), ("UTF-8 bytes", (11, 21))],
)
def test_each_unit_finds_the_same_words(unit, place):
    start, end = spans(stored_essay("E", TEXT), *([at] for at in place), Reading(unit))
    assert TEXT[start[0] : end[0]] == "She smiled"


@pytest.mark.parametrize(
    ("stored", "reading", "place"),
    [
        ("a\r\nb c", Reading("code points", line_end=2), (3, 4)),
        ("a\r\nb c", Reading("code points", line_end=1), (2, 3)),
        ("a\nb c", Reading("code points", line_end=2), (3, 4)),
        ("\ufeffa\r\nb c", Reading("code points", 2, bom=True), (4, 5)),
        ("\ufeffa\r\nb c", Reading("UTF-8 bytes", 2, bom=True), (6, 7)),
        ("a\rb c", Reading("code points", line_end=1), (2, 3)),
        ("a\nb c", Reading("code points", first=1, inclusive=True), (3, 3)),
    ],
)
def test_line_ends_marks_and_bases_are_counted_as_the_reading_says(stored, reading, place):
    essay = stored_essay("E", stored)
    start, end = spans(essay, *([at] for at in place), reading)
    assert essay.text == "a\nb c"
    assert essay.text[start[0] : end[0]] == "b"


@pytest.mark.parametrize(
    ("stored", "reading", "at"),
    [
        (TEXT, Reading("UTF-16 units"), 6),  # between the halves of the emoji
        (TEXT, Reading("UTF-8 bytes"), 4),  # inside é
        ("a\r\nb", Reading("code points", line_end=2), 2),  # between CR and LF
        (TEXT, Reading("code points"), 99),
        (TEXT, Reading("code points"), -1),
        ("👩\u200d⚕\ufe0f b", Reading("graphemes"), -3),
    ],
)
def test_a_place_inside_a_character_is_no_place(stored, reading, at):
    assert spans(stored_essay("E", stored), [at], [at], reading) == ([-1], [-1])


def test_graphemes_count_what_a_reader_sees_as_one_sign():
    text = "e\u0301 👩\u200d⚕\ufe0f 🇩🇪🇫🇷 b"
    start, end = spans(stored_essay("E", text), [7], [8], Reading("graphemes"))
    assert text[start[0] : end[0]] == "b"


def test_a_grapheme_ends_after_its_accents():
    text = "Cafe\u0301 b"
    start, end = spans(stored_essay("E", text), [0], [4], Reading("graphemes"))
    assert text[start[0] : end[0]] == "Cafe\u0301"


def test_edges_of_words():
    found = edges("Ab,  e\u0301.\n")._asdict()
    places = {kind: np.flatnonzero(there).tolist() for kind, there in found.items()}
    assert places == {
        "begin": [0, 2, 5, 7],
        "end": [2, 3, 7, 8, 9],
        "end_or_space": [2, 3, 4, 7, 8, 9],
        "inside": [1, 6],
    }


@pytest.mark.parametrize(
    ("quotation", "found", "level"),
    [
        ("She smiled", "She smiled", "exact"),
        (" She smiled", "She smiled", "edge"),
        ("one\u2029two", "one\ntwo", "lines"),
        ("smiled , kindly", "smiled, kindly", "space"),
        ("a\u00a0b", "a b", "space"),
        ("She smi…", "She smiled", "cut"),
        ("don't", "don’t", "typo"),
        ("cafe\u0301", "café", "typo"),
        ("She smiled", "he smiled.", None),
        ("…", "She", None),
    ],
)
def test_how_a_quotation_equals_the_words_at_its_place(quotation, found, level):
    assert proof(quotation, found) == level


@pytest.mark.parametrize(
    ("quotation", "spots"),
    [
        ("tea", [(0, 3), (12, 15)]),
        ("hot  tea.", [(8, 16)]),
        ("cafe\u0301", [(17, 21)]),
        ("“hot", []),
    ],
)
def test_a_quotation_is_found_but_for_white_space_and_accents(quotation, spots):
    text = "tea for hot tea. café"
    assert Haystack(text).find(quotation)[1] == spots


def essays(n, text="Café 😀 {} She smiled at the nurse."):
    return {i: stored_essay(f"E{i}", text.format(f"essay{i}")) for i in range(n)}


def codings(found, unit, words="She smiled", quotation="", shift=0):
    made = []
    for key, essay in found.items():
        at = essay.text.index(words)
        widths = {"code points": 0, "UTF-16 units": 1, "UTF-8 bytes": 4}
        start = at + widths[unit] + shift
        made.append(Coding(key, "ana", "Hope", start, start + len(words), quotation))
    return made


@pytest.mark.parametrize("unit", ["code points", "UTF-16 units", "UTF-8 bytes"])
def test_without_quotations_the_edges_of_words_tell_the_unit(unit):
    found = essays(12)
    places, decision = anchor(codings(found, unit), found, ways_to_count(), known=False)
    assert decision.way.unit == unit
    assert decision.score == 1 and decision.other_score <= 0.5
    assert [found[i].text[p.start : p.end] for i, p in enumerate(places)] == ["She smiled"] * 12


@pytest.mark.parametrize("unit", ["code points", "UTF-16 units", "UTF-8 bytes"])
def test_one_quotation_tells_the_unit(unit):
    found = essays(1)
    made = codings(found, unit, quotation="She smiled")
    (place,), decision = anchor(made, found, ways_to_count("UTF-16 units"), known=True)
    assert (decision.way.unit, place.proof) == (unit, "exact")


def test_what_is_known_of_a_tool_stands_where_the_file_shows_too_little():
    found = essays(1)
    made = codings(found, "UTF-16 units")
    _, decision = anchor(made, found, ways_to_count("UTF-16 units"), known=True)
    assert decision.way.unit == "UTF-16 units"
    with pytest.raises(Undecided, match="does not show in which unit"):
        anchor(made, found, ways_to_count(), known=False)


def test_two_codings_against_what_is_known_of_a_tool_are_a_question():
    found = essays(2)
    before = [Coding(key, "ana", "c", 0, 4) for key in found] * 3
    made = [*before, *codings(found, "code points")]
    with pytest.raises(Undecided, match="'UTF-16 units, CR LF as 1' 75%"):
        anchor(made, found, ways_to_count("UTF-16 units"), known=True)


KNOWN = ways_to_count("UTF-16 units")


def many(texts, each, unit="code points"):
    """Essays of 40 words round an emoji, and codings of the first words behind it."""
    found = {n: stored_essay(f"E{n}", f"Café 😀 {' '.join(['nurse'] * 40)}.") for n in range(texts)}
    shift = {"code points": 7, "UTF-16 units": 8}[unit]
    starts = [shift + 6 * k for k in range(each)]
    return found, [Coding(key, "ana", "c", at, at + 5) for key in found for at in starts]


def test_what_a_tool_is_known_for_is_overruled_by_thirty_places_in_three_essays_and_that_is_said():
    found, made = many(3, 10)
    places, decision = anchor(made, found, KNOWN, known=True)
    assert decision.way.unit == "code points"
    assert {p.proof for p in places} == {"words"}
    assert decision.warning == (
        "THIS FILE DOES NOT COUNT AS EXPECTED: 'code points, CR LF as 1' is followed, "
        "not 'UTF-16 units, CR LF as 1'. Of the 30 places that they part, 30 are right in the "
        "first and 0 in the second, judged by edges of words: look at some in the tool"
    )


@pytest.mark.parametrize(
    ("texts", "each", "codes"),
    [
        (3, 9, 1),  # too few places
        (2, 20, 1),  # two essays may each hold another text than the one that was coded
        (1, 40, 1),
        (3, 4, 10),  # a place that has ten codes is one piece of evidence
    ],
)
def test_what_a_tool_is_known_for_is_a_question_where_less_speaks_against_it(texts, each, codes):
    found, made = many(texts, each)
    with pytest.raises(Undecided, match="does not show in which unit it counts"):
        anchor(made * codes, found, KNOWN, known=True)


def test_what_a_tool_is_known_for_stands_without_a_word_where_it_is_right():
    found, made = many(3, 10, "UTF-16 units")
    places, decision = anchor(made, found, KNOWN, known=True)
    assert (decision.way.unit, decision.warning) == ("UTF-16 units", "")
    assert {p.proof for p in places} == {"words"}


def test_in_plain_ascii_no_unit_is_overruled_as_none_makes_a_difference():
    found = essays(40, "Plain {} She smiled at the nurse.")
    made = codings(found, "code points", shift=1)  # cuts words in every way
    made[:25] = codings(found, "code points")[:25]
    places, decision = anchor(made, found, KNOWN, known=True)
    assert decision.reading == "every way of counting gives the same places"
    assert decision.warning == ""
    assert [p.proof for p in places] == ["words"] * 25 + ["unproven"] * 15


def test_quotations_that_speak_for_both_ways_leave_the_known_one():
    found = essays(5)
    made = codings(found, "code points", quotation="She smiled")
    made[:2] = codings(found, "UTF-16 units", quotation="She smiled")[:2]
    places, decision = anchor(made, found, KNOWN, known=True)
    assert decision.way.unit == "UTF-16 units"
    assert [found[i].text[p.start : p.end] for i, p in enumerate(places)] == ["She smiled"] * 5
    assert [bool(p.what) for p in places] == [False, False, True, True, True]


def test_quotations_overrule_what_a_tool_is_known_for_and_that_is_said():
    found = essays(2)
    made = codings(found, "code points", quotation="She smiled")
    _, decision = anchor(made, found, KNOWN, known=True)
    assert decision.way.unit == "code points"
    assert "2 are right in the first and 0 in the second, judged by quotations" in decision.warning


def test_a_program_that_selects_the_space_behind_a_word_is_understood():
    found = essays(12)
    made = [c._replace(end=c.end + 1) for c in codings(found, "UTF-16 units")]
    places, decision = anchor(made, found, ways_to_count(), known=False)
    assert (decision.way.unit, decision.score) == ("UTF-16 units", 1.0)
    assert {found[i].text[p.start : p.end] for i, p in enumerate(places)} == {"She smiled "}


def test_a_place_inside_a_word_without_a_quotation_is_written_and_to_be_looked_at():
    found = essays(3)
    made = codings(found, "UTF-16 units")
    made[0] = made[0]._replace(end=made[0].end - 2)
    places, _ = anchor(made, found, KNOWN, known=True)
    assert [p.proof for p in places] == ["unproven", "words", "words"]
    assert places[0].what == (
        "it begins or ends inside a word, and no quotation proves it: compare it with the tool"
    )


def test_line_ends_of_two_characters_are_no_rival_where_none_is_stored():
    text = "Plain words.\nShe smiled at the nurse."
    found = {"E": stored_essay("E", text)}
    made = [Coding("E", "ana", "c", text.index("smiled"), text.index(" at the"))]
    (place,), _ = anchor(made, found, ways_to_count(), known=False)
    assert text[place.start : place.end] == "smiled"


def test_where_every_unit_gives_the_same_places_that_is_said():
    found = essays(3, "Plain {} She smiled at the nurse.")
    _, decision = anchor(codings(found, "code points"), found, ways_to_count(), known=False)
    assert decision.reading == "every way of counting gives the same places"
    assert decision.other_score is None


def test_places_that_cut_words_everywhere_are_refused():
    found = essays(12, "Plain {} She smiled at the nurse.")
    with pytest.raises(Undecided, match="only 0 of 12 codings can be proven"):
        anchor(codings(found, "code points", shift=2), found, ways_to_count(), known=True)


def test_a_quotation_that_stands_elsewhere_is_taken_only_where_it_is_alone_or_overlaps():
    text = "She smiled. Then she wept. She smiled. They left, all of them, in the rain."
    essay = {1: stored_essay("E", text)}
    made = [
        Coding(1, "ana", "a", 0, 10, "She smiled"),
        Coding(1, "ana", "b", 30, 41, "She smiled"),
        Coding(1, "ana", "c", 50, 60, "She smiled"),
        Coding(1, "ana", "d", 50, 58, "she wept"),
        Coding(1, "ana", "e", 12, 16, "Nobody"),
        Coding(1, "ana", "f", 39, 48, "They left"),
        Coding(1, "ana", "g", 0, 10, "She smiled"),
        Coding(1, "ana", "h", 27, 37, "She smiled"),
    ]
    places, _ = anchor(made, essay, ways_to_count("code points"), known=True)
    assert [(p.start, p.end, p.reason) for p in places[:6]] == [
        (0, 10, ""),
        (27, 37, ""),
        (None, None, "quote_mismatch"),
        (17, 25, ""),
        (None, None, "quote_mismatch"),
        (39, 48, ""),
    ]
    assert places[2].what == "candidates: 0-10, 27-37"


def test_a_quotation_alone_is_placed_where_it_occurs_once():
    essay = {1: stored_essay("E", "one two one three")}
    made = [Coding(1, "ana", "a", None, None, q) for q in ("two", "one", "four", "three")]
    places, decision = anchor(made, essay, ways_to_count(), known=True)
    assert [(p.start, p.reason) for p in places] == [
        (4, ""),
        (None, "quote_ambiguous"),
        (None, "quote_not_found"),
        (12, ""),
    ]
    assert decision.reading == "found by the quotation"
