# SPDX-License-Identifier: LGPL-3.0-or-later
PYTHON ?= python3
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help demo test test-odoo lint chaos mutate bench bench-peer bench-scale trading-day i18n screenshots clean

help: ## Show this list
	@sed -n 's/^\([a-z0-9-]*\):.*## /  make \1	/p' $(MAKEFILE_LIST)

demo: ## Odoo with this addon and four stand-in marketplaces to sell on, to try it
	@$(PYTHON) -m dev.demo $(ARGS)

test: ## Lint and all tests; ARGS="-k name" goes to pytest
	@$(PYTHON) -m dev.test $(ARGS)

test-odoo: ## Odoo's own stock, sale, purchase, accounting and mrp suites, with this addon and without it
	@$(PYTHON) -m dev.suites $(ARGS)

mutate: ## Remove one protective line at a time, and see that a test fails for each
	@$(PYTHON) -m dev.mutation $(ARGS)

chaos: ## Two Odoo servers, four shops, kills, restarts and faults; MINUTES=30 for a long run, ARGS="--seed 7" for a known one
	@$(PYTHON) -m dev.chaos $(ARGS)

lint: ## Style, OCA's rules, XML, manifest
	@$(PYTHON) -m dev.lint $(ARGS)

bench: ## Measure marking, draining, recovery, memory and latency; ARGS="latency" for a part
	@$(PYTHON) -m dev.bench $(ARGS)

bench-peer: ## The same work with OCA's shopify_connector and with this addon, side by side
	@$(PYTHON) -m dev.peer $(ARGS)

bench-scale: ## 1,000,000 products, 2,000,000 listings, 5,000,000 quants; and 10,000,000 marks through the dirty table
	@$(PYTHON) -m dev.scale $(ARGS)

trading-day: ## A simulated day on four marketplaces with each policy; ARGS="--seed 7 --policies respect,10min"
	@$(PYTHON) -m dev.trading $(ARGS)

i18n: ## Export the texts to translate, and refresh the languages' files; ARGS=--check only compares
	@$(PYTHON) -m dev.i18n $(ARGS)

screenshots: ## Pictures of the demo's screens for the app store and the README; ARGS="dashboard log" for some
	@$(PYTHON) -m dev.screenshots $(ARGS)

clean: ## Remove this clone's databases and run state
	@$(PYTHON) -m dev.clean
