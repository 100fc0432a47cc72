# SPDX-License-Identifier: LGPL-3.0-or-later
PYTHON ?= python3
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help demo test lint bench trading-day clean

help: ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1	/p' $(MAKEFILE_LIST)

demo: ## Odoo with this addon and four stand-in marketplaces to sell on, to try it
	@$(PYTHON) -m dev.demo $(ARGS)

test: ## Lint and all tests; ARGS="-k name" goes to pytest
	@$(PYTHON) -m dev.test $(ARGS)

lint: ## Style, OCA's rules, XML, manifest
	@$(PYTHON) -m dev.lint $(ARGS)

bench: ## Measure marking, draining, recovery, memory and latency; ARGS="latency" for a part
	@$(PYTHON) -m dev.bench $(ARGS)

trading-day: ## A simulated day on four marketplaces with each policy; ARGS="--seed 7 --policies respect,10min"
	@$(PYTHON) -m dev.trading $(ARGS)

clean: ## Remove this clone's databases and run state
	@$(PYTHON) -m dev.clean
