"""Modules of ideas take tables and give tables, and import none of each other.

The modules of one package are one idea: they may import each other.
"""

import ast
from pathlib import Path

from analysis import problems

ANALYSIS = Path(problems.__file__).parent
MODULES = sorted(ANALYSIS.rglob("*.py"))
COMMON_GROUND = {
    "problems",
    "files",
    "tables",
    "study",
    "processes",
    "framing",
    "ratings",
    "patterns",
    "resampling",
}
COMPOSERS = {  # they run phases; they hold no idea
    "pipeline",
    "freshness",
    "engines",
    "verify",
    "lab",
    "__main__",
    "new_study",
    "auditing",
    "comparison",
}
ALLOWED = {  # an imported essay reads as the study will read it, an exported study as phase 2 does
    "importers/essay_files": {"corpus"},
    "importers/adding": {"new_study"},
    "importers/study_tables": {"codings", "corpus"},
}
NO_NOUNS = {"utils", "util", "helpers", "common", "misc", "manager"}


def trees():
    """Name, as in "agreement" and "figures/page", and syntax tree of each module of ideas."""
    named = {m.relative_to(ANALYSIS).with_suffix("").as_posix(): m for m in MODULES}
    return {
        name: ast.parse(module.read_text("utf-8"))
        for name, module in named.items()
        if name.split("/")[0] not in COMPOSERS
    }


def modules_imported(tree, name):
    """The modules and packages of `analysis` that a module imports, wherever the import stands."""
    package, found = name.split("/")[:-1], set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[1] for alias in node.names if "analysis." in alias.name}
        elif isinstance(node, ast.ImportFrom) and 0 < node.level <= len(package):
            found.add(package[0])
        elif isinstance(node, ast.ImportFrom) and node.level:
            found |= {node.module.split(".")[0]} if node.module else {a.name for a in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module == "analysis":
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module.startswith("analysis."):
            found.add(node.module.split(".")[1])
    return found


def forbidden(tree, name):
    """What a module imports that is neither common ground nor of its own package."""
    allowed = COMMON_GROUND | ALLOWED.get(name, set())
    return modules_imported(tree, name) - allowed - set(name.split("/")[:-1])


def prints(tree):
    """The lines on which a module prints."""
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    return [call.lineno for call in calls if getattr(call.func, "id", "") == "print"]


def offenders(found):
    return [f"{name}.py: {sorted(what)}" for name, what in found.items() if what]


def test_modules_of_ideas_import_only_the_common_ground():
    ideas = trees()
    assert {"agreement", "consensus", "themes", "corpus", "codings"} <= set(ideas)
    assert {"figures/__init__", "figures/page", "figures/agreement"} <= set(ideas)
    assert offenders({name: forbidden(tree, name) for name, tree in ideas.items()}) == []


def test_modules_of_ideas_do_not_print():
    assert offenders({name: prints(tree) for name, tree in trees().items()}) == []


def test_each_file_is_named_by_a_noun_of_the_methods_section():
    assert [m.name for m in MODULES if {m.stem, m.parent.name} & NO_NOUNS] == []


def test_an_arrow_between_ideas_is_found_however_it_is_written():
    source = (
        "import analysis.themes\nfrom analysis import codings\nfrom analysis.corpus import x\n"
        "from . import consensus\nfrom .tables import y\nimport pandas\n"
        "def f():\n    from analysis.report import z\n    print(z)\n"
    )
    found = modules_imported(ast.parse(source), "agreement")
    assert found == {"themes", "codings", "corpus", "consensus", "tables", "report"}
    assert offenders({"agreement": {"codings"}}) == ["agreement.py: ['codings']"]
    assert prints(ast.parse(source)) == [9]


def test_modules_of_one_package_may_import_each_other_and_nothing_of_another_idea():
    own = (
        "from analysis.figures.rows import x\nfrom analysis import figures\nfrom . import page\n"
        "from .page import y\nimport analysis.figures.rows\nfrom analysis.files import z\n"
    )
    assert forbidden(ast.parse(own), "figures/agreement") == set()
    assert forbidden(ast.parse(own), "agreement") == {"figures", "page"}
    others = "from analysis.agreement import x\nfrom ..themes import y\nfrom .. import codings\n"
    found = forbidden(ast.parse(others), "figures/agreement")
    assert found == {"agreement", "themes", "codings"}
