"""Kill `make all` at random moments, and see that nothing is ever lost, halved or left behind.

    python benchmarks/kill.py --kills 200

Each round starts a run on a small study, kills it with SIGKILL at a random moment (the runner
alone, the notebook's process, the youngest process of all, which draws a figure while figures are
drawn, or the whole group), checks what is there, and lets the next run end. What is checked: the
study folder is untouched; every file under its final name is one of an undisturbed run, byte for
byte; after the next run everything is, no hidden file of an unfinished write stays and no process
does.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

KEPT_OUT = {".running"}  # the lock: empty, and always there


def command(study, out, engine):
    return [
        *(sys.executable, "-m", "analysis", "run", str(study), "--out", str(out)),
        *(("--engine", engine) if engine else ()),
    ]


def contents(folder):
    """Bytes of every file, hidden ones too, by relative path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in KEPT_OUT
    }


def processes_with(text):
    """Command lines of the processes that hold a text in it, or were given it as a variable."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            given = (entry / "environ").read_bytes().decode(errors="replace")
            state = (entry / "stat").read_text().rsplit(")", 1)[1].split()[0]
        except OSError:
            continue
        if text in line + given and state != "Z" and int(entry.name) != os.getpid():
            found.append(line)
    return found


def descendants(pid):
    """Process ids of the children of a process, and of theirs; the oldest first."""
    parents = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        parents[int(entry.name)] = int(fields[1])
    found, further = [], [pid]
    while further:
        further = [child for child, parent in parents.items() if parent in further]
        found += further
    return sorted(found)


def kill(running, victim):
    """Send SIGKILL; what is left of the group is waited for."""
    try:
        below = descendants(running.pid) or [running.pid]
        if victim == "group":
            os.killpg(running.pid, signal.SIGKILL)
        else:
            pid = {"runner": running.pid, "notebook": below[0], "youngest": below[-1]}[victim]
            os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    running.wait()


def disturbed(study, place, undisturbed, seconds, victim, engine):
    """One round; a list of what went wrong, empty if nothing did.

    Parameters
    ----------
    undisturbed : dict of str to bytes
        What a run leaves that nobody disturbs.
    seconds : float
        When the run is killed.
    victim : {"runner", "notebook", "youngest", "group"}
    """
    before, out, wrong = contents(study), place / "out", []
    running = subprocess.Popen(
        command(study, out, engine),
        env=os.environ | {"KILL_ROUND": str(out)},  # whoever starts something hands it on
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        running.wait(seconds)
    except subprocess.TimeoutExpired:
        kill(running, victim)
    for name, data in contents(out).items() if out.is_dir() else ():
        hidden = name.rsplit("/", 1)[-1].startswith(".")
        if not hidden and ".failed." not in name and data != undisturbed.get(name):
            wrong.append(f"after the kill, {name} is not what an undisturbed run writes")
    deadline = time.monotonic() + 10
    while processes_with(str(out)) and time.monotonic() < deadline:
        time.sleep(0.05)
    wrong += [f"still running: {line}" for line in processes_with(str(out))]
    again = subprocess.run(command(study, out, engine), capture_output=True, text=True, check=False)
    if again.returncode:
        wrong.append(f"the next run ended with {again.returncode}: {again.stderr[-300:]}")
    after = contents(out)
    wrong += [
        f"after the next run, {name} is another"
        for name in after.keys() & undisturbed.keys()
        if after[name] != undisturbed[name]
    ]
    wrong += [
        f"after the next run, {name} is left over" for name in after.keys() - undisturbed.keys()
    ]
    wrong += [
        f"after the next run, {name} is missing" for name in undisturbed.keys() - after.keys()
    ]
    if contents(study) != before:
        wrong.append("the study folder was changed")
    return wrong


def kill_often(study, place, *, kills, seed, engine=None, say=print):
    """Disturb a study's run many times; what went wrong, by round.

    Returns
    -------
    list of (str, list of str)
        For each round when it was killed and who, and what went wrong.
    """
    reference = place / "reference"
    started = time.monotonic()
    subprocess.run(command(study, reference, engine), capture_output=True, check=True)
    duration = time.monotonic() - started
    undisturbed = contents(reference)
    chance, rounds = random.Random(seed), []
    for number in range(1, kills + 1):
        seconds = chance.uniform(0.02, 1.02) * duration
        victim = chance.choice(["runner", "notebook", "youngest", "group"])
        trial = place / f"round {number}"
        trial.mkdir()
        wrong = disturbed(study, trial, undisturbed, seconds, victim, engine)
        rounds.append((f"{victim} at {seconds:.2f} s of {duration:.1f} s", wrong))
        say(f"{number:4}  {rounds[-1][0]:32} {'; '.join(wrong) or 'as undisturbed'}")
        subprocess.run(["rm", "-rf", str(trial)], check=True)
    return rounds


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--engine", choices=("fork", "kernel"))
    options = parser.parse_args()
    from tests.test_pipeline import newcomers_study

    with tempfile.TemporaryDirectory(prefix="kill-") as folder:
        place = Path(folder)
        study = newcomers_study(place / "study")
        rounds = kill_often(
            study, place, kills=options.kills, seed=options.seed, engine=options.engine
        )
    good = sum(not wrong for _, wrong in rounds)
    victims = Counter(what.split(" ")[0] for what, _ in rounds)
    print(f"\n{good} of {len(rounds)} ended as undisturbed ({dict(victims)}).")
    return 0 if good == len(rounds) else 1


if __name__ == "__main__":
    sys.exit(main())
