"""The command line: `python -m analysis run STUDY` and the rest of what the Makefile offers."""

import argparse
import errno
import os
import re
import sys
from pathlib import Path

from analysis.problems import StudyError
from analysis.study import PHASES


class _Parser(argparse.ArgumentParser):
    def error(self, message):
        """A sentence; the usage that argparse puts before it is not that of `make`."""
        self.exit(2, f"\n{message}\n")


def _place(text):
    """A path with the home folder in place of '~'."""
    try:
        return str(Path(text).expanduser())
    except RuntimeError:
        said = f"there is no such home folder: '{text}'. Write the path in full."
        raise argparse.ArgumentTypeError(said) from None


def _seconds(text):
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        said = f"'{text}' is no number of seconds. Write one above 0, as in TIMEOUT=600."
        raise argparse.ArgumentTypeError(said)
    return seconds


def main(arguments=None):
    """Parse the command line and run it; the exit code."""
    parser = _Parser(prog="analysis", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)

    run = commands.add_parser("run", help="run the phases that are not up to date")
    run.add_argument("--phase", choices=PHASES, help="this phase alone")
    run.add_argument("--force", action="store_true", help="even if nothing changed")
    run.add_argument("--timeout", type=_seconds, help="seconds for a cell; without it, no limit")
    run.add_argument("--engine", choices=("fork", "kernel"), help="how notebooks are executed")
    figures = commands.add_parser("figures", help="redraw the figures from their tables")
    status = commands.add_parser("status", help="what is up to date, what is not, and why")
    for command in (run, figures, status):
        command.add_argument(
            "study", type=_place, help="a name in data/raw, or a path to a study folder"
        )
        command.add_argument(
            "--out", type=_place, help="folder for the outputs of a study outside data/raw"
        )
    verify = commands.add_parser("verify", help="run a committed study anew and compare")
    verify.add_argument("study", nargs="?", default="pacemakers")
    audit = commands.add_parser("audit", help="hold a manuscript against a study's codings")
    audit.add_argument("manuscript", type=_place, help="a .docx, .md, .txt, .html or .tex file")
    audit.add_argument("--study", type=_place, default="pacemakers", help="a name, a path, or none")
    audit.add_argument(
        "--out", type=_place, help="folder of the outputs of a study outside data/raw"
    )
    audit.add_argument("--alone", action="store_true", help="claims against each other only")
    audit.add_argument("--suggest", action="store_true", help="print the right words too")
    bring = commands.add_parser("import", help="bring files of coding tools into a study")
    bring.add_argument("paths", type=_place, nargs="+", help="files, or folders that hold them")
    bring.add_argument("--coder", help="a name for who coded, or old=new,old=new")
    bring.add_argument("--unit", help="how positions count, as in 'UTF-16 units'")
    bring.add_argument(
        "--study", type=_place, required=True, help="a study folder; a new one is made"
    )
    export = commands.add_parser("export", help="write a study for another tool")
    export.add_argument(
        "path", type=_place, help=".qdpx, .qdc, .xlsx or .json, or a folder for CSV"
    )
    export.add_argument("--study", type=_place, required=True, help="a name in data/raw, or a path")
    new = commands.add_parser("new", help="write an empty study folder that explains itself")
    new.add_argument("path", type=_place)

    options = parser.parse_args(arguments)
    try:
        return COMMANDS[options.command](options)
    except StudyError as error:
        print(f"\n{error}", file=sys.stderr)
    except KeyboardInterrupt:
        print(
            "\nInterrupted. What is done stays done; the same command goes on from here.",
            file=sys.stderr,
        )
        return 130
    except OSError as error:
        print(f"\n{_in_words(error)}", file=sys.stderr)
    return 1


def _in_words(error):
    """An error of the machine as a sentence with an act."""
    place = f" ({error.filename})" if error.filename else ""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"The disk is full{place}. Make room, then the same command again."
    unreadable = error.filename and os.path.exists(error.filename)
    if unreadable and not os.access(error.filename, os.R_OK):
        return f"This place cannot be read{place}. Give yourself the right to read it."
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return f"This place cannot be written to{place}. Give yourself the right, or set OUT."
    return f"{error.strerror or error}{place}."


def _say(text, end="\n"):
    print(text, end=end, flush=True)


def run(options):
    from analysis import pipeline

    try:
        ran = pipeline.run(
            options.study,
            out=options.out,
            phases=(options.phase,) if options.phase else PHASES,
            force=options.force,
            engine=options.engine,
            timeout=options.timeout,
            say=_say,
        )
    except pipeline.PhaseError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    if not ran:
        _say(f"Nothing to do: {options.phase or 'every result'} is up to date.")
    _say(pipeline.where(pipeline.settle(options.study, options.out)))
    return 0


def figures(options):
    from analysis import pipeline

    settings = pipeline.settle(options.study, options.out)
    tables = sorted(settings.figures.glob("*.csv"))
    if not tables:
        print("There are no figures to redraw yet. Run `make all` first.", file=sys.stderr)
        return 1
    from analysis.figures import redraw

    for table in tables:
        redraw(table, settings.figures_for)
        print(f"redrawn  {table.stem}")
    return 0


def status(options):
    from analysis import freshness, pipeline

    settings = pipeline.settle(options.study, options.out)
    for phase, reasons in freshness.status(settings).items():
        more = f" and {len(reasons) - 3} more" if len(reasons) > 3 else ""
        print(f"{phase:20} {', '.join(reasons[:3]) or 'up to date'}{more}")
    return 0


def verify(options):
    from analysis.study import ROOT
    from analysis.verify import verify

    same = verify(options.study, differences=ROOT / "verification", say=_say)
    return 0 if same else 1


def new(options):
    from analysis.new_study import write_study

    folder = write_study(options.path)
    print(f"Wrote {folder}. Read {folder / 'README.md'} next.")
    return 0


def audit(options):
    """1 if something in the manuscript is wrong, else 0."""
    from analysis import auditing, pipeline
    from analysis.problems import ASKED_FOR, Problem, stop_if

    path = Path(options.manuscript)
    if not path.is_file():
        todo = "Say MANUSCRIPT=path/to/manuscript.docx."
        stop_if([Problem("there is no such file.", todo, str(path))], ASKED_FOR)
    settings, against = None, "itself alone"
    if options.study == "none":
        codings = auditing.no_codings()
    elif options.alone:
        settings = pipeline.settle(options.study, options.out)
        codings = auditing.read_names_of(settings)
        against += f", with the themes of {settings.name}"
    else:
        pipeline.run(options.study, out=options.out, phases=PHASES[:5], say=_say)
        settings = pipeline.settle(options.study, options.out)
        codings = auditing.read_codings_of(settings)
        rule = settings.consensus
        against = f"the codings of {settings.name} ({codings.size} essays, rule: {rule})"
    problems = []
    shortest = pipeline.parameter(settings, "shortest_quotation")
    audited = auditing.audit_manuscript(path, codings, problems, shortest=shortest)
    stop_if(problems)
    folder = pipeline.audit_folder(settings, path)
    written = auditing.write_audit(audited, path, codings, folder, problems)
    stop_if(problems)
    print(f"{path.name}, held against {against}")
    print("\n".join(auditing.as_lines(audited, codings, suggest=options.suggest)))
    pages = [file for file in written if file.suffix in (".html", ".docx")]
    print("\nWith all marks in place: " + ", ".join(map(pipeline.shown, pages)))
    return 1 if len(audited.wrong) else 0


def bring(options):
    from analysis.importers import import_files

    coder = _coder(options.coder)
    print(import_files(options.paths, options.study, coder, unit=options.unit or None))
    return 0


def _coder(said):
    """CODER: a name, or old=new,old=new as a dict; an old name may hold commas ('Silva, Ana')."""
    if not said or "=" not in said:
        return said or None
    pairs = re.findall(r"([^=]+)=([^=,]+)(?:,|$)", said)
    if ",".join(f"{old}={new}" for old, new in pairs) != said.removesuffix(","):
        from analysis.problems import ASKED_FOR, Problem, stop_if

        todo = 'Write CODER="old=new,old=new", each with one sign of equality.'
        stop_if([Problem(f"'{said}' cannot be read.", todo, "CODER")], ASKED_FOR)
    return {old.strip(): new.strip() for old, new in pairs}


def export(options):
    from analysis.importers import export_study

    print(export_study(options.study, options.path))
    return 0


COMMANDS = {
    "run": run,
    "figures": figures,
    "status": status,
    "verify": verify,
    "audit": audit,
    "import": bring,
    "export": export,
    "new": new,
}

if __name__ == "__main__":
    sys.exit(main())
