"""Essays without codings: read exactly as the study itself reads them."""

from analysis.corpus import READERS, read_essays
from analysis.importers.material import Material, stored_essay
from analysis.importers.opening import Archive, Refused, parse_xml

ENDINGS = (*READERS, ".rtf")


def read(source):
    ending = source.path.suffix.lower()
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
    if ending == ".odt":
        content = parse_xml(Archive(source.data).read("content.xml"))
        comments = sum(1 for _ in content.iter("{*}annotation"))
        if comments:
            said = f"its comments ({comments}) are not read: save it as .docx and import that"
            material.notes.append(said)
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
