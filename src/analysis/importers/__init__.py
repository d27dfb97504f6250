"""Bring what coders made in other tools into a study folder, and out again.

    from analysis.importers import import_files
    print(import_files(["ana.docx", "ben.docx"], "my_study"))

One file a tool; `anchoring` proves where each coding stands, `uniting` makes one study of several
files, `target` adds it to the folder. Every coding of a source is written or listed with its
reason, and the sum is checked.
"""

from analysis.importers.exporting import export_study
from analysis.importers.importing import Import, import_files

__all__ = ["Import", "export_study", "import_files"]
