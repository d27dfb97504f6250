"""Names of coders and codes: what a study can hold, and which names are suspiciously alike."""

import re
import unicodedata

from analysis.importers.material import writable
from analysis.importers.reporting import report_row
from analysis.study import RULES
from analysis.tables import looks_like_date

NOBODY = "unknown"


class Names:
    """Names in the files -> names in the study, one to one.

    Attributes
    ----------
    notes : list of str
        Which names had to change, and whose coder is not known.
    made_up : set of str
        Names in the study of coders whom neither a file nor the researcher names.
    """

    def __init__(self, materials, coder, known_coders, known_codes):
        self.notes, self.made_up = [], set()
        self._given = coder if isinstance(coder, dict) else {}
        self._one = coder if isinstance(coder, str) else ""
        everybody = {writable(n) for material in materials for n in coders_of(material)} - {""}
        self._everybody = everybody
        self._renames = self._one if self._one and len(everybody) == 1 else ""
        if self._one and len(everybody) > 1:
            who = ", ".join(sorted(everybody)[:8])
            self.notes.append(
                f"the files name {len(everybody)} coders ({who}); '{self._one}' is given only to "
                "what has no name"
            )
        for name in sorted({*self._given} - everybody - {""}):
            self.notes.append(f"nobody is called '{name}' in the files (CODER)")
        self._coders = _Unique(known_coders, fold=True)
        self._codes = _Unique(known_codes, fold=False)
        self._nameless = set()
        self._name_who_coded(materials)

    def _name_who_coded(self, materials):
        """Coders have their names before people who only remarked: those are no coders."""
        for material in materials:
            for name in dict.fromkeys(c.coder for c in material.codings if not c.reason):
                self.coder(material, name)

    def coder(self, material, name):
        """The coder in the study of a coder in a file; an empty name is never left empty."""
        name = writable(name)
        if name in self._given:
            name = self._given[name]
        elif not name:
            name = self._one or material.own_name or NOBODY
            if not self._one and material.file not in self._nameless:
                self._nameless.add(material.file)
                self.notes.append(
                    f"{material.file} does not say who coded: the coder is called '{name}'. "
                    "Import it again into a new study with CODER=name if that is wrong"
                )
            if not self._one:
                self.made_up.add(self._coders.name(name, clean_coder, self.notes, "coder"))
        else:
            name = self._renames or name
        return self._coders.name(name, clean_coder, self.notes, "coder")

    def code(self, name):
        return self._codes.name(writable(name), clean_code, self.notes, "code")

    def option_for(self, coder):
        """What to say so that a coder of this import gets another name."""
        raw = [name for name in self._coders.names_of(coder) if name in self._everybody]
        if len(self._everybody) < 2 or not raw:
            return "CODER=name"
        return f'CODER="{",".join(f"{name}=another name" for name in raw)}"'


def coders_of(material):
    names = {coding.coder for coding in material.codings}
    names |= {memo.coder for memo in material.memos}
    return names | {coder for coder, _ in (*(material.readings or ()), *(material.asked or ()))}


def questions(study, gathered):
    """Rows for the report: names of codes, and of coders, that may be one."""
    rows = []
    for noun, names in (
        ("code", {*study.codebook, *(row["code"] for row in gathered.codebook)}),
        ("coder", {*study.coders, *gathered.coders}),
    ):
        for group in alike(sorted(names)):
            said = " and ".join(f"'{name}'" for name in group)
            what = f"Are {said} one {noun}? They were not merged."
            reason = f"{noun}s nearly alike"
            rows.append(report_row(outcome="question", reason=reason, code=group[0], what=what))
    return rows


class _Unique:
    """Cleaned names, so that two different names never become one.

    A name that was changed in an earlier import is changed in the same way again: 'a;b' is the
    study's 'a_b', unless another name of this import is that.
    """

    def __init__(self, known, *, fold):
        self._key = (lambda name: unicodedata.normalize("NFC", name).casefold()) if fold else str
        self._known = set(known)
        self._taken = {self._key(name): name for name in known}
        self._names = {}  # in the files -> in the study

    def name(self, raw, clean, notes, noun):
        if raw not in self._names:
            cleaned = clean(raw)
            unique, n = raw if raw in self._known else cleaned, 1
            while not self._is_free(unique):
                n += 1
                unique = f"{cleaned}_{n}"
            if n > 1:
                other = self._taken.get(self._key(cleaned), raw)
                said = f"{noun} '{raw}' is nearly '{other}': it is called '{unique}' here"
                if noun == "coder":
                    option = f'CODER="{raw}={other}"'
                    said += (
                        f". If they are one person, take '{unique}' out of study.toml, codings/, "
                        f"memos.csv and assignments.csv, and import again with {option}"
                    )
                notes.append(said)
            elif unique != raw:
                notes.append(f"{noun} '{raw}' is called '{unique}' here")
            self._taken[self._key(unique)] = raw
            self._names[raw] = unique
        return self._names[raw]

    def names_of(self, name):
        """The names in the files of a name in the study."""
        return sorted(raw for raw, own in self._names.items() if own == name)

    def _is_free(self, name):
        is_new = self._key(name) not in self._taken
        return is_new or (name in self._known and name not in self._names.values())


def clean_coder(name):
    """A name that may be a file's name and stand in study.toml."""
    name = unicodedata.normalize("NFC", " ".join(name.split()))
    name = re.sub(r'[;/\\:*?"<>|\x00-\x1f\x7f]+', "_", name)[:60].strip().lstrip(".~").rstrip(". ")
    return f"coder {name}".strip() if name in (*RULES, "none", "some", "") else name


def clean_code(name):
    """A name that a codebook can hold: one line, no semicolon, nothing a spreadsheet changes."""
    name = re.sub(r"[\r\n\t\x00-\x1f]+", " ", name).strip().replace(";", ",")
    if re.fullmatch(r"'[^']*", name):
        name = "’" + name[1:]
    return f"code {name}" if looks_like_date(name) else name


def alike(names):
    """Groups of names that differ only in capitals, spaces, hyphens or accents."""
    groups = {}
    for name in names:
        plain = unicodedata.normalize("NFKD", name).casefold()
        plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
        groups.setdefault(re.sub(r"[\s_\-]+", "", plain), []).append(name)
    return [sorted(group) for group in groups.values() if len(group) > 1]
