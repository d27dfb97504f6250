"""Processes made by forking: where that is safe, and that none outlives the one that made it."""

import ctypes
import os
import signal
import sys
import threading
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

PR_SET_PDEATHSIG = 1


def forks():
    """Does this system fork a process with libraries loaded safely?"""
    return sys.platform.startswith("linux")


def may_fork():
    """May this process fork now: on such a system, and with no thread but its own."""
    return forks() and threading.active_count() == 1


def die_with(parent):
    """Called first in a forked process: it is killed when its parent ends, however that ends.

    Parameters
    ----------
    parent : int
        The parent's process id, from before the fork.
    """
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it ended before that call
        os._exit(1)


def side_by_side(function, jobs):
    """What a function makes of each job, in their order: several at once where that is safe.

    Parameters
    ----------
    function : callable
        Of a module, of one argument; what it takes and returns can be pickled.
    jobs : list

    Returns
    -------
    list
    """
    at_once = min(processors(), len(jobs)) if may_fork() else 1
    if at_once < 2:
        return [function(job) for job in jobs]
    with ProcessPoolExecutor(
        at_once, get_context("fork"), initializer=die_with, initargs=(os.getpid(),)
    ) as pool:
        return list(pool.map(function, jobs))


def processors():
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
