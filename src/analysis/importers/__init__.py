"""Bring what coders made in other tools into a study folder, and out again.

    from analysis.importers import import_files
    print(import_files(["ana.docx", "ben.docx"], "my_study"))

One file a tool. The way through: `sources` finds the files and `recognising` reads them, `uniting`
makes one corpus of their essays, `placing` and `anchoring` prove where each coding stands,
`gathering` makes the rows of the study's tables, `adding` writes them. Every coding of a source is
written or listed with its reason, and `conservation` checks the sum. Out again: `exporting`.
"""

from analysis.importers.exporting import Export, export_study
from analysis.importers.importing import Import, import_files

__all__ = ["Export", "Import", "export_study", "import_files"]
