"""Several files become one study: essays are matched by their text, never by name or number.

Two coders' files rarely name an essay alike, and one coder may have mended a typing error. Equal
texts are one essay. Texts that share most of their runs of words are one essay in two versions if
their names are related too; codings then move to the first version word by word, proven by their
quotation. Nearly equal texts under other names stay apart, and are named: reports and forms may
be alike and yet be two.
"""

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from zlib import crc32

from analysis.importers.anchoring import Place
from analysis.importers.material import writable
from analysis.importers.quotations import (
    Haystack,
    candidates_said,
    folded_text,
    plain,
    proof,
    squeezed,
)
from analysis.problems import listed

ALIKE, ALIKE_OF_RELATED_NAME = 0.7, 0.5  # share of runs of words that two versions have in common
RUN = 5  # words
WORD, SIGN = re.compile(r"\S+"), re.compile(r"\S")
ENDINGS = re.compile(r"\.(txt|md|docx|doc|odt|rtf|html|htm|pdf|csv|xlsx)$", re.IGNORECASE)
RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)


@dataclass
class Version:
    """An essay of the study; new: it was not there before the import."""

    essay_id: str
    text: str
    attributes: dict = field(default_factory=dict)
    new: bool = True


@dataclass
class Corpus:
    """The essays of a study while files are united into it.

    Attributes
    ----------
    essays : dict of str to Version
        By essay_id.
    differences : list of dict
        Where two versions of one essay differ.
    nearly : list of (essay_id, name)
        Texts that are nearly one, and were kept apart.
    renumbered : list of str
        Ids of essays whose name was another's.
    notes : list of str
    """

    essays: dict = field(default_factory=dict)
    differences: list = field(default_factory=list)
    nearly: list = field(default_factory=list)
    renumbered: list = field(default_factory=list)
    notes: list = field(default_factory=list)

    def __post_init__(self):
        self._by_text, self._by_name, self._renamed = {}, {}, {}
        self._runs, self._indexed = {}, set()
        self._called = {}  # what files call an essay; None where two are called so

    def add_existing(self, essay_id, text):
        self._keep(Version(essay_id, text, new=False))

    def _keep(self, version):
        self.essays[version.essay_id] = version
        self._by_text.setdefault(plain(version.text), []).append(version.essay_id)
        self._by_name[_folded(version.essay_id)] = version.essay_id

    def take_in(self, material):
        """Match every essay of one file; gives key of the essay -> essay_id."""
        ids, fresh = {}, []
        for key, essay in material.essays.items():
            if not essay.text.strip():
                continue
            same = [i for i in self._by_text.get(plain(essay.text), []) if i not in ids.values()]
            named = self._by_name.get(_folded(clean_name(essay.name)))
            if same:
                ids[key] = named if named in same else same[0]
                self._rename(ids, key, essay)
            else:
                fresh.append(key)
        if fresh:
            self._index_runs()
        for key in fresh:
            essay = material.essays[key]
            essay_id = self._version_of(essay, set(ids.values()))
            if essay_id is None:
                essay_id = self._new_id(clean_name(essay.name))
                self._keep(Version(essay_id, essay.text))
            else:
                ids[key] = essay_id
                self._rename(ids, key, essay)
                essay_id = ids[key]
                self._note_differences(material, essay, essay_id)
            ids[key] = essay_id
        for key, essay_id in ids.items():
            self.essays[essay_id].attributes |= material.essays[key].attributes
            if material.essays[key].note:
                self.notes.append(f"essay '{essay_id}': {material.essays[key].note}")
            called = _folded(clean_name(material.essays[key].name))
            same = self.current(self._called.get(called) or essay_id) == essay_id
            self._called[called] = essay_id if same else None
        return ids

    def find(self, name):
        """The id of an essay that a table names; None if there is none, or more than one."""
        wanted = _folded(clean_name(str(name)))
        if wanted in self._by_name:
            return self._by_name[wanted]
        if wanted.isdigit():  # a spreadsheet makes 7 of 007
            numbers = [i for n, i in self._by_name.items() if n.isdigit() and int(n) == int(wanted)]
            return numbers[0] if len(numbers) == 1 else None
        called = self._called.get(wanted)
        return called and self.current(called)

    def _rename(self, ids, key, essay):
        """'E01 ana' and 'E01 ben' hold one text: call it E01, if that is free."""
        version = self.essays[ids[key]]
        shared = shared_name(version.essay_id, clean_name(essay.name))
        if version.new and shared and _folded(shared) not in self._by_name:
            old = version.essay_id
            self.essays = {(shared if i == old else i): v for i, v in self.essays.items()}
            self._renamed[old] = shared
            version.essay_id = shared
            self._by_name[_folded(shared)] = shared
            self._by_name[_folded(old)] = shared
            same = self._by_text[plain(version.text)]
            same[same.index(old)] = shared
            ids[key] = shared

    def _new_id(self, name):
        essay_id, n = name, 1
        while _folded(essay_id) in self._by_name:
            n += 1
            essay_id = f"{name}_{n}"
        if n > 1:
            self.renumbered.append(essay_id)
        return essay_id

    def said(self):
        """What the researcher should hear about the essays."""
        notes = list(self.notes)
        if self.renumbered:
            notes.append(
                f"{len(self.renumbered)} essays had the name of another text and got a number: "
                + listed(self.renumbered)
            )
        if self.nearly:
            pairs = [f"{a}' and '{b}" for a, b in self.nearly]
            notes.append("nearly the same text under two names, kept apart: " + listed(pairs))
        return notes

    # Versions of one essay

    def _index_runs(self):
        """Which essay has a run of words: the first that has it, which is enough to be found."""
        for essay_id, version in self.essays.items():
            if id(version) not in self._indexed:
                self._indexed.add(id(version))
                for run in _runs(version.text):
                    self._runs.setdefault(run, essay_id)

    def _version_of(self, essay, taken):
        """The essay of which this text is another version, or None."""
        own = _runs(essay.text)
        shared = Counter(self.current(self._runs[run]) for run in own if run in self._runs)
        named = self._by_name.get(_folded(clean_name(essay.name)))
        for essay_id, n in sorted(shared.items(), key=lambda item: (-item[1], item[0])):
            related = essay_id == named or shared_name(essay_id, clean_name(essay.name))
            if related and essay_id not in taken and n >= ALIKE_OF_RELATED_NAME * len(own):
                return essay_id
            if essay_id not in taken and n >= ALIKE * len(own):
                self.nearly.append((essay_id, clean_name(essay.name)))
        return None

    def current(self, essay_id):
        """The id that an essay has now: it may have been renamed since."""
        return self._renamed.get(essay_id, essay_id)

    def _note_differences(self, material, essay, essay_id):
        version = self.essays[essay_id]
        place = "the study" if not version.new else "the file before"
        self.notes.append(
            f"essay '{essay_id}': the text in {material.file} is not quite that of {place}; "
            "codings were moved to the first text, and those that could not be are listed"
        )
        for ours, theirs in differences(version.text, essay.text):
            self.differences.append(
                {"file": material.file, "essay_id": essay_id, "quotation": ours, "what": theirs}
            )


def _runs(text):
    """Check sums of every run of words."""
    words = folded_text(text).split()
    last = max(len(words) - RUN, 0)
    return {crc32(" ".join(words[n : n + RUN]).encode("utf-8", "replace")) for n in range(last + 1)}


def _folded_words(words):
    return [plain(word) for word in words]


def _folded(name):
    return unicodedata.normalize("NFC", name).casefold()


def clean_name(name):
    """A name that may be an essay's id and a file's name everywhere."""
    name = unicodedata.normalize("NFC", ENDINGS.sub("", writable(name).strip()))
    name = re.sub(r'[/\\:*?"<>|\x00-\x1f\x7f]+', "_", " ".join(name.split()))
    name = name.strip().rstrip(". ")[:80].strip().lstrip("'~.")
    if not name:
        return "essay"
    return f"_{name}" if RESERVED.fullmatch(name) else name


def shared_name(first, second):
    """What two names begin with, or else end with, if only letters differ: 'E01 ana', 'E01 ben'.

    None for 'E01' and 'E02', or '2026 P1' and '2026 P2': a number that differs parts essays.
    """
    one, two = (re.findall(r"[^\W_]+|[\W_]+", name) for name in (first, second))
    begin = _leading(one, two)
    end = _leading(one[::-1], two[::-1])[::-1]
    for parts in (begin, end):
        rest = [*one[len(parts) :], *two[len(parts) :]] if parts is begin else [
            *one[: len(one) - len(parts)], *two[: len(two) - len(parts)],
        ]  # fmt: skip
        name = re.sub(r"^[\W_]+|[\W_]+$", "", "".join(parts))
        if re.search(r"\d", name) and not re.search(r"\d", "".join(rest)):
            return name
    return None


def _leading(one, two):
    """The parts that two lists begin with alike."""
    alike = []
    for a, b in zip(one, two, strict=False):
        if a.casefold() != b.casefold():
            break
        alike.append(a)
    return alike


# Moving a coding from one version of an essay to another -------------------------------------


class Alignment:
    """Two versions of an essay: sign by sign where only white space differs, else word by word."""

    def __init__(self, source, target):
        self.source, self.target = source, target
        self._haystack = Haystack(target)
        self._from, self._to = _spans_of(SIGN, source), _spans_of(SIGN, target)
        if plain(source) == plain(target) and len(self._from) == len(self._to):
            self._partner = {n: n for n in range(len(self._from))}
        else:
            self._from, self._to = _spans_of(WORD, source), _spans_of(WORD, target)
            self._partner = dict(_equal_words(source, target))
        self._part_at = {
            at: n for n, (start, end) in enumerate(self._from) for at in range(start, end)
        }

    def move(self, place):
        """The same words in the target; a Place with a reason if they are not there."""
        if place.start is None or place.reason:
            return place
        words = self.source[place.start : place.end]
        start = place.start + len(words) - len(words.lstrip())
        words = words.strip()
        spot = self._spot(start, start + len(words))
        if spot and proof(words, self.target[spot[0] : spot[1]]):
            return place._replace(start=spot[0], end=spot[1])
        _, found = self._haystack.find(words)
        if len(found) == 1:
            what = "found by its words: the essay differs round it"
            return place._replace(start=found[0][0], end=found[0][1], what=what)
        if found:
            return Place(reason="quote_ambiguous", what=candidates_said(found))
        return Place(reason="quote_not_found", what="the essay differs here from the first text")

    def _spot(self, start, end):
        edges = []
        for at, side in ((start, 0), (end - 1, 1)):
            n = self._part_at.get(at)
            if n not in self._partner:
                return None
            a, b = self._from[n], self._to[self._partner[n]]
            inside = at + side - a[0]
            if b[1] - b[0] != a[1] - a[0] and inside not in (0, a[1] - a[0]):
                return None
            edges.append(b[1] if inside == a[1] - a[0] else b[0] + inside)
        return tuple(edges)


def _spans_of(pattern, text):
    """Spans of words, or of signs, that are not ignored when texts are compared."""
    spans = (match.span() for match in pattern.finditer(text))
    return [(a, b) for a, b in spans if squeezed(text[a:b])]


def _equal_words(first, second):
    """(word of the first, word of the second) of the words that stand in both, in order."""
    one, two = (
        _folded_words([text[a:b] for a, b in _spans_of(WORD, text)]) for text in (first, second)
    )
    for block in SequenceMatcher(None, one, two, autojunk=False).get_matching_blocks():
        for n in range(block.size):
            yield block.a + n, block.b + n


def differences(first, second, shown=6):
    """(words of the first, words of the second) where two versions differ, shortened."""
    one, two = WORD.findall(first), WORD.findall(second)
    matcher = SequenceMatcher(None, *map(_folded_words, (one, two)), autojunk=False)
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag != "equal":
            said = " ".join(one[a:b][:shown]), " ".join(two[c:d][:shown])
            yield (said[0] + " …" * (b - a > shown), said[1] + " …" * (d - c > shown))
