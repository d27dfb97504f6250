"""Are the quotations in the essays, word for word, and do they show what they stand under?

Allowed without a word are what style guides allow (APA 7, sections 8.30 and 8.31): the letter case
at the beginning, the punctuation at the end, other quotation marks; and what the author marks:
an ellipsis for words left out, [brackets] for words put in or replaced. Dashes, white space and
line ends are typography.
"""

import difflib
import re
import unicodedata
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis.manuscript.passages import quoted_passages

NEAR = 0.6  # share of a passage's words that a place holds in order, to be called its nearest
REPLACED = 12  # words of the essay that one [bracket] may stand for
CANDIDATES = 5  # places that are compared word by word
COMMON = 2000  # a pair of words that stands at more places tells no place from another
LETTER = r"(?:(?![\u3040-\u30ff\u3400-\u9fff])[^\W_]|[\u0300-\u036f\u00ad\u200b-\u200d\u2060])"
WORD = re.compile(rf"[\u3040-\u30ff\u3400-\u9fff]|{LETTER}+(?:['’ʼ]{LETTER}+)*")
ELEMENT = re.compile(
    r"(?P<gap>[\[(]\s*(?:…|\.\s?\.\s?\.)\.?\s*[\])]|…|\.(?:\s?\.){2,3})"
    rf"|(?P<before>{LETTER}*)\[(?P<inside>[^\[\]]{{1,90}})\](?P<after>{LETTER}*)"
    rf"|(?P<word>{WORD.pattern})"
)
# The author goes on in another sentence; one that a quotation begins still belongs to the last.
NEXT_SENTENCE = re.compile(r"[.!?][”\"’)\]]*\s+(?=[A-Z])|[”\"]\s*[(\[][^)\]]*[)\]]\.?\s+(?=[A-Z])")
INVISIBLE = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")


def trace_quotations(manuscript, essays, *, shortest, labels):
    """Look for every quoted passage of a manuscript in the essays.

    Parameters
    ----------
    manuscript : Manuscript
    essays : DataFrame
        essay_id, text; without rows, nothing is searched.
    shortest : int
        A passage of fewer words that names no essay is not searched: a word or two in quotation
        marks may be anybody's.
    labels : sequence of str
        Labels, aliases and codes of the study: one that stands in quotation marks alone, and
        names no essay, is a label and is not searched.

    Returns
    -------
    DataFrame
        The columns of `quoted_passages`, and words (how many), verdict, essay_id, essay_start,
        essay_end ('' and -1 where there is no place), changes (what an altered passage changes),
        reason (a sentence). Verdicts: verbatim; altered (the nearest place, with what differs);
        in another essay than named; in several essays (and none is named); not found;
        literature (not in the essays, and a citation stands beside it); not searched.

    Notes
    -----
    Cost: one sort of the essays' words; each passage is then looked up by its rarest pair of
    words, and compared word by word at few places only.
    """
    passages = quoted_passages(manuscript, essays["essay_id"])
    corpus = None if essays.empty else _Corpus(essays)
    labels = {_words(label) for label in labels}
    rows = []
    for passage in passages.itertuples(index=False):
        text = manuscript.text[passage.inner_start : passage.inner_end]
        named = [name for name in passage.named.split("; ") if name]
        rows.append(_trace(text, named, passage.cited, corpus, shortest, labels))
    columns = ["words", "verdict", "essay_id", "essay_start", "essay_end", "changes", "reason"]
    types = {"words": int, "essay_start": int, "essay_end": int}
    found = pd.DataFrame(rows, columns=columns)
    found = found.astype({name: types.get(name, str) for name in columns})
    return pd.concat([passages, found], axis=1)


def _words(text):
    return tuple(_plain(word[0]) for word in WORD.finditer(text))


def _plain(word):
    if word.isascii():
        return word.lower()
    word = INVISIBLE.sub("", unicodedata.normalize("NFC", word))
    return word.replace("’", "'").replace("ʼ", "'").casefold()


# A passage and its parts -----------------------------------------------------------------------


class Part(NamedTuple):
    """A part of a passage: a word, words that a [bracket] replaces, or a gap (an ellipsis).

    `word` of a bracket within a word ('walk[ed]') is None, and `edges` the letters around it.
    """

    kind: str
    word: str | None = None
    start: int = -1
    end: int = -1
    edges: tuple | None = None


def _parts(text):
    """The parts of a passage, without gaps and brackets at its edges."""
    parts = []
    for found in ELEMENT.finditer(text):
        if found["gap"]:
            parts.append(Part("gap"))
        elif found["word"]:
            parts.append(Part("word", _plain(found["word"]), *found.span()))
        elif found["before"] or found["after"]:
            edges = (_plain(found["before"]), _plain(found["after"]))
            parts.append(Part("changed", None, *found.span(), edges))
        else:
            parts.append(Part("bracket"))
    while parts and parts[0].kind in ("gap", "bracket"):
        parts.pop(0)
    while parts and parts[-1].kind in ("gap", "bracket"):
        parts.pop()
    return parts


def _runs(parts):
    """(first, last + 1) of each run of words that nothing interrupts."""
    runs, start = [], None
    for index, part in enumerate([*parts, Part("gap")]):
        if part.kind == "word":
            start = index if start is None else start
        elif start is not None:
            runs.append((start, index))
            start = None
    return runs


# The essays ------------------------------------------------------------------------------------


class _Corpus:
    """All words of all essays in one row of numbers, with a sorted index of words and pairs."""

    def __init__(self, essays):
        self.essay_ids = [str(name) for name in essays["essay_id"]]
        self.texts = list(essays["text"])
        self.vocabulary, numbers, starts, ends, self.first = {}, [], [], [], [0]
        for text in self.texts:
            for word in WORD.finditer(text):
                key = _plain(word[0])
                numbers.append(self.vocabulary.setdefault(key, len(self.vocabulary)))
                starts.append(word.start())
                ends.append(word.end())
            numbers.append(-1)  # no passage runs from one essay into the next
            starts.append(len(text))
            ends.append(len(text))
            self.first.append(len(numbers))
        self.words = list(self.vocabulary)
        self.numbers = np.array(numbers, dtype=np.int64)
        self.starts, self.ends = starts, ends
        self.row = numbers
        self.pairs = self.numbers[:-1] * (len(self.words) + 1) + self.numbers[1:]
        self.order_of_pairs = np.argsort(self.pairs, kind="stable")
        self.sorted_pairs = self.pairs[self.order_of_pairs]
        self.order_of_words = np.argsort(self.numbers, kind="stable")
        self.sorted_words = self.numbers[self.order_of_words]

    def number(self, word):
        return self.vocabulary.get(word, -2)

    def pair_places(self, first, second):
        """Where two words stand side by side."""
        key = first * (len(self.words) + 1) + second
        if first < 0 or second < 0:
            return np.array([], dtype=np.int64)
        return _between(self.sorted_pairs, self.order_of_pairs, key)

    def places(self, numbers):
        """Where a run of words stands, by its rarest pair."""
        if min(numbers) < 0:
            return np.array([], dtype=np.int64)
        if len(numbers) == 1:
            return _between(self.sorted_words, self.order_of_words, numbers[0])
        found = [self.pair_places(a, b) for a, b in pairwise(numbers)]
        at = min(range(len(found)), key=lambda index: len(found[index]))
        starts = found[at] - at
        starts = starts[(starts >= 0) & (starts + len(numbers) <= len(self.numbers))]
        for offset, number in enumerate(numbers):
            starts = starts[self.numbers[starts + offset] == number]
        return starts

    def essay_of(self, place):
        return int(np.searchsorted(self.first, place, side="right")) - 1

    def bounds(self, essay):
        """First word of an essay, and the place after its last."""
        return self.first[essay], self.first[essay + 1] - 1

    def text_of(self, start, end):
        """The essay's text from one word to before another, and its offsets."""
        essay = self.essay_of(start)
        left, right = self.starts[start], self.ends[end - 1]
        return self.texts[essay][left:right], essay, left, right


def _between(keys, order, key):
    left, right = np.searchsorted(keys, [key, key + 1])
    return np.sort(order[left:right])


# Looking up ------------------------------------------------------------------------------------


class Found(NamedTuple):
    """A place: essay (its number), words from start to before end, and what differs there."""

    essay: int
    start: int
    end: int
    changes: str


def _trace(text, named, cited, corpus, shortest, labels):
    parts = _parts(text)
    count = sum(part.kind == "word" for part in parts)
    if corpus is None:
        return count, "not searched", "", -1, -1, "", "There is no essay to search."
    if not named and (not count or _words(text) in labels):
        why = "It is a label of the study." if count else "There is no word in it."
        return count, "not searched", "", -1, -1, "", why
    if count < shortest and (not named or not count):
        why = f"It has fewer than {shortest} words, too short to be searched."
        return count, "not searched", "", -1, -1, "", why
    found = _exact(parts, text, corpus)
    if not found and not (cited and not named):
        found = _nearest(parts, corpus, named)
    verdict, place, reason = _judged(found, named, cited, corpus)
    if place is None:
        return count, verdict, "", -1, -1, "", reason
    left, right = corpus.starts[place.start], corpus.ends[place.end - 1]
    essay_id = corpus.essay_ids[place.essay]
    return count, verdict, essay_id, left, right, place.changes, reason


def _judged(found, named, cited, corpus):
    """(verdict, the place that is reported, the sentence)."""
    if not found:
        if cited and not named:
            return "literature", None, "A citation stands beside it, and no essay has it."
        where = f" (named: {', '.join(named)})" if named else ""
        return "not found", None, f"No essay has it or anything near it{where}."
    same = [place for place in found if not place.changes] or found
    essays = sorted({corpus.essay_ids[place.essay] for place in same})
    in_named = [place for place in same if corpus.essay_ids[place.essay] in named]
    place = (in_named or same)[0]
    unknown = [name for name in named if name not in corpus.essay_ids]
    elsewhere = ""
    if named and not in_named:
        elsewhere = f" It stands in {' and '.join(essays)}, not in {', '.join(named)}."
        elsewhere += f" There is no essay {', '.join(unknown)}." if unknown else ""
    if place.changes:
        essay_id = corpus.essay_ids[place.essay]
        return "altered", place, f"Nearest in {essay_id}: {place.changes}.{elsewhere}"
    if elsewhere:
        return "in another essay than named", place, elsewhere.strip()
    if len(essays) > 1 and not named:
        shown = ", ".join(essays[:8]) + (f" and {len(essays) - 8} more" if essays[8:] else "")
        return "in several essays", place, f"Word for word in {shown}; none is named."
    return "verbatim", place, f"Word for word in {corpus.essay_ids[place.essay]}."


def _exact(parts, text, corpus):
    """Places where all the words stand in order; with changes where the punctuation differs."""
    runs = _runs(parts)
    if not runs:
        return []
    first, last = max(runs, key=lambda run: run[1] - run[0])
    anchor = [corpus.number(part.word) for part in parts[first:last]]
    found, essays = [], set()
    for start in corpus.places(anchor).tolist():
        essay = corpus.essay_of(start)
        low, high = corpus.bounds(essay)
        if essay in essays:  # one place an essay is enough, if it is the same to the letter
            continue
        begin = _walk(parts[:first][::-1], start - 1, -1, low, high, corpus)
        finish = _walk(parts[last:], start + last - first, 1, low, high, corpus)
        if begin is None or finish is None:
            continue
        changes = _typography(parts, runs, text, begin + 1, finish, corpus)
        if not changes:
            essays.add(essay)
        found.append(Found(essay, begin + 1, finish, changes))
    return found


def _walk(parts, at, step, low, high, corpus):
    """Follow parts through an essay's words; the place after the last, or None.

    All places that the parts so far can have reached are kept, so that no choice is undone.
    """
    reached = {at}
    for part in parts:
        if part.kind == "gap":
            edge = min(reached) if step > 0 else max(reached)
            reached = set(range(edge, high + 1) if step > 0 else range(low - 1, edge + 1))
        elif part.kind == "bracket":
            reached = {place + step * more for place in reached for more in range(REPLACED + 1)}
            reached = {place for place in reached if low - 1 <= place <= high}
        else:
            reached = {place for place in reached if low <= place < high}
            reached = {place + step for place in reached if _fits(part, corpus.row[place], corpus)}
        if not reached:
            return None
    return min(reached) if step > 0 else max(reached)


def _fits(part, number, corpus):
    word = corpus.words[number]
    if part.kind == "word":
        return word == part.word
    return word.startswith(part.edges[0]) and word.endswith(part.edges[1])


def _typography(parts, runs, text, start, end, corpus):
    """What differs between the runs and the essay besides the words; '' if nothing does."""
    place, differs = start, ""
    for first, last in runs:
        numbers = [corpus.number(part.word) for part in parts[first:last]]
        while corpus.row[place : place + len(numbers)] != numbers:
            place += 1
            if place >= end:
                return differs
        ours = _normal(text[parts[first].start : parts[last - 1].end])
        theirs = _normal(corpus.text_of(place, place + len(numbers))[0])
        new = first == 0 or parts[first - 1].kind == "gap"
        if new:  # the first letter may change its case
            ours, theirs = ours[:1].casefold() + ours[1:], theirs[:1].casefold() + theirs[1:]
        if ours.casefold() != theirs.casefold():
            return "the words are the same, the punctuation is not"
        if ours != theirs:
            differs = "the words are the same, capital letters are not"
        place += len(numbers)
    return differs


def _normal(text):
    """A text without what is only typography: marks, kinds of dashes, white space, italics."""
    text = INVISIBLE.sub("", unicodedata.normalize("NFC", text))
    text = re.sub(r"\n[ \t]*>", " ", text)
    text = re.sub("[“”„\"«»‹›‘’'‚ʼ*_`]", "", text)
    text = re.sub(r"\s*(?:[‒–—―−]|--+|(?<=\s)-(?=\s))\s*", "–", text)
    text = text.replace("‐", "-").replace("\u2011", "-").replace("...", "…")
    return " ".join(text.split())


# The nearest place -----------------------------------------------------------------------------


def _nearest(parts, corpus, named):
    """The place that is most like a passage, with what differs; none if too little is alike."""
    groups, group = [], []
    for part in [*parts, Part("gap")]:
        if part.kind == "gap":
            groups += [group] if group else []
            group = []
        elif part.kind == "word":
            group.append(part.word)
    if not groups:
        return []
    longest = max(groups, key=len)
    candidates = [_aligned(longest, place, corpus) for place in _hits(longest, corpus)]
    candidates = [found for found in candidates if found]
    if not candidates:
        return []
    _, place = max(
        candidates,
        key=lambda c: (c[0], corpus.essay_ids[c[1].essay] in named, -c[1].start),
    )
    changes = [place.changes] if place.changes else []
    low, high = corpus.bounds(place.essay)
    missing = [
        group for group in groups
        if group is not longest and not any(
            low <= at < high for at in corpus.places([corpus.number(word) for word in group])
        )
    ]  # fmt: skip
    changes += [f"the part “{_few(group)}” is not there word for word" for group in missing]
    return [place._replace(changes="; ".join(changes) or "its parts stand in another order")]


def _hits(words, corpus):
    """Places around which the essays share most pairs of words with a passage."""
    numbers = [corpus.number(word) for word in words]
    hits = [corpus.pair_places(a, b) for a, b in pairwise(numbers)]
    hits = [places for places in hits if len(places) <= COMMON]
    if not hits or not sum(map(len, hits)):
        return []
    places = np.sort(np.concatenate(hits))
    reach = _reach(words)
    counts = np.searchsorted(places, places + reach) - np.arange(len(places))
    found = []
    for index in np.lexsort((places, -counts)):
        place = int(places[index])
        essay = corpus.essay_of(place)
        if all(essay != corpus.essay_of(other) or abs(place - other) > reach for other in found):
            found.append(place)
        if len(found) == CANDIDATES:
            break
    return found


def _reach(words):
    """How many words of an essay are looked at after a hit: what is put in may double them."""
    return 2 * len(words) + 6


def _aligned(words, place, corpus):
    """(share of the words found in order, where they are); None where too few are."""
    essay = corpus.essay_of(place)
    low, high = corpus.bounds(essay)
    left, right = max(place - len(words) - 3, low), min(place + _reach(words), high)
    theirs = [corpus.words[number] for number in corpus.row[left:right]]
    matcher = difflib.SequenceMatcher(None, words, theirs, autojunk=False)
    blocks = _without_stray([block for block in matcher.get_matching_blocks() if block.size])
    share = sum(block.size for block in blocks) / len(words)
    if share < NEAR:
        return None
    before, after = blocks[0].a, len(words) - blocks[-1].a - blocks[-1].size
    start = max(blocks[0].b - before, 0)  # as many words around as the passage has
    end = min(blocks[-1].b + blocks[-1].size + after, len(theirs))
    changes = _changes(words, theirs[start:end])
    return share, Found(essay, left + start, left + end, changes)


def _without_stray(blocks):
    """Matching blocks without single words far from the others, which only happen to match."""
    blocks = list(blocks)

    def far(one, other):
        return one.size == 1 and abs((other.b - one.b) - (other.a - one.a)) > 3

    while len(blocks) > 1 and far(blocks[0], blocks[1]):
        blocks.pop(0)
    while len(blocks) > 1 and far(blocks[-1], blocks[-2]):
        blocks.pop()
    return blocks


def _changes(ours, theirs):
    """What a passage changes, in words: '“grateful” for “thankful”'."""
    said = []
    for kind, a, b, c, d in difflib.SequenceMatcher(None, ours, theirs, False).get_opcodes():
        if kind == "replace":
            said.append(f"“{_few(ours[a:b])}” for “{_few(theirs[c:d])}”")
        elif kind == "delete":
            said.append(f"“{_few(ours[a:b])}” put in")
        elif kind == "insert":
            said.append(f"“{_few(theirs[c:d])}” left out")
    more = f" and {len(said) - 5} more" if len(said) > 5 else ""
    return ", ".join(said[:5]) + more


def _few(words, most=8):
    return " ".join(words[:most]) + (" …" if len(words) > most else "")


# What the quotations show ----------------------------------------------------------------------


def with_themes(quotations, manuscript, names_in):
    """The theme that each quotation stands for, and how that is known.

    Columns theme ('' where none or several are named) and theme_by: "sentence", the theme named
    last before the quotation in its sentence, or in the one that leads to it, else first after it
    there; "paragraph", named in an earlier sentence; "heading", the only theme that the heading
    names. A name within a quotation is not the author's.

    Parameters
    ----------
    names_in : callable
        names_in(start, end) gives (start, end, theme, ...) for each theme that this stretch of
        the manuscript's text names.
    """
    starts, ends = quotations["start"].to_numpy(), quotations["end"].to_numpy()
    found, titles = {}, {}
    for block in manuscript.blocks.itertuples():
        if block.level:
            titles[block.heading] = (block.start, block.end)
        first, last = np.searchsorted(starts, [block.start, block.end])
        if first == last:
            continue
        named = [
            (start, end, theme)
            for start, end, theme, *_ in names_in(block.start, block.end)
            if not ((starts[first:last] <= start) & (start < ends[first:last])).any()
        ]
        title = names_in(*titles[block.heading]) if block.heading in titles else []
        title = {theme for _, _, theme, *_ in title}
        only = [*title] if len(title) == 1 else []
        for at in range(first, last):
            near = [
                (start < starts[at], theme)
                for start, end, theme in named
                if not _sentence_between(manuscript.text, (start, end), (starts[at], ends[at]))
            ]
            before = [theme for is_before, theme in near if is_before]
            earlier = [theme for start, _, theme in named if start < starts[at]]
            ways = {"sentence": before[-1:] or [theme for _, theme in near][:1]}
            ways |= {"paragraph": [] if earlier[-1:] == only else earlier[-1:], "heading": only}
            found[at] = next(((themes[0], way) for way, themes in ways.items() if themes), ("", ""))
    themes, ways = (
        zip(*(found.get(at, ("", "")) for at in range(len(quotations))), strict=True)
        if len(quotations)
        else ((), ())
    )
    return quotations.assign(theme=pd.array(themes, dtype=str), theme_by=pd.array(ways, dtype=str))


def _sentence_between(text, name, quotation):
    """Does a sentence of the author's begin between a name and a quotation?"""
    if name[0] < quotation[0]:
        return bool(NEXT_SENTENCE.search(text, name[1], quotation[0]))
    return bool(NEXT_SENTENCE.search(text, quotation[1] - 1, name[0]))


def with_theme_status(quotations, theme_presence, theme_codings):
    """Whether each quotation carries the theme that it stands under.

    Parameters
    ----------
    quotations : DataFrame
        From `with_themes`. A theme that was named in an earlier sentence of the paragraph may
        have been left since: it is confirmed, and never held against a quotation.
    theme_presence : DataFrame
        essay_id, theme, status: the consensus.
    theme_codings : DataFrame
        theme, essay_id, start, end: the coders' own marks, rolled up to themes; those of a whole
        essay have no start.

    Returns
    -------
    DataFrame
        With theme_status: '' (no theme, none of the consensus, or no place), carries it (present
        by consensus, and some coder marked words of it), elsewhere in the essay (present, but
        nobody marked these words), unresolved, absent.
    """
    status = dict(
        zip(
            zip(theme_presence["essay_id"], theme_presence["theme"], strict=True),
            theme_presence["status"],
            strict=True,
        )
    )
    spans = theme_codings.dropna(subset=["start"])
    marked = {key: group[["start", "end"]].to_numpy(int)
              for key, group in spans.groupby(["essay_id", "theme"])}  # fmt: skip
    known = set(theme_presence["theme"])
    found = []
    for row in quotations.itertuples():
        key = (row.essay_id, row.theme)
        if row.theme not in known or not row.essay_id:
            found.append("")
        elif status.get(key) == "present":
            places = marked.get(key, np.empty((0, 2), int))
            here = ((places[:, 0] < row.essay_end) & (places[:, 1] > row.essay_start)).any()
            found.append("carries it" if here else "elsewhere in the essay")
        elif row.theme_by == "paragraph":
            found.append("")
        else:
            found.append("unresolved" if status.get(key) == "unresolved" else "absent")
    return quotations.assign(theme_status=pd.array(found, dtype=str))


def with_first_use(quotations, *, shortest):
    """Where the same words of an essay were quoted before: column first_use, the start of the
    earlier quotation in the manuscript; -1 where there is none.

    Two quotations use the same words if one lies within the other, or if they share at least
    `shortest` words.
    """
    first, earlier = [], {}
    for row in quotations.itertuples():
        before = -1
        if row.essay_id:
            length = row.essay_end - row.essay_start
            for start, end, at in earlier.setdefault(row.essay_id, []):
                shared = min(end, row.essay_end) - max(start, row.essay_start)
                enough = shared > 0 and shared >= min(
                    end - start, length, shortest * length / max(row.words, 1)
                )
                if enough and before < 0:
                    before = at
            earlier[row.essay_id].append((row.essay_start, row.essay_end, row.start))
        first.append(before)
    return quotations.assign(first_use=pd.array(first, dtype=int))


def themes_quoted(quotations, themes):
    """How often each theme is quoted: theme, label, quotations, essays.

    Counted are quotations with a place in the essays and the column theme.
    """
    placed = quotations[quotations["essay_id"].ne("")]
    by_theme = placed.groupby("theme")["essay_id"]
    return themes[["theme", "label"]].assign(
        quotations=themes["theme"].map(by_theme.size()).fillna(0).astype(int),
        essays=themes["theme"].map(by_theme.nunique()).fillna(0).astype(int),
    )


def essay_shares(quotations, essays):
    """How much of what is quoted each essay's author gave.

    Returns
    -------
    DataFrame
        essay_id, quotations, words, share (0-1, of all quoted words; NaN where nothing is
        quoted); all essays, the most quoted first.
    """
    placed = quotations[quotations["essay_id"].ne("")]
    groups = placed.groupby("essay_id")["words"]
    names = essays["essay_id"]
    table = pd.DataFrame(
        {
            "essay_id": names,
            "quotations": names.map(groups.size()).fillna(0).astype(int),
            "words": names.map(groups.sum()).fillna(0).astype(int),
        }
    )
    total = table["words"].sum()
    table["share"] = table["words"] / total if total else np.nan
    return table.sort_values(["words", "essay_id"], ascending=[False, True], ignore_index=True)
