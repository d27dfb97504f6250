"""What the study has already: never written twice, and never taken for something newer."""

from analysis.importers.material import REASONS
from analysis.importers.reporting import SOURCES, report_row
from analysis.problems import Problem, stop_if

SHOWN = 30  # essays in a problem


def leave_out_what_is_there(gathered, study, names):
    """Codings that the study has already are listed; if the study has others, nothing is written.

    A coder's new export of an essay may hold more than the one before, never other codings:
    which of the two is right, only the coder knows. A file that was imported before may hold less.
    """
    problems, before = [], {row["sha256"] for row in study.lists[SOURCES]}
    for coder, rows in gathered.codings.items():
        there, others, kept = study.codings.get(coder, {}), [], []
        for essay_id, new in _by_essay(rows).items():
            old = there.get(essay_id, set())
            missing = len(old - {key for row in new for key in _keys(row)})
            known = [row for row in new if _keys(row) & old]
            again = all(gathered.sources[row["source"]]["sha256"] in before for row in new)
            if missing and not (again and known == new):
                others.append(f"{missing} of {len(old)} in '{essay_id}'")
            kept += [row for row in new if not _keys(row) & old]
            _list_known(gathered, coder, known)
        if others:
            problems.append(_conflict(coder, others, names))
        gathered.codings[coder] = sorted(kept, key=_order)
    stop_if(problems)


def _by_essay(rows):
    found = {}
    for row in rows:
        found.setdefault(row["essay_id"], []).append(row)
    return found


def _keys(row):
    """How a row may stand in a study: with its place, or by its quotation alone."""
    return {
        (row["code"], row["start"], row["end"], ""),
        (row["code"], "", "", row["quotation"]),
    }


def _order(row):
    return row["essay_id"], int(row["start"] or -1), int(row["end"] or -1), row["code"]


def _conflict(coder, others, names):
    more = f" and in {len(others) - SHOWN} more" if len(others) > SHOWN else ""
    these = "this essay" if len(others) == 1 else "these essays"
    return Problem(
        f"coder '{coder}' has codings here that the import does not have: "
        f"{', '.join(others[:SHOWN])}{more}.",
        f"Is the import newer? Copy codings/{coder}.csv to a place outside of the study, delete "
        f"its rows of {these}, and import again; if the old codings count as well, paste the "
        "deleted rows back at its end after that. Did somebody else code? Import with "
        f"{names.option_for(coder)}.",
        f"codings/{coder}.csv",
    )


def _list_known(gathered, coder, rows):
    for row in rows:
        source = gathered.sources[row["source"]]
        source["written"] -= 1
        source["listed"] += 1
        cells = {k: row[k] for k in ("essay_id", "code", "start", "end", "quotation", "memo")}
        gathered.report.append(
            report_row(
                **cells,
                file=source["file"],
                source_ref=row["ref"],
                coder=coder,
                outcome="listed",
                reason="already_there",
                what=REASONS["already_there"],
            )
        )
