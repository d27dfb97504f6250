"""Essays without codings: read exactly as the study itself reads them."""

from analysis.corpus import READERS, read_essays
from analysis.importers.material import Material, stored_essay
from analysis.importers.opening import LARGEST_PAGE, Refused, refuse_larger

ENDINGS = (".txt", ".md", ".html", ".htm", ".pdf", ".rtf")  # .docx and .odt may hold comments
READABLE = f"Save it as one of {', '.join(ENDINGS)}, .docx, .odt."


def read(source):
    ending = source.path.suffix.lower()
    if ending not in ENDINGS:
        raise Refused(f"is no essay that can be read (ending '{ending}').", READABLE)
    if ending != ".pdf":
        refuse_larger(source.data, LARGEST_PAGE, "an essay", "Give each essay a file of its own.")
    if ending == ".rtf":
        text = _rtf(source.data)
    else:
        problems = []
        text = READERS[ending](source.path, source.name, problems)
        if text is None:
            raise Refused(problems[0].what, problems[0].todo)
    if not text.strip():
        raise Refused("holds no words.", "Fill in the essay, or leave the file out.")
    material = Material("essay")
    material.essays["essay"] = stored_essay(source.stem, text)
    return [material]


def _rtf(data):
    try:
        from striprtf.striprtf import rtf_to_text
    except ImportError:
        raise Refused("is RTF, for which striprtf is not installed.", "Save it as .docx.") from None
    return rtf_to_text(data.decode("cp1252", "replace"), errors="replace")


def read_study_essays(folder, problems):
    """Text by essay_id of the essays that a study has; none where it has none yet."""
    in_files = folder / "essays"
    if (folder / "essays.csv").is_file() or (in_files.is_dir() and any(in_files.iterdir())):
        essays = read_essays(folder, problems)
        if essays is not None:
            return {i: t for i, t in zip(essays["essay_id"], essays["text"], strict=True) if t == t}
    return {}
