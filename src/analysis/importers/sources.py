"""Which files are imported, and what they hold: those that were named, and those in folders."""

from collections import Counter
from pathlib import Path

from analysis.importers.opening import NotRecognised, Refused
from analysis.importers.recognising import KNOWN, Source, read
from analysis.problems import ASKED_FOR, Problem, stop_if

PASSED_OVER = (".ds_store", "thumbs.db", "desktop.ini")
WHOLE_FOLDERS = ("data.qda", "qualitative_coding.sqlite3")  # of QualCoder, of qualitative-coding


def find_sources(paths):
    """The files that were named, and those in the folders that were; and what was passed over.

    A project's folder is one file. A study, and what was made of it, is none: it is passed over.
    """
    found, problems, notes = [], [], []
    for path in map(Path, paths):
        path = path.expanduser()
        if path.is_dir():
            inside, why = _files_of(path, notes), _why_passed_over(path)
            if why:
                problems.append(
                    Problem(f"holds no file to import: {why}.", "Correct FROM.", str(path))
                )
            elif not inside:
                problems.append(Problem("holds no file to import.", "Correct FROM.", str(path)))
            found += [Source(file, in_folder=True) for file in inside]
        elif path.is_file():
            found.append(Source(path))
        else:
            problems.append(Problem("is not there.", "Correct FROM.", str(path)))
    stop_if(problems, ASKED_FOR)
    once = {}
    for source in found:
        once.setdefault(source.path, source)
    sources = list(once.values())
    named = Counter(source.name for source in sources)
    for source in sources:
        if named[source.name] > 1:  # a/E01.docx and b/E01.docx
            source.name = f"{source.path.parent.name}/{source.name}"
    return sources, notes


def _files_of(folder, notes):
    for project in WHOLE_FOLDERS:
        if (folder / project).is_file():
            return [folder / project]
    passed = _why_passed_over(folder)
    if passed:
        notes.append(f"{folder.name} was passed over: {passed}")
        return []
    files = []
    for path in sorted(folder.iterdir()):
        if path.name.startswith((".", "~$")) or path.name.lower() in PASSED_OVER:
            continue
        files += _files_of(path, notes) if path.is_dir() else [path]
    return files


def _why_passed_over(folder):
    if (folder / "study.toml").is_file():
        return "it is a study; `make export` writes one so that it can be imported"
    study = folder.with_name(folder.name.removesuffix("_outputs"))
    made = study != folder and (study / "study.toml").is_file()
    return f"it holds what was made of the study {study.name}" if made else ""


def in_one_order(materials):
    """Essays alone first, whose names and texts then stand; the rest by name.

    The order in which files are given changes nothing, then.
    """
    return sorted(materials, key=lambda m: (bool(m.codings), m.file, m.sha256))


def read_all(sources, digests, notes):
    """The materials of all sources; what lies in a folder and is not recognised is noted."""
    materials, problems = [], []
    for source in sources:
        try:
            found = read(source)
        except NotRecognised as why:
            if source.in_folder:
                notes.append(f"{source.name} was passed over: it {why.what}")
            else:
                problems.append(Problem(why.what, why.todo, source.name))
            continue
        except Refused as why:
            problems.append(Problem(why.what, why.todo, source.name))
            continue
        except OSError as error:
            problems.append(
                Problem(f"cannot be read ({error.strerror}).", "Check its rights.", source.name)
            )
            continue
        except Exception as error:  # whatever damage makes of a file, the answer is a sentence
            problems.append(
                Problem(
                    f"is damaged, or not what it seems ({type(error).__name__}).",
                    "Export it again from the program that made it; if that does not help, "
                    "please report it.",
                    source.name,
                )
            )
            continue
        for material in found:
            material.file, material.sha256 = source.name, digests[source.path]
        materials += found
    if not (materials or problems):
        todo = f"Correct FROM. What can be imported: {KNOWN}."
        problems = [Problem("hold nothing that is recognised.", todo, "the folders of FROM")]
    stop_if(problems, "in the files to import")
    return materials
