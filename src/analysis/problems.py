"""What can be wrong with a study, said so that its owner can mend it.

A problem says what is wrong, where (file, and row as the spreadsheet shows it: the header is
row 1) and what to do. Readers collect problems; `StudyError` shows them together.
"""

from dataclasses import dataclass
from difflib import get_close_matches

SHOWN = 20  # problems printed before "and n more"
ASKED_FOR = "in what was asked for"  # a path or an option, not the study


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong.

    Attributes
    ----------
    what : str
        The sentence, with the value quoted.
    todo : str
        The act that mends it, a sentence.
    file : str
        Path inside the study folder.
    row : int or None
        Row of the spreadsheet; None where the whole file is meant.
    column : str or None
        Column of the table; None where the whole row is meant.
    """

    what: str
    todo: str
    file: str
    row: int | None = None
    column: str | None = None

    def __str__(self):
        place = self.file
        if self.row is not None:
            place += f", row {self.row}"
        if self.column is not None:
            place += f", column {self.column}"
        return f"{place}: {self.what} {self.todo}"


class StudyError(ValueError):
    """One or more problems that stop a phase; nothing has been written.

    Attributes
    ----------
    problems : list of Problem
    where : str
        The heading's end: "in the study", ASKED_FOR, ...
    """

    def __init__(self, problems, where="in the study"):
        self.problems, self.where = list(problems), where
        super().__init__(str(self))

    def __str__(self):
        n = len(self.problems)
        lines = [f"{counted(n, 'problem')} {self.where}:"]
        lines += [f"  {problem}" for problem in self.problems[:SHOWN]]
        if n > SHOWN:
            lines.append(f"  and {n - SHOWN} more.")
        return "\n".join(lines)

    def _render_traceback_(self):
        # IPython prints these lines in place of a traceback: the mistake is in a file, not in
        # the code.
        return str(self).split("\n")


class UnknownName(ValueError):
    """A name asked for in a notebook that no table has; shown without a traceback."""

    def _render_traceback_(self):
        return [str(self)]


def stop_if(problems, where="in the study"):
    """Raise StudyError if there are any problems."""
    if problems:
        raise StudyError(problems, where)


def counted(n, noun, nouns=None):
    """A number with its noun: '1 code', '2 codes', '2 memories'."""
    return f"{n} {noun if n == 1 else nouns or noun + 's'}"


def did_you_mean(value, known):
    """' Did you mean ...?' for the closest known value, else an empty string."""
    names = {str(name).casefold(): name for name in known}
    close = get_close_matches(str(value).casefold(), list(names), n=1, cutoff=0.6)
    return f" Did you mean '{names[close[0]]}'?" if close else ""


def listed(names, shown=8):
    """Names as a phrase: 'a', 'b' and 3 more."""
    names = [f"'{name}'" for name in names]
    if len(names) > shown:
        return ", ".join(names[:shown]) + f" and {len(names) - shown} more"
    return ", ".join(names)
