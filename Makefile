# The menu of the repository: `make help`. What a check needs lives in Tests/, what a measurement needs in Benchmarks/.

# One set of flags for everything built in release, so that running, testing and measuring share one build.
# -enable-testing opens the module's internals to its tests; `swift test` would otherwise add it for itself alone.
RELEASE := -c release -Xswiftc -enable-testing
BIN := .build/release

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help run test build check check-keras strangers accuracy bench bench-data bench-peers profile sanitize test-resume fuzz format lint docs clean prepare app-check

C_FILES = $(shell git ls-files -co --exclude-standard '*.c' '*.h')

help: ## Show this menu
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: prepare ## Train the default network on MNIST (ARGS='--model mlp-deep --epochs 2')
	@for product in digits digits-hdf5; do swift build $(RELEASE) --product $$product; done
	@$(BIN)/digits train $(ARGS)

test: prepare ## Run every test: Swift, kernels, each instruction set, the package in an app (FAST=1: Swift and kernels)
	@Tests/run.sh $(if $(FAST),--fast) $(RELEASE)

build: prepare ## Build everything in release
	@swift build $(RELEASE)

check: prepare ## Compare the kernels with their references (ARGS='--isa avx2 gemm')
	@swift build $(RELEASE) --product KernelChecks
	@$(BIN)/KernelChecks $(ARGS)

check-keras: prepare ## Move models between Keras and this library, both ways (installs Keras into .build; minutes)
	@for product in digits digits-hdf5 KerasPredictions; do swift build $(RELEASE) --product $$product; done
	@Tests/KerasCheck/run.sh $(BIN)

bench: prepare ## Time the kernels, or with WHAT=models the networks (ARGS='--filter gemm')
	@swift build $(RELEASE) --product digits
	@$(BIN)/digits bench $(or $(WHAT),kernels) $(ARGS)

bench-peers: prepare ## Compare with Keras, PyTorch, ONNX Runtime, OpenVINO, MKL, OpenBLAS (ARGS='training cnn-compact')
	@swift build $(RELEASE) --product digits
	@Benchmarks/run.sh --digits $(BIN)/digits $(ARGS)

strangers: prepare ## Show what each file that was made to do harm costs: sentence, memory, processor time, time
	@STRANGERS_REPORT=$(CURDIR)/.build/strangers.csv swift test $(RELEASE) --disable-testable-imports \
		--filter StrangersTests > .build/strangers.log || { tail -n 40 .build/strangers.log; exit 1; }
	@Tests/DigitsTests/Strangers/table.py .build/strangers.csv

accuracy: prepare ## Measure how well digits in pictures are read, against the same digits as MNIST has them
	@CONVNET_ACCURACY_PICTURES=2000 CONVNET_ACCURACY_TRAINING=60000 CONVNET_ACCURACY_EPOCHS=4 \
		swift test $(RELEASE) --disable-testable-imports --filter OwnDigitAccuracyTests

bench-data: prepare ## Measure what synthetic digits teach, and what augmentation costs (ARGS='--only cost')
	@swift build $(RELEASE) --product digits
	@python3 Benchmarks/digits_data.py --digits $(BIN)/digits $(ARGS)

profile: prepare ## Show where the time goes, by kernel (KERNEL=conv2d or NETWORK=cnn-compact)
	@swift build $(RELEASE) --product digits
	@Benchmarks/profile.sh $(if $(KERNEL),$(BIN)/digits bench kernels --filter $(KERNEL) $(ARGS),\
		$(BIN)/digits train --model $(or $(NETWORK),cnn-compact) --epochs 2 --validation-split 0 --verbose 0 --out .build/profile-run $(ARGS))

sanitize: prepare ## Run the checks under the address and undefined-behaviour sanitizers (FAST=1: the kernels only)
	@Tests/sanitize.sh $(if $(FAST),--fast)

fuzz: prepare ## Give the readers of files what libFuzzer makes up (SECONDS=3600 a target, ARGS='idx npz')
	@swift build $(RELEASE) --product digits
	@Tests/Fuzz/run.sh $(or $(SECONDS),5) $(ARGS)

test-resume: prepare ## Kill training at random moments and go on with it, 100 times (ROUNDS=20)
	@swift build $(RELEASE) --product digits
	@Tests/resume.sh $(BIN)/digits $(or $(ROUNDS),100)

app-check: ## Use the package from a new app, by version tag, in release and in debug
	@Tests/AppCheck/run.sh

format: ## Format the sources in place (C where clang-format is installed)
	@swift format --in-place --parallel --recursive Package.swift Sources Tests
	@if command -v clang-format > /dev/null; then clang-format -i $(C_FILES); \
		else echo "clang-format is not installed: the C files stay as they are (Debian, Ubuntu: apt install clang-format)"; fi

lint: ## Check formatting and the rules of the sources, changing nothing
	@Tests/lint.sh

docs: prepare ## Build the reference into .build/docs
	@swift build $(RELEASE) --target ConvNet
	@rm -rf .build/symbols .build/docs; mkdir -p .build/symbols
	@swift-symbolgraph-extract -module-name ConvNet -minimum-access-level public -output-dir .build/symbols \
		-target "$$(swift -print-target-info | sed -n 's/.*"unversionedTriple": "\(.*\)".*/\1/p')" -I $(BIN)/Modules \
		-Xcc -fmodule-map-file=$(BIN)/CKernels.build/module.modulemap -Xcc -fmodule-map-file=Sources/CZlib/module.modulemap
	@docc convert Sources/ConvNet/Documentation.docc --additional-symbol-graph-dir .build/symbols --output-path .build/docs \
		--warnings-as-errors
	@echo "To read it: python3 -m http.server -d .build/docs 8000, then http://localhost:8000/documentation/convnet"

clean: ## Remove everything that was built
	@rm -rf .build

# The C libraries of the build, where they are missing. Quick and silent where nothing is.
prepare:
	@if ! command -v swift > /dev/null; then \
		echo "Swift is not installed: https://www.swift.org/install (6.2 or later)" >&2; exit 1; fi; \
	missing=; present() { for file in "$$@"; do if [ -e "$$file" ]; then return 0; fi; done; return 1; }; \
	present /usr/lib/*-linux-gnu/libomp{5,}.so /usr/lib{,64}/libomp.so /usr/local/lib/libomp.so /usr/lib/llvm*/lib/libomp.so \
		|| missing+=" libomp-dev"; \
	present /usr{,/local}/include/zlib.h || missing+=" zlib1g-dev"; \
	present /usr{,/local}/include/png.h || missing+=" libpng-dev"; \
	present /usr{,/local}/include{,/*-linux-gnu}/jpeglib.h || missing+=" libjpeg-dev"; \
	present /usr{,/local}/include{,/*-linux-gnu}/curl/curl.h || missing+=" libcurl4-openssl-dev"; \
	present /usr{,/local}/include/openssl/evp.h || missing+=" libssl-dev"; \
	present /usr{,/local}/include{,/hdf5/serial}/hdf5.h || missing+=" libhdf5-dev"; \
	if [ -z "$$missing" ]; then exit 0; fi; \
	if ! command -v apt-get > /dev/null; then \
		echo "Missing:$$missing (Debian's names). Install them with this system's package manager, then try again" \
			"(Fedora: libomp-devel zlib-devel libpng-devel libjpeg-turbo-devel libcurl-devel openssl-devel hdf5-devel;" \
			"Arch: openmp zlib libpng libjpeg-turbo curl openssl)." >&2; exit 1; fi; \
	if [ "$$(id -u)" = 0 ]; then sudo=; else sudo=sudo; fi; \
	echo "Installing$$missing"; \
	$$sudo apt-get update -qq; \
	$$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing
