# The commands of the kit, each a verb. `make` lists them. The first that needs something installs it into .venv, once.
# Without make (Windows):   py autograder\bootstrap   and then   .venv\Scripts\python -m autograder check softmax

PYTHON = python3
KIT = @.venv/bin/python -m autograder

# What may be set behind a command: make check exercise=softmax. Not taken from the environment: a stray `file` there
# must not change what is graded.
SETTINGS = exercise section file plot plain notebook to_notebook force no_browser give_up assignment yes anonymous accept \
	roster zip times mistake seeds seed only cases take again released
$(foreach setting,$(SETTINGS),$(eval $(setting) =))
assignment := $(shell sed -n 's/^name = "\(.*\)"/\1/p' solutions/lesson.toml)

# A misspelt setting would be ignored by make, and everything checked instead. only='-x --tb=short' is one setting.
SET := $(foreach word,$(filter-out -%,$(MAKEOVERRIDES)),$(if $(findstring =,$(word)),$(firstword $(subst =, ,$(word)))))
UNKNOWN := $(filter-out $(SETTINGS) PYTHON,$(SET))
ifneq ($(UNKNOWN),)
$(error There is no setting $(UNKNOWN). There are: $(SETTINGS) PYTHON)
endif

# `make check softmax` is short for `make check exercise=softmax`, and `make lab optim` for `make lab section=optim`.
TARGETS := help check watch hint answer list reset train predict lab copy progress doctor stop upgrade \
	course assign collect grade feedback report export new build matrix test attack lint bench docs pins clean system-packages
VERB := $(firstword $(MAKECMDGOALS))
WORDS := $(filter-out $(TARGETS),$(wordlist 2,99,$(MAKECMDGOALS)))
ifneq ($(WORDS),)
ifneq ($(filter check watch hint answer reset predict,$(VERB)),)
override exercise := $(strip $(exercise) $(WORDS))
endif
ifneq ($(filter list train lab copy,$(VERB)),)
override section := $(strip $(section) $(WORDS))
endif
ifneq ($(filter check watch hint answer reset predict list train lab copy,$(VERB)),)
.PHONY: $(WORDS)
$(WORDS): $(VERB)
	@:
endif
endif

.DEFAULT_GOAL := help
# Its rules for C and the like are looked through at every call.
MAKEFLAGS += --no-builtin-rules
.SUFFIXES:
.NOTPARALLEL:
.PHONY: $(TARGETS)

help: ## List these commands
	@awk -F ':.*## ' '/^## /{print "\n" substr($$0, 4)} /^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' Makefile
	@echo
	@echo 'Most take an exercise or a section:   make check exercise=softmax   make train section=optim'
	@echo 'In short:                             make check softmax            make train optim'

## To learn

check: .venv/ready/learn ## Check an answer (exercise=NAME, section=NAME, file=PATH), or all of them
	$(KIT) check $(exercise) $(if $(section),--section $(section)) $(if $(file),--file '$(file)') $(if $(plain),--plain) $(if $(plot),--plot)

watch: .venv/ready/watch ## Check again at every save
	$(KIT) watch $(exercise) $(if $(plain),--plain)

hint: .venv/ready/learn ## Give the next hint (exercise=NAME, or where you are)
	$(KIT) hint $(exercise) $(if $(plain),--plain)

answer: .venv/ready/learn ## Show the reference beside your own (exercise=NAME give_up=1 before it passes)
	$(KIT) answer $(exercise) $(if $(give_up),--give-up) $(if $(plain),--plain)

list: .venv/ready/learn ## List sections, exercises, outcomes and points (section=NAME)
	$(KIT) list $(section) $(if $(plain),--plain)

reset: .venv/ready/learn ## Start an exercise again; the old answer is kept (exercise=NAME)
	$(KIT) reset $(exercise) $(if $(section),--section $(section))

train: .venv/ready/learn ## Train on the real digits with your own code (section=NAME)
	$(KIT) train $(section) $(if $(plain),--plain)

predict: .venv/ready/learn ## Say what comes out before you write it (exercise=NAME, or where you are)
	$(KIT) predict $(exercise)

lab: .venv/ready/lab ## Open the exercises as notebooks (section=NAME, no_browser=1)
	$(KIT) lab $(section) $(if $(no_browser),--no-browser)

copy: .venv/ready/learn ## Copy answers from a notebook to exercises/ (section=NAME, notebook=FILE, to_notebook=1, force=1)
	$(KIT) copy $(if $(notebook),'$(notebook)') $(section) $(if $(to_notebook),--to-notebook) $(if $(force),--force)

progress: .venv/ready/learn ## Write a page of what you have done
	$(KIT) progress

doctor: .venv/ready/learn ## Find what is wrong with the set-up
	$(KIT) doctor

stop: .venv/ready/learn ## End the process that makes checks quick; it also ends by itself
	$(KIT) stop

upgrade: .venv/ready/learn ## Fetch new exercises and checks; your answers stay
	$(KIT) upgrade

## To teach

course: .venv/ready/class ## Write course.toml, where a course is decided; then show how the term stands
	$(KIT) course

assign: .venv/ready/class ## Make the notebooks that students get (assignment=NAME)
	$(KIT) assign $(assignment) $(if $(yes),--yes)

collect: .venv/ready/class ## Put a platform's zip into submitted/ (zip=FILE times=CSV)
	$(KIT) collect $(assignment) --zip '$(zip)' $(if $(times),--times '$(times)')

grade: .venv/ready/class ## Grade what students handed in (accept=1: scores that a new kit changes; take=1: other names; again=1)
	$(KIT) grade $(assignment) $(if $(accept),--accept) $(if $(take),--take) $(if $(again),--again) $(if $(released),--released)

feedback: .venv/ready/class ## Make the pages that students get back
	$(KIT) feedback $(assignment)

report: .venv/ready/class ## Tell what the class did not understand (anonymous=1)
	$(KIT) report $(assignment) $(if $(anonymous),--anonymous)

export: .venv/ready/class ## Write grades and feedback for Canvas, Moodle or a spreadsheet (roster=FILE)
	$(KIT) export $(assignment) $(if $(roster),--roster '$(roster)')

## To write exercises

new: .venv/ready/learn ## Begin a question of your own, in own/ (exercise=NAME section=NAME)
	$(KIT) new $(exercise) $(if $(section),--section $(section))

build: .venv/ready/class ## Make stubs and notebooks from solutions/
	$(KIT) build

matrix: .venv/ready/learn ## Show which probe catches which mistake (exercise=NAME seeds=20), or one mistake=NAME of it
	$(KIT) matrix $(exercise) $(if $(section),--section $(section)) $(if $(mistake),--mistake $(mistake)) $(if $(seeds),--seeds $(seeds)) $(if $(seed),--seed $(seed))

test: .venv/ready/test system-packages $(if $(only),,lint) ## Run every check of the kit itself (only='-k softmax')
ifeq ($(only),)
	@.venv/bin/python -m pytest -rs --timeout 600 -n auto --no-loadscope-reorder
else
	@.venv/bin/python -m pytest -rs --timeout 600 $(only)
endif

lint: .venv/ready/test ## Check style and types
	@.venv/bin/python -m ruff check --quiet
	@.venv/bin/python -m ruff format --check --quiet || { echo 'To format:   .venv/bin/python -m ruff format'; exit 1; }
	@.venv/bin/python -m mypy --no-error-summary
	@.venv/bin/lint-imports --no-cache > .venv/imports.txt || { cat .venv/imports.txt; exit 1; }

attack: .venv/ready/test ## Try what submissions try: every known way, then cases=10000 made at random
	@.venv/bin/python -m pytest -q tests/classroom/test_attacks.py tests/classroom/test_shortcuts.py \
		tests/classroom/test_earned.py tests/classroom/test_neighbours.py tests/classroom/test_what_cells_reach.py
	@PYTHONPATH=.:tests .venv/bin/python -m attacks.costs
	@PYTHONPATH=.:tests .venv/bin/python -m attacks.fuzz $(or $(cases),10000)

bench: .venv/ready/test ## Measure speed, as ratios
	@.venv/bin/python -m benchmarks

docs: .venv/ready/docs ## Build the site into site/
	@.venv/bin/python -m docs.site
	@echo 'To read it, with search:   .venv/bin/python -m http.server -d site'

pins: .venv/ready/test .venv/ready/docs ## Pin the installed versions in constraints.txt
	@.venv/bin/python -m autograder.bootstrap.pins

clean: ## Remove what was installed and cached; answers and grades stay
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache site dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Some tests need programs that pip cannot bring. Where they cannot be had, these tests say so.
system-packages:
	@command -v bwrap >/dev/null && command -v chromedriver >/dev/null && command -v tmux >/dev/null \
		|| sh autograder/bootstrap/system_packages.sh

# Make compares times, so a set-up that is done costs nothing; set-up itself looks at contents. A .venv whose Python
# is gone counts as not set up.
.venv/ready/%: pyproject.toml constraints.txt .venv/bin/python
	@command -v $(PYTHON) >/dev/null || { echo 'There is no $(PYTHON) here. Install Python 3.11 or newer,' \
		'or say where it is:   make check PYTHON=/path/to/python3'; exit 1; }
	@$(PYTHON) autograder/bootstrap $*

.venv/bin/python:

.PRECIOUS: .venv/ready/%
