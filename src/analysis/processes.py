"""Processes made by forking: where that is safe, and that none outlives the one that made it."""

import ctypes
import os
import signal
import sys
import threading

PR_SET_PDEATHSIG = 1


def forks():
    """Does this system fork a process with libraries loaded safely?"""
    return sys.platform.startswith("linux")


def may_fork():
    """May this process fork now: on such a system, and with no thread but its own."""
    return forks() and threading.active_count() == 1


def die_with_the_parent():
    """Called first in a forked process: it is killed when its parent ends, however that ends."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() == 1:
        os._exit(1)


def processors():
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
