"""Two papermill engines: each notebook forked from one process, or in an ordinary kernel.

A kernel costs a second of starting and importing for each notebook; a fork costs nothing, and
what a notebook leaves behind (variables, environment, working directory, options, random state,
processes) is gone with it. Linux only: elsewhere forking a process with libraries loaded is not
safe. The ordinary kernel stays the reference; tests hold both to the same bytes.
"""

import base64
import contextlib
import gc
import importlib
import io
import json
import logging
import os
import re
import select
import signal
import sys
import time

from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import from_dict
from papermill.engines import Engine, NBClientEngine

from analysis.processes import die_with

INLINE = "module://matplotlib_inline.backend_inline"


def preload(notebooks):
    """Import once what the notebooks will import."""
    for path in notebooks:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        code = "\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "code")
        for name in re.findall(r"^(?:from|import) ([\w.]+)", code, re.MULTILINE):
            importlib.import_module(name)
    importlib.import_module("IPython.core.interactiveshell")
    importlib.import_module("matplotlib_inline.backend_inline")
    gc.freeze()  # what is imported here is not garbage in any notebook: do not look at it again


class ForkEngine(Engine):
    """Executes a notebook in a forked child; one JSON line a cell comes back through a pipe."""

    @classmethod
    def execute_managed_notebook(cls, nb_man, kernel_name, *, folder, execution_timeout=None, **_):
        """Called by papermill.

        Parameters
        ----------
        nb_man : NotebookExecutionManager
        kernel_name : str
            Not used: the child is the kernel.
        folder : path-like
            Working directory of the notebook.
        execution_timeout : float or None
            Seconds for a cell; None = no limit.
        """
        cells = [(i, c) for i, c in enumerate(nb_man.nb.cells) if c.cell_type == "code"]
        reading, writing = os.pipe()
        sys.stdout.flush()
        sys.stderr.flush()
        parent, child = os.getpid(), os.fork()
        if child == 0:
            os.close(reading)
            _be_the_kernel([c.source for _, c in cells], writing, folder, parent)
        os.close(writing)
        try:
            _collect(nb_man, cells, reading, execution_timeout)
        finally:
            os.close(reading)
            _end(child)


class KernelEngine(NBClientEngine):
    """Executes a notebook in a kernel of its own; a cell that could not end is told as above."""

    @classmethod
    def execute_managed_notebook(cls, nb_man, kernel_name, *, execution_timeout=None, **more):
        """Called by papermill, which alone would end without a notebook to look at."""
        logging.getLogger("papermill").addHandler(logging.NullHandler())  # the cell's error says it
        try:
            super().execute_managed_notebook(
                nb_man, kernel_name, execution_timeout=execution_timeout, **more
            )
        except (CellTimeoutError, RuntimeError) as error:  # a kernel's start fails as RuntimeError
            cells = [(i, c) for i, c in enumerate(nb_man.nb.cells) if c.cell_type == "code"]
            begun = sum(c.metadata.papermill["status"] == nb_man.COMPLETED for _, c in cells)
            kind = _kind(error)
            if begun and kind == "not started":
                raise  # it did start: this is something else
            index, cell = cells[max(begun, 1) - 1]
            cell["execution_count"] = max(begun, 1)
            cell["outputs"] = [from_dict(_error(kind, execution_timeout))]
            nb_man.cell_exception(cell, index)


def _kind(error):
    if isinstance(error, CellTimeoutError):
        return "timeout"
    return "died" if isinstance(error, DeadKernelError) else "not started"


# In the parent -------------------------------------------------------------------------------


def _collect(nb_man, cells, reading, timeout):
    """Put what the child sends into the notebook, cell by cell, until it ends or fails."""
    lines = _lines(reading, timeout)
    for count, (index, cell) in enumerate(cells, start=1):
        nb_man.cell_start(cell, index)
        answer = next(lines)
        if "failure" in answer:
            outputs = [_error(answer["failure"], timeout)]
            answer = {"outputs": outputs, "execution_count": count}
        cell["outputs"] = [from_dict(output) for output in answer["outputs"]]
        cell["execution_count"] = answer["execution_count"]
        failed = any(output["output_type"] == "error" for output in answer["outputs"])
        if failed:
            nb_man.cell_exception(cell, index)
        nb_man.cell_complete(cell, index)
        if failed:
            return


def _lines(reading, timeout):
    """Decoded lines of the pipe; a failure where none comes in time, or the child is gone."""
    rest, deadline = b"", _deadline(timeout)
    while True:
        while b"\n" not in rest:
            wait = None if deadline is None else max(0.0, deadline - time.monotonic())
            if not select.select([reading], [], [], wait)[0]:
                yield {"failure": "timeout"}
                return
            piece = os.read(reading, 1 << 20)
            if not piece:
                yield {"failure": "died"}
                return
            rest += piece
        line, rest = rest.split(b"\n", 1)
        yield json.loads(line)
        deadline = _deadline(timeout)


def _deadline(timeout):
    return None if timeout is None else time.monotonic() + timeout


def _error(kind, timeout):
    """What stands in the notebook for a cell that could not end: an error by nbclient's names."""
    if kind == "timeout":
        ename, evalue = "CellTimeoutError", f"the cell was stopped after {timeout:g} s"
    elif kind == "died":
        ename, evalue = "DeadKernelError", "the notebook's process ended (was memory exhausted?)"
    else:
        ename, evalue = "KernelNotStarted", "the kernel did not answer"
    return {"output_type": "error", "ename": ename, "evalue": evalue, "traceback": [evalue]}


def _end(child):
    """End the child, whatever happened, and the group of what it started."""
    for kill in (os.kill, os.killpg):  # the group is not there if the child has yet to make it
        with contextlib.suppress(ProcessLookupError):
            kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


# In the child --------------------------------------------------------------------------------


def _be_the_kernel(sources, writing, folder, parent):
    """Run the cells and never return."""
    status, kernel = 1, os.getpid()
    try:
        os.setpgid(0, 0)  # what a cell starts is of this group, and ends with it
        die_with(parent)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides what Ctrl-C means
        nowhere = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(nowhere, descriptor)
        os.chdir(folder)
        outputs = []
        shell = _shell(outputs)
        with os.fdopen(writing, "w", encoding="utf-8") as pipe:
            for source in sources:
                outputs.clear()
                done = shell.run_cell(source, store_history=True)
                if os.getpid() != kernel:  # a cell forked, and this is its child: not the kernel
                    os._exit(0)
                for stream in (sys.stdout, sys.stderr):
                    stream.flush()
                answer = {"outputs": outputs, "execution_count": shell.execution_count - 1}
                pipe.write(json.dumps(answer) + "\n")
                pipe.flush()
                if not done.success:
                    break
        status = 0
    finally:
        os._exit(status)


class _Stream(io.TextIOBase):
    """stdout or stderr of the notebook: neighbouring texts of one stream are one output."""

    def __init__(self, name, outputs):
        self.stream, self.outputs = name, outputs

    def writable(self):
        return True

    def write(self, text):
        last = self.outputs[-1] if self.outputs else {}
        if last.get("name") == self.stream:
            last["text"] += text
        elif text:
            self.outputs.append({"output_type": "stream", "name": self.stream, "text": text})
        return len(text)


def _shell(outputs):
    """A plain IPython shell that collects what it would show in `outputs`."""
    from IPython.core.displayhook import DisplayHook
    from IPython.core.displaypub import DisplayPublisher
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.core.pylabtools import activate_matplotlib
    from matplotlib_inline.backend_inline import configure_inline_support
    from traitlets.config import Config

    class Publisher(DisplayPublisher):
        def publish(self, data, metadata=None, **_):
            outputs.append(_bundle("display_data", data, metadata))

        def clear_output(self, wait=False):
            outputs.clear()

    class Hook(DisplayHook):
        def write_output_prompt(self):
            pass

        def write_format_data(self, format_dict, md_dict=None):
            result = _bundle("execute_result", format_dict, md_dict)
            outputs.append(result | {"execution_count": self.prompt_count})

    class ShellWithoutZMQ(InteractiveShell):  # pandas knows a notebook by "zmq" in this name
        def _showtraceback(self, etype, evalue, stb):
            outputs.append(
                {
                    "output_type": "error",
                    "ename": etype.__name__,
                    "evalue": str(evalue),
                    "traceback": list(stb),
                }
            )

        def enable_gui(self, gui=None):
            pass

    config = Config()
    config.HistoryManager.enabled = False
    config.InlineBackend.print_figure_kwargs = {"bbox_inches": None}  # drawn once, not twice
    shell = ShellWithoutZMQ.instance(
        config=config, display_pub_class=Publisher, displayhook_class=Hook
    )
    sys.stdout, sys.stderr = _Stream("stdout", outputs), _Stream("stderr", outputs)
    if "pandas" in sys.modules:  # imported before there was a notebook, it took this for a terminal
        sys.modules["pandas"].set_option("display.max_columns", 20)
    activate_matplotlib(INLINE)
    configure_inline_support(shell, INLINE)
    return shell


def _bundle(kind, data, metadata):
    images = {
        name: base64.b64encode(value).decode("ascii") if isinstance(value, bytes) else value
        for name, value in data.items()
    }
    return {"output_type": kind, "data": images, "metadata": metadata or {}}
