"""Several files become one study: essays are matched by their text, never by name or number.

Two coders' files rarely name an essay alike, and one coder may have mended a typing error. Equal
texts are one essay. Texts that share most of their runs of words are one essay in two versions if
their names are related too; codings then move to the first version word by word, proven by their
quotation. Nearly equal texts under other names stay apart, and are named: reports and forms may
be alike and yet be two.
"""

from collections import Counter
from dataclasses import dataclass, field
from zlib import crc32

from analysis.importers.aligning import differences
from analysis.importers.essay_names import clean_name, folded, shared_name, without_coder
from analysis.importers.quotations import folded_text, plain
from analysis.problems import counted, listed

ALIKE, ALIKE_OF_RELATED_NAME = 0.7, 0.5  # share of runs of words that two versions have in common
RUN = 5  # words
SHOWN = 8  # names in a note


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
        For the report: where two versions of one essay differ, and two texts of one name.
    nearly : list of (essay_id, name)
        Texts that are nearly one, and were kept apart.
    called : list of (name, Version)
        Essays that a file calls otherwise.
    notes : list of str
    coders : set of str
        All who are known by name, for whose copies see `without_coder`.
    """

    essays: dict = field(default_factory=dict)
    differences: list = field(default_factory=list)
    nearly: list = field(default_factory=list)
    called: list = field(default_factory=list)
    notes: list = field(default_factory=list)
    coders: set = field(default_factory=set)

    def __post_init__(self):
        self._by_text, self._by_name, self._renamed = {}, {}, {}
        self._runs, self._indexed = {}, set()
        self._called = {}  # what files call an essay; None where two are called so

    def add_existing(self, essay_id, text, attributes):
        self._keep(Version(essay_id, text, dict(attributes), new=False))

    def _keep(self, version):
        self.essays[version.essay_id] = version
        self._by_text.setdefault(plain(version.text), []).append(version.essay_id)
        self._by_name[folded(version.essay_id)] = version.essay_id

    def take_in(self, material):
        """Match every essay of one file; gives key of the essay -> essay_id."""
        ids, fresh = {}, []
        for key, essay in material.essays.items():
            name = self._name(material, essay)
            if not essay.text.strip():
                self.notes.append(f"essay '{name}' in {material.file} holds no words: left out")
                continue
            same = [i for i in self._by_text.get(plain(essay.text), []) if i not in ids.values()]
            named = self._by_name.get(folded(name))
            if same:
                ids[key] = named if named in same else same[0]
                self._rename(ids, key, name)
            else:
                fresh.append(key)
        if fresh:
            self._index_runs()
        for key in fresh:
            essay = material.essays[key]
            name = self._name(material, essay)
            essay_id = self._version_of(essay, name, set(ids.values()))
            if essay_id is None:
                essay_id = self._new_id(name)
                self._note_other_text(material, name, essay_id)
                self._keep(Version(essay_id, essay.text))
            else:
                ids[key] = essay_id
                self._rename(ids, key, name)
                essay_id = ids[key]
                self._note_differences(material, essay, essay_id)
            ids[key] = essay_id
        for key, essay_id in ids.items():
            self._describe(material, material.essays[key], essay_id)
        return ids

    def _name(self, material, essay):
        """What a file calls an essay: the file's own name may be that of a coder's copy."""
        name = clean_name(essay.name)
        is_files = clean_name(material.file.rsplit("/", 1)[-1]) == name
        return without_coder(name, self.coders) if is_files else name

    def _describe(self, material, essay, essay_id):
        """What a file says of an essay besides its text."""
        version, name = self.essays[essay_id], self._name(material, essay)
        for attribute, value in essay.attributes.items():
            attribute, value = " ".join(attribute.split()) or "attribute", _one_line_end(value)
            before = version.attributes.get(attribute)
            if not before:
                version.attributes[attribute] = value
            elif value.strip() not in ("", before.strip()):
                what = (
                    f"{attribute} is '{before}' there already, and '{value}' here: the first stands"
                )
                self._report(material, essay_id, "attribute", what)
        if essay.note:
            self.notes.append(f"essay '{essay_id}': {essay.note}")
        self.called.append((name, version))
        for called in {folded(name), folded(clean_name(essay.name))}:
            same = self.current(self._called.get(called) or essay_id) == essay_id
            self._called[called] = essay_id if same else None

    def _report(self, material, essay_id, reason, what, quotation=""):
        self.differences.append(
            {"file": material.file, "essay_id": essay_id, "reason": reason, "what": what,
             "quotation": quotation}
        )  # fmt: skip

    def find(self, name):
        """The id of an essay that a table names; None if there is none, or more than one."""
        wanted = folded(clean_name(str(name)))
        if wanted in self._by_name:
            return self._by_name[wanted]
        if wanted.isdigit():  # a spreadsheet makes 7 of 007
            numbers = [i for n, i in self._by_name.items() if n.isdigit() and int(n) == int(wanted)]
            return numbers[0] if len(numbers) == 1 else None
        called = self._called.get(wanted)
        return called and self.current(called)

    def _rename(self, ids, key, name):
        """'E01 ana' and 'E01 ben' hold one text: call it E01, if that is free."""
        version = self.essays[ids[key]]
        shared = shared_name(version.essay_id, name)
        if version.new and shared and folded(shared) not in self._by_name:
            old = version.essay_id
            self.essays = {(shared if i == old else i): v for i, v in self.essays.items()}
            self._renamed[old] = shared
            version.essay_id = shared
            self._by_name[folded(shared)] = shared
            self._by_name[folded(old)] = shared
            same = self._by_text[plain(version.text)]
            same[same.index(old)] = shared
            ids[key] = shared

    def _new_id(self, name):
        essay_id, n = name, 1
        while folded(essay_id) in self._by_name:
            n += 1
            essay_id = f"{name}_{n}"
        return essay_id

    def said(self):
        """What the researcher should hear about the essays."""
        notes = list(self.notes)
        names = [
            f"'{name}' is '{version.essay_id}'"
            for name, version in self.called
            if name != version.essay_id and not _is_shortened(name, version)
        ]
        if names:
            more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
            notes.append(f"essays keep the id that came first: {', '.join(names[:SHOWN])}{more}")
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

    def _version_of(self, essay, name, taken):
        """The essay of which this text is another version, or None."""
        own = _runs(essay.text)
        shared = Counter(self.current(self._runs[run]) for run in own if run in self._runs)
        named = self._by_name.get(folded(name))
        for essay_id, n in sorted(shared.items(), key=lambda item: (-item[1], item[0])):
            related = essay_id == named or shared_name(essay_id, name)
            if related and essay_id not in taken and n >= ALIKE_OF_RELATED_NAME * len(own):
                return essay_id
            if essay_id not in taken and n >= ALIKE * len(own):
                self.nearly.append((essay_id, name))
        return None

    def current(self, essay_id):
        """The id that an essay has now: it may have been renamed since."""
        return self._renamed.get(essay_id, essay_id)

    def _note_other_text(self, material, name, essay_id):
        if essay_id == name:
            return
        other = self._by_name[folded(name)]
        what = f"quite another text than essay '{other}', whose name it has: a new essay here"
        self._report(material, essay_id, "another text", what)
        self.notes.append(
            f"LOOK: '{name}' in {material.file} is quite another text than the essay '{other}' "
            f"that is there already, and became an essay of its own, '{essay_id}'. If the two are "
            "one essay, its coders did not code one text: take this essay out again (its text, "
            f"and the rows of '{essay_id}' in codings/, memos.csv and assignments.csv), let its "
            "coder code the text that is there, and import that"
        )

    def _note_differences(self, material, essay, essay_id):
        version = self.essays[essay_id]
        place = "the study" if not version.new else "the file before"
        note = (
            f"essay '{essay_id}': the text in {material.file} is not quite that of {place}; "
            "codings were moved to the first text, and those that could not be are listed"
        )
        found = differences(version.text, essay.text)
        for difference in found:
            there = f"there: {difference.second}" if difference.second else "it is not there"
            if abs(difference.lacking) >= RUN:
                fewer = "fewer" if difference.lacking > 0 else "more"
                there += f" ({counted(abs(difference.lacking), 'word')} {fewer})"
            self._report(material, essay_id, "essay", there, difference.first)
        lacking = sum(d.lacking for d in found if d.lacking >= RUN)
        if lacking:
            note += (
                f". IT LACKS {counted(lacking, 'word')} of the essay, yet its coder counts as "
                "having read all of it: let the coder read the rest too (import_report.csv has "
                "the places), or what was never looked for counts as absent"
            )
        surplus = -sum(d.lacking for d in found if -d.lacking >= RUN)
        if surplus:
            note += (
                f". It has {counted(surplus, 'word')} that the essay lacks, which its other "
                "coders cannot have read: codings there are listed"
            )
        self.notes.append(note)


def _runs(text):
    """Check sums of every run of words."""
    words = folded_text(text).split()
    last = max(len(words) - RUN, 0)
    return {crc32(" ".join(words[n : n + RUN]).encode("utf-8", "replace")) for n in range(last + 1)}


def _one_line_end(text):
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _is_shortened(name, version):
    """Is a new essay called by what the names of its files share, this one among them?"""
    return version.new and shared_name(name, version.essay_id) == version.essay_id
