# GNU make 3.81 or newer. `make` alone lists what there is.
#   STUDY  a folder's name in data/raw, or a path to a study folder
#   OUT    where the outputs of a study outside this repository go
#   FORCE=1    even if nothing changed
#   MANUSCRIPT  a file to audit; SUGGEST=1 prints the right words too; ALONE=1 takes no codings,
#               only the themes' names, and holds the manuscript's claims against each other
#   TIMEOUT=s  stop a notebook whose cell takes longer than so many seconds
#   ENGINE=kernel  an ordinary Jupyter kernel for each notebook, as on macOS

.DEFAULT_GOAL := help
STUDY   = pacemakers
OUT     =
FORCE   =
TIMEOUT =
ENGINE  =
MANUSCRIPT =
SUGGEST =
ALONE   =
FROM    =
CODER   =
UNIT    =
TO      =
PYTHON  =

# The environment is named by what the lock file says, not by when it was written: a clone or a
# checkout changes every time stamp.
ENV := .venv/made-from-$(shell cksum < requirements.lock | tr ' ' '-')
RUN := .venv/bin/python -m analysis
# What a user names goes through the environment, so that the shell reads nothing into its signs.
export STUDY OUT TIMEOUT ENGINE MANUSCRIPT CODER UNIT TO
FOR := "$$STUDY" $(if $(OUT),--out "$$OUT")
HOW := $(if $(FORCE),--force) $(if $(TIMEOUT),--timeout="$$TIMEOUT") $(if $(ENGINE),--engine="$$ENGINE")
PHASES := $(sort $(basename $(notdir $(wildcard notebooks/[0-9]_*.ipynb))))

.PHONY: help all figures status verify audit import export lab new test test-all lint clean $(PHASES)

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo "  make $(firstword $(PHASES))   run one phase alone; the others:"
	@echo "      $(wordlist 2,9,$(PHASES))"
	@echo "  With STUDY=path: another study than the shipped one. With FORCE=1: even if nothing changed."

all: $(ENV) ## figures, tables and executed notebooks: run every phase that is not up to date
	@$(RUN) run $(FOR) $(HOW)

$(PHASES): $(ENV)
	@$(RUN) run $(FOR) --phase $@ $(HOW)

figures: $(ENV) ## redraw the figures alone, from the tables beside them
	@$(RUN) figures $(FOR)

status: $(ENV) ## which phases are up to date, which are not, and why
	@$(RUN) status $(FOR)

verify: $(ENV) ## for reviewers: run the shipped study anew and compare with what is committed
	@$(RUN) verify

audit: $(ENV) ## MANUSCRIPT=path: its numbers and quotations against the codings of STUDY (or STUDY=none)
	@if [ -z "$$MANUSCRIPT" ]; then echo "Say which: make audit MANUSCRIPT=path/to/manuscript.docx STUDY=path/to/study"; exit 2; fi
	@$(RUN) audit "$$MANUSCRIPT" --study "$$STUDY" $(if $(OUT),--out "$$OUT") $(if $(SUGGEST),--suggest) $(if $(ALONE),--alone)

lab: $(ENV) ## open the notebooks in JupyterLab (end it with Ctrl-C)
	@if [ "$(origin STUDY)" = "command line" ]; then printf 'In each notebook, set study = "%s" in the cell of the parameters.\n' "$$STUDY"; fi
	@.venv/bin/python -m jupyterlab --ServerApp.root_dir="$(CURDIR)" \
	  --LabApp.default_url=/lab/tree/notebooks/1_familiarisation.ipynb \
	  --ContentsManager.pre_save_hook=analysis.lab.without_outputs

import: $(ENV) ## FROM="files" STUDY=path [CODER=name]: bring what coders made in Word, Taguette, NVivo, ...
	@if [ "$(origin STUDY)$(if $(FROM),, without FROM)" != "command line" ]; then \
	  echo 'Say what and where to: make import FROM="ana.docx ben.docx" STUDY=path/to/my_study'; exit 2; fi
	@$(RUN) import $(FROM) --study "$$STUDY" $(if $(CODER),--coder "$$CODER") $(if $(UNIT),--unit "$$UNIT")

export: $(ENV) ## TO=file.qdpx STUDY=path: write the study for another tool (.qdpx .qdc .xlsx .json, or CSV)
	@if [ "$(origin STUDY)$(if $(TO),, without TO)" != "command line" ]; then \
	  echo 'Say which study and where to: make export TO=my_study.qdpx STUDY=path/to/my_study'; exit 2; fi
	@$(RUN) export "$$TO" --study "$$STUDY"

new: $(ENV) ## STUDY=path: write an empty study folder that explains itself
	@if [ "$(origin STUDY)" != "command line" ]; then echo "Say where: make new STUDY=path/to/my_study"; exit 1; fi
	@$(RUN) new "$$STUDY"

test: $(ENV) ## run the tests (minutes)
	@.venv/bin/python -m pytest -m "not slow"

test-all: $(ENV) ## run all tests, the long ones too
	@.venv/bin/python -m pytest

lint: $(ENV) ## check the style of the code
	@.venv/bin/python -m ruff check src tests

clean: ## remove the environment (results stay)
	@rm -rf .venv

ON_CTRL_C = trap 'echo; echo "Interrupted: the same command goes on from here." >&2; exit 130' INT
NOT_ALL = { echo "The packages could not all be installed; the reason is above (they take 850 MB). Then the same command again." >&2; exit 1; }

# The environment: Python's own venv, then the packages of the lock file, each checked by its hash.
$(ENV):
	@found=; for python in $(PYTHON) python3 python3.13 python3.12 python3.11 python3.14; do \
	  if command -v $$python >/dev/null 2>&1 && $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; \
	  then found=$$python; break; fi; done; \
	if [ -z "$$found" ]; then echo "Python 3.11 or newer is needed and was not found. Install it, or name it: make all PYTHON=/path/to/python3" >&2; exit 1; fi; \
	if ! $$found -c 'import venv, ensurepip' 2>/dev/null; then \
	  echo "Python's own module venv is missing. On Debian or Ubuntu: sudo apt install python3-venv. Then the same command again." >&2; exit 1; fi; \
	$(ON_CTRL_C); \
	if ! .venv/bin/python -c 'import sys, pip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	  echo "Making the environment .venv with $$($$found --version) ..."; \
	  said=$$($$found -m venv --clear .venv 2>&1) || { rm -rf .venv; echo "$$said" >&2; $(NOT_ALL); }; fi
	@echo "Installing the packages of requirements.lock into .venv (a minute or two the first time) ..."
	@rm -f .venv/made-from-*
	@awk '/^uv==/ {take = 1} take {print} take && !/\\$$/ {exit}' requirements.lock > .venv/uv.txt
	@$(ON_CTRL_C); \
	.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r .venv/uv.txt || $(NOT_ALL)
	@$(ON_CTRL_C); \
	.venv/bin/python -m uv pip sync $$([ -t 2 ] || echo --quiet) --python .venv/bin/python --require-hashes --compile-bytecode requirements.lock \
	  || .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock || $(NOT_ALL)
	@.venv/bin/python -c 'import pathlib, sysconfig; pathlib.Path(sysconfig.get_path("purelib"), "analysis.pth").write_text("../../../../src\n")'
	@touch $@
