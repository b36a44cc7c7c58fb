# Sceau: what a person types. The default target says what there is.
PYTHON ?= python3
PORT ?= 8080
BOARD ?= virt-amd64
BIN := .venv/bin

.PHONY: help setup run run-fleet test fuzz check bench year demo-audit screens powerloss test-install image test-image image-tools lock perimeter clean

help:
	@echo "make run         sets up what is missing and starts a till on virtual hardware (PORT=$(PORT))"
	@echo "make run-fleet   a collector and three tills on one page, with their cables (PORT=$(PORT))"
	@echo "make test        sets up what is missing and runs the tests"
	@echo "make fuzz        runs the property tests on new and many examples"
	@echo "make check       ruff, mypy --strict, import direction"
	@echo "make bench       prints one table of measured figures, ours and the baselines (ONLY=prefix)"
	@echo "make year        lives 300 days of 200 tickets and proves them in every way there is"
	@echo "make demo-audit  an owner with root attacks copies of a till: who says what, on one page"
	@echo "make screens     renders every screen to PNG in build/screens"
	@echo "make powerloss   cuts every flow at every write and flush, and a logged block device after every write"
	@echo "make test-install  proves make run and make test in a minimal Debian 12 root"
	@echo "make image       makes the till's system image, as root (BOARD=$(BOARD))"
	@echo "make test-image  makes it and boots it in QEMU: a day of sales, an update, power cuts on its disk (20 to 30 minutes)"
	@echo "make lock        renews the locked dependencies"
	@echo "make perimeter   hashes the fiscal perimeter and keeps its versions (WHY=\"what changed\")"

setup: build/setup.stamp

build/setup.stamp: setup/prepare setup/packages setup/requirements.lock setup/system-packages.txt pyproject.toml
	@PYTHON=$(PYTHON) sh setup/prepare

run: setup
	@$(BIN)/sceau sim --port $(PORT)

run-fleet: setup
	@$(BIN)/python -m fleet --port $(PORT)

# Compiled first: the tests start hundreds of processes, each of which would compile what it imports
test: setup
	@$(BIN)/python -m compileall -q appliance collector fleet tests
	@$(BIN)/python -m pytest -n 4 --dist worksteal

fuzz: setup
	@SCEAU_EXAMPLES=fuzz SCEAU_EVERY=1 $(BIN)/python -m pytest -n 2 tests/audit/test_all_kinds.py \
		$$(grep -rl "^from hypothesis" tests --include="test_*.py")

check: setup
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/python -m pytest -p no:randomly tests/test_imports.py

bench: setup
	@$(BIN)/python -m bench $(if $(ONLY),--only $(ONLY))

year: setup
	@$(BIN)/python -m tests.audit.year

demo-audit: setup
	@$(BIN)/python -m tests.demo

screens: setup
	@$(BIN)/python -m tests.screens build/screens

powerloss: setup
	@$(BIN)/python -m tests.blockdevice --all || [ $$? -eq 2 ]
	@$(BIN)/python -m tests.powerloss --all

test-install:
	@sh setup/test-install

image-tools:
	@sh setup/packages setup/image-packages.txt
	@case "$(BOARD)" in *-arm64) [ "$$(uname -m)" = aarch64 ] || sh setup/packages setup/image-packages-arm64.txt ;; esac

image: setup image-tools
	@$(BIN)/python -m image $(BOARD)

# A board that has no virtual twin is started blank, once; a twin lives a day, which begins blank as well.
BLANK = tests/image/test_blank.py
test-image: image
	@SCEAU_BOARD=$(BOARD) $(BIN)/python -m pytest -p no:randomly -n 2 --dist loadfile -vv -rP --durations=12 --image \
		$(if $(filter virt-%,$(BOARD)),tests/image --ignore=$(BLANK),$(BLANK))

lock: setup
	@sh setup/lock

perimeter: setup
	@$(BIN)/python -m appliance.audit.perimeter_make --why "$(WHY)"

clean:
	rm -rf build .venv .mypy_cache .ruff_cache
