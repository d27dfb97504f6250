"""The command line: `python -m analysis run STUDY` and the rest of what the Makefile offers."""

import argparse
import sys

from analysis.problems import StudyError
from analysis.study import PHASES


def main(arguments=None):
    """Parse the command line and run it; the exit code."""
    parser = argparse.ArgumentParser(prog="analysis", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)

    run = commands.add_parser("run", help="run the phases that are not fresh")
    run.add_argument("--phase", choices=PHASES, help="this phase alone")
    run.add_argument("--force", action="store_true", help="even if nothing changed")
    figures = commands.add_parser("figures", help="redraw the figures from their tables")
    status = commands.add_parser("status", help="what is fresh, what is stale and why")
    for command in (run, figures, status):
        command.add_argument("study", help="a name in data/raw, or a path to a study folder")
        command.add_argument("--out", help="folder for the outputs of a study outside data/raw")
    new = commands.add_parser("new", help="write an empty study folder that explains itself")
    new.add_argument("path")

    options = parser.parse_args(arguments)
    try:
        return COMMANDS[options.command](options)
    except StudyError as error:
        print(f"\n{error}", file=sys.stderr)
    except KeyboardInterrupt:
        print(
            "\nInterrupted. What is done stays done; `make all` goes on from here.", file=sys.stderr
        )
        return 130
    return 1


def run(options):
    from analysis import pipeline

    def say(text, end="\n"):
        print(text, end=end, flush=True)

    phases = (options.phase,) if options.phase else PHASES
    try:
        ran = pipeline.run(
            options.study, out=options.out, phases=phases, force=options.force, say=say
        )
    except pipeline.PhaseError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    if not ran:
        say("Nothing to do: every result is up to date.")
    say(pipeline.where(pipeline.settle(options.study, options.out)))
    return 0


def figures(options):
    from analysis import pipeline
    from analysis.figures import redraw

    settings = pipeline.settle(options.study, options.out)
    tables = sorted(settings.figures.glob("*.csv"))
    if not tables:
        print("There are no figures to redraw yet. Run `make all` first.", file=sys.stderr)
        return 1
    for table in tables:
        redraw(table)
        print(f"redrawn  {table.stem}")
    return 0


def status(options):
    from analysis import pipeline

    for phase, reasons in pipeline.status(options.study, out=options.out).items():
        print(f"{phase:20} {'; '.join(reasons[:3]) or 'fresh'}" + (" ..." if reasons[3:] else ""))
    return 0


def new(options):
    from analysis.new_study import write_study

    folder = write_study(options.path)
    print(f"Wrote {folder}. Read {folder / 'README.md'} next.")
    return 0


COMMANDS = {"run": run, "figures": figures, "status": status, "new": new}

if __name__ == "__main__":
    sys.exit(main())
