"""REFI-QDA projects (.qdpx) and codebooks (.qdc), as NVivo, ATLAS.ti, MAXQDA and others write them.

One coding is one reference of a Coding to a code; its coder is the Coding's own, never its
selection's alone. Elements are read whatever their namespace version; what is skipped is counted.
"""

import re
from collections import Counter
from urllib.parse import unquote

from lxml import etree

from analysis.importers.counting import ways_to_count
from analysis.importers.material import Coding, Material, Memo, stored_essay
from analysis.importers.opening import Archive, Refused, parse_xml, whole_number
from analysis.problems import counted, listed

OWN = "thematic-analysis-pipeline"  # our exports, whose descriptions hold all columns
CONSENSUS = "0c1f0e5d-7b3c-4a58-9d5e-7a4d3f1c2b60"  # the user who stands for the consensus there
HEADINGS = {"include": "Include:", "exclude": "Exclude:", "example": "Example:", "note": "Note:"}
SELECTIONS = {"PlainTextSelection"}
READ = set(  # every other element is named as not imported
    """Project Users User CodeBook Codebook Codes Code Description NoteRef Notes Note Variables
    Variable VariableValue VariableRef TextValue BooleanValue IntegerValue FloatValue DateValue
    DateTimeValue Cases Case SourceRef Sources TextSource PlainTextContent PlainTextSelection Coding
    CodeRef PDFSource Representation PictureSource TextDescription AudioSource VideoSource
    Transcript SyncPoint PDFSelection PictureSelection AudioSelection VideoSelection
    TranscriptSelection Sets Set MemberCode MemberSource""".split()
)
OTHER_SELECTIONS = {
    "PDFSelection", "PictureSelection", "AudioSelection", "VideoSelection", "TranscriptSelection",
}  # fmt: skip


def read_project(source):
    archive = Archive(source.data)
    roots = [name for name in archive.names if name.lower().endswith(".qde") and "/" not in name]
    if len(roots) > 1:
        raise Refused(f"holds {len(roots)} projects (.qde).", "Export one project to one file.")
    return [_project(parse_xml(archive.read(roots[0])), archive, source)]


def read_bare_project(source, root):
    """A .qde without its archive: only texts that stand inside it are there."""
    return [_project(root, None, source)]


def read_codebook(source, root):
    material = Material("REFI-QDA codebook")
    _read_codes(root, material)
    _read_sets(root, material, _is_own(root))
    return [material]


def _project(root, archive, source):
    origin = root.get("origin") or ""
    material = Material(f"REFI-QDA project ({origin or 'origin not named'})")
    material.own_name = source.stem
    codes = _read_codes(root, material)
    _read_sets(root, material, _is_own(root))
    users = {_guid(u.get("guid")): u.get("name") or u.get("id") or "" for u in _all(root, "User")}
    default = users.get(_guid(root.get("creatingUserGUID")), "")
    reader = _Project(root, archive, material, codes, users, default)
    for sources in _children(root, "Sources"):
        for node in sources:
            reader.read_source(node)
    reader.read_cases()
    reader.read_groups()
    reader.read_notes()
    by_crlf = any(len(essay.crlf) for essay in material.essays.values())
    material.ways, material.known = _ways(origin, by_crlf)
    if reader.disagreeing:
        material.notes.append(
            f"in {counted(reader.disagreeing, 'coding')} the coder is another than that of the "
            "selection; the coding's is taken. NVIVO REWRITES CODERS WHEN PROJECTS ARE MERGED: if "
            "this is a merged project, import each coder's own"
        )
    if reader.strangers:
        material.notes.append(
            f"coders whom the project does not name have their GUID as a name: "
            f"{listed(sorted(reader.strangers))}"
        )
    skipped = Counter(map(_local, root.iter(etree.Element)))
    skipped = {name: n for name, n in skipped.items() if name not in READ}
    if skipped:
        said = ", ".join(f"{n} {name}" for name, n in sorted(skipped.items()))
        material.notes.append(f"elements not imported: {said}")
    return material


def _ways(origin, by_crlf):
    """(ways of counting, is the first established?) for the program that wrote the project.

    by_crlf: is some text stored with CR LF, as NVivo for Windows stores and counts them?
    """
    if "nvivo" in origin.lower():
        two = "windows" in origin.lower() or ("mac" not in origin.lower() and by_crlf)
        return ways_to_count("UTF-16 units", 2 if two else 1), True
    if "qualcoder" in origin.lower():
        return ways_to_count("UTF-16 units"), True
    if OWN in origin or re.search(r"\bqc\b|qualitative.?coding|taguette", origin, re.I):
        return ways_to_count("code points"), True
    if "atlas" in origin.lower():  # its unit is not known, but a line end counts as one
        return [way for way in ways_to_count("code points") if way.line_end == 1], False
    return ways_to_count("code points"), False


class _Project:
    """Reads sources one by one; keeps what all of them share."""

    def __init__(self, root, archive, material, codes, users, default):
        self.root, self.archive, self.material = root, archive, material
        self.codes, self.users, self.default = codes, users, default
        self.notes = {_guid(node.get("guid")): node for node in _all(root, "Note")}
        self.names = {} if archive is None else {n.casefold(): n for n in archive.names}
        self.keys = {}  # GUID of a source -> key of its essay
        self.variables = {_guid(v.get("guid")): v.get("name") for v in _all(root, "Variable")}
        self.quoted = OWN in (root.get("origin") or "")  # our selections are named by their words
        self.disagreeing = 0
        self.strangers = set()

    def read_source(self, node):
        kind = _local(node)
        texts = [node] if kind == "TextSource" else []
        texts += list(node.iter("{*}Representation", "{*}Transcript"))
        for text in texts:
            self._read_text(text, node)
        if not texts or kind != "TextSource":
            self._read_textless(node, [t for t in texts if t is not node])

    def _read_text(self, node, source):
        key = _guid(source.get("guid")) or f"source {len(self.keys) + 1}"
        if node is not source:
            key += f"/{_guid(node.get('guid'))}"
        self.keys[_guid(source.get("guid"))] = key
        name = source.get("name") or node.get("name") or key
        text = self._text(node)
        missing = "" if text is not None and text.strip("\ufeff \r\n\t") else "source_missing"
        if not missing:
            self.material.essays[key] = stored_essay(name, text)
        else:
            self.material.notes.append(f"the text of '{name[:60]}' is not in the file")
        essay = key if not missing else name
        for child in node:
            if _local(child) in SELECTIONS:
                self._read_selection(child, essay, missing)
            elif _local(child) in OTHER_SELECTIONS:
                self._read_selection(child, essay, "not_text")
            elif _local(child) == "Coding":
                self._add(child, essay, None, None, missing, None)
            elif _local(child) == "Description" and (child.text or "").strip() and not missing:
                self.material.essays[key].attributes["description"] = child.text.strip()
            elif _local(child) == "NoteRef" and not missing:
                self._memo(_guid(child.get("targetGUID")), key, None, None)
            elif _local(child) == "VariableValue" and not missing:
                self._variable(child, key)

    def _read_textless(self, node, texts):
        """Codings of images, sounds, films and areas of pages: counted and listed.

        A code on the whole of a source that has a text as well is one on that text.
        """
        inside = {inner for text in texts for inner in text.iter()}
        essay = self.keys.get(_guid(node.get("guid")))
        for inner in _all(node, "Coding"):
            if inner.getparent() is node and essay in self.material.essays:
                self._add(inner, essay, None, None, "", None)
            elif inner not in inside:
                self._add(inner, node.get("name") or "", None, None, "not_text", inner.getparent())

    def _read_selection(self, node, essay, reason):
        start, end = whole_number(node.get("startPosition")), whole_number(node.get("endPosition"))
        if (start is None or end is None) and not reason:
            reason = "no_span"
        codings = _children(node, "Coding")
        for coding in codings:
            self._add(coding, essay, start, end, reason, node)
        coder = self._user(node)
        for child in node:
            if _local(child) == "NoteRef" and not reason:
                self._memo(_guid(child.get("targetGUID")), essay, start, end)
            if _local(child) == "Description" and (child.text or "").strip() and not reason:
                words = child.text.strip()
                self.material.memos.append(Memo(essay, coder, words, start, end, _date(node)))
        if not codings and not any(_local(c) in ("NoteRef", "Description") for c in node):
            ref = f"selection {node.get('guid')}"
            span = (start, end) if start is not None and end is not None else (None, None)
            self.material.codings.append(
                Coding(essay, coder, "", *span, "", "", _date(node), ref, reason or "no_code")
            )

    def _add(self, coding, essay, start, end, reason, selection):
        """One coding for each code that a Coding refers to."""
        own, of_selection = self._user(coding, ""), ""
        if selection is not None:
            of_selection = self._user(selection, "")
        self.disagreeing += bool(own and of_selection and own != of_selection)
        coder = own or of_selection or self.default
        if _guid(coding.get("creatingUser")) == CONSENSUS:
            reason = reason or "consensus"
        memo = "\n".join(
            self._note_words(_guid(ref.get("targetGUID"))) for ref in _children(coding, "NoteRef")
        )
        ref = f"coding {coding.get('guid')}"
        for target in _children(coding, "CodeRef") or [None]:
            guid = None if target is None else _guid(target.get("targetGUID"))
            code = self.codes.get(guid, "")
            why = reason or ("" if code else "no_code" if guid is None else "code_deleted")
            quotation = selection.get("name", "") if self.quoted and selection is not None else ""
            self.material.codings.append(
                Coding(essay, coder, code, start, end, quotation, memo, _date(coding), ref, why)
            )

    def _user(self, node, otherwise=None):
        guid = _guid(node.get("creatingUser"))
        name = self.users.get(guid, guid)
        if name and guid not in self.users and guid != CONSENSUS:
            self.strangers.add(guid)
        return name or (self.default if otherwise is None else otherwise)

    # Texts, memos, attributes

    def _text(self, node):
        for child in node:
            if _local(child) == "PlainTextContent":
                return child.text or ""
        path = node.get("plainTextPath") or ""
        if not path or path.lower().startswith(("absolute:", "relative:")):
            return None  # never followed out of the archive
        data = self._member(path)
        if data is None:
            return None
        if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
            return data.decode("utf-16", "replace")
        return data.decode("utf-8", "replace")

    def _member(self, path):
        name = unquote(re.sub(r"^internal:/*", "", path, flags=re.I)).replace("\\", "/")
        for candidate in (f"sources/{name}", name):
            there = self.names.get(candidate.casefold())
            if there:
                return self.archive.read(there)
        return None

    def _note_words(self, guid):
        node = self.notes.get(guid)
        return (self._text(node) or "").strip().lstrip("\ufeff") if node is not None else ""

    def _memo(self, guid, essay, start, end):
        node = self.notes.pop(guid, None)
        if node is None:
            return
        text = (self._text(node) or "").strip().lstrip("\ufeff")
        if text:
            memo = Memo(essay, self._user(node), text, start, end, _date(node))
            self.material.memos.append(memo)

    def read_notes(self):
        """Notes that nothing refers to are memos on the whole study."""
        referred = {_guid(ref.get("targetGUID")) for ref in _all(self.root, "NoteRef")}
        for guid in list(self.notes):
            if guid not in referred:
                self._memo(guid, None, None, None)

    def _variable(self, node, key):
        guid = next((_guid(r.get("targetGUID")) for r in _children(node, "VariableRef")), None)
        value = next((c.text for c in node if _local(c).endswith("Value") and c.text), "")
        if self.variables.get(guid) and value:
            self.material.essays[key].attributes[self.variables[guid]] = value

    def read_groups(self):
        """A set of sources (ATLAS.ti: a group of documents) is an attribute of its essays."""
        for node in _all(self.root, "Set"):
            for member in _children(node, "MemberSource"):
                essay = self.material.essays.get(self.keys.get(_guid(member.get("targetGUID"))))
                if essay is not None and node.get("name"):
                    before = essay.attributes.get("groups")
                    named = [before] * bool(before) + [node.get("name")]
                    essay.attributes["groups"] = "; ".join(named)

    def read_cases(self):
        """The variables of a case are attributes of its essays."""
        for case in _all(self.root, "Case"):
            for ref in _children(case, "SourceRef"):
                key = self.keys.get(_guid(ref.get("targetGUID")))
                if key in self.material.essays:
                    for value in _children(case, "VariableValue"):
                        self._variable(value, key)


# Codes ---------------------------------------------------------------------------------------


def _read_codes(root, material):
    """GUID -> code (its path, joined with ' > '); descriptions go into the codebook."""
    paths, own = {}, _is_own(root)
    books = list(root.iter("{*}CodeBook", "{*}Codebook"))
    stack = [
        (code, "")
        for book in books
        for codes in _children(book, "Codes")
        for code in reversed(codes)
    ]
    while stack:
        node, above = stack.pop()
        if not isinstance(node.tag, str) or _local(node) != "Code":
            continue
        name = (node.get("name") or "").strip()
        path = f"{above} > {name}" if above else name
        paths[_guid(node.get("guid"))] = path
        described = next((c.text or "" for c in node if _local(c) == "Description"), "")
        folder = (node.get("isCodable") or "").lower() in ("false", "0")
        if not folder and path:
            material.codes[path] = _columns(described) if own else {"definition": described.strip()}
        elif path and described.strip():
            said = described.strip()
            material.notes.append(
                f"'{path}' is a folder of codes; it is described so: {said[:300]}"
            )
        stack += [(child, path) for child in reversed(node)]
    return paths


def _is_own(root):
    """Did we write it?"""
    return any(OWN in (node.get("origin") or "") for node in (root, *_all(root, "CodeBook")))


def _columns(described):
    """The columns of the codebook from a description that we wrote."""
    columns, now = {"definition": []}, "definition"
    for line in described.split("\n"):
        for column, heading in HEADINGS.items():
            if line == heading:
                now = column
                columns[now] = []
                break
        else:
            columns[now].append(line)
    return {name: "\n".join(lines).strip("\n") for name, lines in columns.items()}


def _read_sets(root, material, own):
    """A set of codes is a theme in our own files, and a note in those of others."""
    paths = {}
    for node in _all(root, "Code"):
        paths[_guid(node.get("guid"))] = node
    sets = [node for node in _all(root, "Set") if _children(node, "MemberCode")]
    if sets and not own:
        names = ", ".join(f"'{(node.get('name') or '')[:40]}'" for node in sets[:8])
        material.notes.append(f"sets of codes ({names}) are not imported: give codes their theme")
    for node in sets if own else ():
        for member in _children(node, "MemberCode"):
            guid = _guid(member.get("targetGUID") or member.get("guid"))
            if guid in paths:
                code = _path_of(paths[guid])
                material.codes.setdefault(code, {})["theme"] = node.get("name") or ""


def _path_of(node):
    names = []
    while node is not None and _local(node) == "Code":
        names.append((node.get("name") or "").strip())
        node = node.getparent()
    return " > ".join(reversed(names))


# XML -----------------------------------------------------------------------------------------


def _local(node):
    return node.tag.rsplit("}", 1)[-1] if isinstance(node.tag, str) else ""


def _children(node, name):
    return list(node.iterchildren(f"{{*}}{name}"))


def _all(root, name):
    return list(root.iter(f"{{*}}{name}"))


def _guid(value):
    """GUIDs come in either case, with or without braces."""
    return (value or "").strip().strip("{}").lower()


def _date(node):
    """When it was made; a day of ours has a time only for the schema's sake."""
    date = node.get("creationDateTime") or node.get("modifiedDateTime") or ""
    return date.removesuffix("T00:00:00")
