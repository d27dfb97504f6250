"""Names of essays: what may be an id and a file's name, and what two names have in common."""

import re
import unicodedata

from analysis.importers.material import writable

ENDINGS = re.compile(r"\.(txt|md|docx|doc|odt|rtf|html|htm|pdf|csv|xlsx)$", re.IGNORECASE)
WORD = re.compile(r"[^\W_]+")
RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)


def folded(name):
    """The name as it is compared: without capitals, accents of one kind."""
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


def without_coder(name, coders):
    """The name of a coder's copy without the coder: 'E01_ana' is E01 if somebody is called ana.

    The name as it is where nothing with a number would be left.
    """
    words = {w for coder in coders for w in WORD.findall(coder.casefold()) if w.isalpha()}
    found = list(WORD.finditer(name))
    kept = list(found)
    while kept and kept[-1][0].casefold() in words:
        kept.pop()
    while kept and kept[0][0].casefold() in words:
        kept.pop(0)
    if not kept or len(kept) == len(found):
        return name
    rest = name[kept[0].start() : kept[-1].end()]
    return rest if re.search(r"\d", rest) else name


def _leading(one, two):
    """The parts that two lists begin with alike."""
    alike = []
    for a, b in zip(one, two, strict=False):
        if a.casefold() != b.casefold():
            break
        alike.append(a)
    return alike
