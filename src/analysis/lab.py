"""JupyterLab saves the notebooks without their outputs: essays never get into git by a save."""


def without_outputs(model, path, **_):
    """Hook of `make lab`: empty the outputs of what is saved in notebooks/.

    The outputs stay on the screen; executed copies are what `make all` writes.

    Parameters
    ----------
    model : dict
        The file as JupyterLab is about to save it; changed in place.
    path : str
        Where, from the folder that JupyterLab was started in.
    """
    if model["type"] != "notebook" or not path.startswith("notebooks/"):
        return
    notebook = model["content"]
    notebook["metadata"]["language_info"] = {"name": "python"}
    for cell in notebook["cells"]:
        cell["metadata"].pop("execution", None)
        cell["metadata"].pop("trusted", None)
        if cell["cell_type"] == "code":
            cell["outputs"] = []
            cell["execution_count"] = None
