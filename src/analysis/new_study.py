"""An empty study folder that explains itself."""

from pathlib import Path

from analysis.files import write_atomic
from analysis.problems import ASKED_FOR, Problem, StudyError
from analysis.study import ROOT, refuse_inside_the_repository
from analysis.tables import STUDY_TABLES

STUDY_TOML = """\
# The decisions of this study. Every line that begins with # is a comment.

[study]
title = "Write the study's title here"

# How you use thematic analysis: "reflexive", "codebook" or "coding_reliability".
# It changes headings and what is shown first, never a number.
approach = "codebook"

# The people who coded. Each has a file codings/<name>.csv.
coders = ["ana", "ben"]

# How the first passes become one coding:
#   "adjudicated"  what all agree on; elsewhere what adjudications.csv says (open ones are
#                  printed as a range, for example 9-11)
#   "all"          every reader marked the code
#   "majority"     more than half of the readers
#   "any"          at least one reader
#   or a coder's name: that coder's own first pass
consensus = "adjudicated"

# Any whole number; it fixes what is drawn at random, so that a rerun gives the same.
seed = 20261124

# What one essay is called in the manuscript (used when the manuscript is checked).
unit_nouns = ["essay", "participant"]

# Whose sizes, letters and lines the figures have: "generic", "nature", "bmc" or "elsevier".
figures_for = "generic"

# With more than two coders: who is compared with whom. Without it, all with all.
# [study.groups]
# "team 1" = ["ana", "ben"]

# Parameters of the notebooks, one section a notebook. What is not set here is as the
# notebook's cell "parameters" says.
[familiarisation]
language = "en"    # of the essays, two letters; it decides where a sentence ends

[initial_coding]

[theme_search]

[theme_review]

[theme_definition]

[report]
"""

README = """\
# A study folder

`make all STUDY=path/to/this/folder` reads what is in here and never writes into it. The results
go to a folder beside it. Fill in the files from top to bottom; the first picture needs only the
first four.

1. **study.toml** - the decisions of the study. Open it in any text editor; it explains itself.
2. **essays/** - one file an essay (.txt .md .docx .odt .pdf .html). The file's name is the
   essay's id: `E01.txt` is essay `E01`.
3. **codebook.csv** - one row a code. `theme` is the final theme of the code; an empty theme with
   a `note` is a code parked for a reason.

       code,definition,include,exclude,example,theme,note
       kindness,A small kind act.,a blanket; a joke,,,warmth,

4. **codings/** - one file a coder, named as in study.toml. Quote the words that you coded exactly;
   `start` and `end` may stay empty if the words occur once in the essay. All three empty: the
   whole essay is coded.

       essay_id,start,end,quotation,code,memo,date
       E01,,,She warmed the blanket first,kindness,,2026-03-09

5. **themes.csv** - one row a theme: label, parent (for a sub-theme), perspective, definition,
   narrative, aliases (other names in the manuscript, separated by ;).

       theme,label,parent,perspective,definition,narrative,aliases
       warmth,Warmth,,patients,"Care that can be felt.",,kindness;small kind acts

6. **assignments.csv** - who read what (coder, essay_id; `codes` only where a coder was asked for
   some codes). List every reading, or leave the file empty if every coder read every essay.
7. **adjudications.csv** - what you decided where the coders part. The notebook 2_initial_coding
   writes the list to decide on, `disagreements.csv`: copy that file here under this name, fill in
   `decision` with present or absent, and say why. Later, add only the rows that are new, or you
   copy over what you decided.
8. **candidate_themes.csv** and **decisions.csv** - the first map of codes to themes, and every
   change of it since. The first map names every code; leave both empty if you kept no such log.

       code,theme,memo
       kindness,manners,a first thought

       date,by,action,from,to,reason
       2026-04-02,Ana,rename,manners,warmth,"Its quotations are about care, not about manners."

   Actions: merge (themes into a theme), split (codes off into a new theme), move (codes into a
   theme), rename (a theme), drop (codes or a theme: parked), promote (a code to a theme).
9. **memos.csv** - what the readers noticed (coder, essay_id, start, end, memo, date).
10. **manuscript.md** or **manuscript.docx** - optional.

In a spreadsheet, save as "CSV UTF-8 (comma delimited)". Columns that are not known are listed,
never lost. Keep this folder out of any public place: essays are confidential.
"""


def write_study(path):
    """Write an empty, commented study folder.

    Parameters
    ----------
    path : path-like
        A folder that does not exist yet, or is empty; a bare name is a folder in data/raw.
        Nothing is ever written over.

    Returns
    -------
    Path
    """
    folder = Path(path).expanduser()
    if len(Path(path).parts) == 1:
        folder = ROOT / "data" / "raw" / folder
    refuse_inside_the_repository(folder, "this place", "data/raw")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise StudyError(
            [
                Problem(
                    "there is something at this place already.",
                    "Choose a folder that does not exist yet.",
                    str(path),
                )
            ],
            ASKED_FOR,
        )
    (folder / "essays").mkdir(parents=True)
    write_atomic(folder / "study.toml", STUDY_TOML.encode("utf-8"))
    write_atomic(folder / "README.md", README.encode("utf-8"))
    for file in (
        "codebook.csv",
        "themes.csv",
        "assignments.csv",
        "adjudications.csv",
        "candidate_themes.csv",
        "decisions.csv",
        "memos.csv",
    ):
        write_atomic(folder / file, empty_table(file))
    for coder in ("ana", "ben"):
        write_atomic(folder / "codings" / f"{coder}.csv", empty_table("codings"))
    return folder


HEADERS = {  # the order in which a person fills them in
    "codings": "essay_id,start,end,quotation,code,memo,date",
    "decisions.csv": "date,by,action,from,to,reason",
    "memos.csv": "coder,essay_id,start,end,memo,date",
}


def empty_table(file):
    """The bytes of a table of the study without rows."""
    return (HEADERS.get(file, ",".join(STUDY_TABLES[file].known)) + "\n").encode("utf-8")
