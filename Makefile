# Every target does its own set-up, from a fresh clone on. npm scripts run on the Node 24 that is a dev dependency.
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)

.PHONY: demo test soak bench build clean

demo: build        ## CozyWish from nothing to deployed, under load, broken, and taken back
	node demo/main.ts

test: build        ## every tier that this machine can carry
	node test/run-tiers.ts

soak: build        ## what takes turns, with many more of them
	SOAK=1 npx vitest run --project story --project fault --project lab jobs tcp-only killed-deployer workers test/lab

bench: build       ## every figure that the docs quote
	node bench/run-all.ts

build: dist/main.js

dist/main.js: node_modules/.package-lock.json package.json tsdown.config.ts tsconfig.json $(shell find src -name '*.ts' -not -name '*.test.ts')
	npm run --silent build
	@touch $@

node_modules/.package-lock.json: package.json package-lock.json
	npm ci --no-audit --no-fund --loglevel=error
	@touch $@

clean:
	rm -rf dist node_modules
