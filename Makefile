# The two commands: "make run" starts the app, "make test" checks everything.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8501
CHROMIUM ?= $(shell command -v chromium || command -v chromium-browser || command -v google-chrome)

# Browsers, servers and clusters are real and share two cores: what failed is run once more, alone, and both runs are shown.
tests = $(BIN)/python -m pytest -q $(1) || { echo "Once more, one by one, what failed:"; \
	  $(BIN)/python -m pytest -q --last-failed --last-failed-no-failures none $(filter tests/%,$(1)); }

.PHONY: run torch test check lint types layers unit bench peers screenshots pins clean

run: $(VENV)/.run-ready  ## Start the app on port 8501
	$(BIN)/streamlit run app.py --server.port $(PORT)

torch: $(VENV)/.torch-ready  ## Add PyTorch, with which networks with dropout learn; the app runs without it

test: check browser-tests  ## Everything: lint, types, layers, units, pages, bundles, journeys

check: $(VENV)/.dev-ready $(VENV)-s3/.ready lint types layers  ## Without the browser, for the inner loop
	$(call tests,-n 2 --dist loadfile tests/unit tests/pages tests/bundles)

browser-tests: $(VENV)/.dev-ready $(VENV)-s3/.ready
	$(call tests,tests/journeys)

lint: $(VENV)/.dev-ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.dev-ready
	$(BIN)/mypy

layers: $(VENV)/.dev-ready
	$(BIN)/lint-imports

unit: $(VENV)/.dev-ready $(VENV)-s3/.ready
	$(BIN)/python -m pytest -q -n 2 --dist loadfile tests/unit

bench: $(VENV)/.dev-ready $(VENV)-bench/.ready  ## Speed and memory, as ratios in one run
	$(BIN)/python -m tests.benchmarks $(BENCH)

peers: $(VENV)-flaml/.ready $(VENV)-autogluon/.ready $(VENV)-mljar/.ready  ## What tests.benchmarks.search is held against

screenshots: $(VENV)/.dev-ready  ## Pictures of every screen under docs/screenshots
	$(BIN)/python -m tests.journeys.screenshots

pins: $(VENV)/.dev-ready  ## Make the pinned closures again
	$(BIN)/pip-compile -q --no-annotate --no-header --strip-extras --allow-unsafe --no-emit-index-url --no-emit-trusted-host --no-emit-find-links requirements.in
	$(BIN)/pip-compile -q --no-annotate --no-header --strip-extras --allow-unsafe --no-emit-index-url --no-emit-trusted-host --no-emit-find-links requirements-dev.in
	$(BIN)/pip-compile -q --no-annotate --no-header --strip-extras --allow-unsafe --no-emit-index-url --no-emit-trusted-host --no-emit-find-links requirements-torch.in
	sed -i.old 's/^\(torch==[0-9.]*\)+.*/\1/' requirements-torch.txt && rm requirements-torch.txt.old  # any build of that version

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run-ready: requirements.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	$(BIN)/python -m compileall -q $(VENV)/lib core pages app.py || true
	touch $@

# TORCH_INDEX: a further index of packages, such as the one with PyTorch's builds for the processor alone.
$(VENV)/.torch-ready: requirements-torch.txt $(VENV)/.run-ready
	$(BIN)/python -m pip install --quiet --disable-pip-version-check $(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX)) -r requirements-torch.txt
	$(BIN)/python -m pip check
	touch $@

$(VENV)/.dev-ready: requirements-dev.txt $(VENV)/.run-ready
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	$(BIN)/python -m pip check
	touch $@

$(VENV)-bench/.ready: requirements-bench.txt
	$(PYTHON) -m venv $(VENV)-bench
	$(VENV)-bench/bin/python -m pip install --quiet --disable-pip-version-check -r requirements-bench.txt
	touch $@

$(VENV)-%/.ready: tests/benchmarks/peers/%.txt
	$(PYTHON) -m venv $(VENV)-$*
	$(VENV)-$*/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	touch $@

# An S3 server for the tests; botocore does not install beside Fairway. Where it cannot be had, the tests say so.
$(VENV)-s3/.ready: requirements-s3.txt
	mkdir -p $(VENV)-s3
	{ $(PYTHON) -m venv $(VENV)-s3 \
	  && $(VENV)-s3/bin/python -m pip install --quiet --disable-pip-version-check -r requirements-s3.txt \
	  && touch $@; } || test -z "$$CI"

clean:
	rm -rf $(VENV) $(VENV)-bench $(VENV)-flaml $(VENV)-autogluon $(VENV)-mljar $(VENV)-s3 .mypy_cache .ruff_cache .pytest_cache
