# What there is to do here. `just` lists it.

set shell := ["bash", "-euo", "pipefail", "-c"]

# Lists the recipes.
default:
    @just --list --unsorted

# Starts the mocked services and the three BFFs, prints what to try, runs until Ctrl-C.
[no-exit-message]
demo *options: (_build "bff-demo")
    @cargo run --quiet --package bff-demo -- demo {{ options }}

# Prints a token that the demo's BFFs trust: `just token alice`, `just token acme-books --bff partner --account acme`.
token user *options: (_build "bff-demo")
    @cargo run --quiet --package bff-demo -- token {{ user }} {{ options }}

# Makes an API key for a partner's program: `just new-key acme-books --account acme --scopes "orders:read reports:read"`.
[positional-arguments]
new-key client *options: (_build "bff-partner")
    @cargo run --quiet --package bff-partner -- new-key "$@"

# Calls every screen in its normal and degraded forms on free ports, a line for each.
smoke: (_build "bff-demo")
    @cargo run --quiet --package bff-demo -- smoke

# Each screen's calls, which wait for which, its worst case and whether that fits into its deadline: `just plan web`.
[no-exit-message]
plan *options: (_build "bff-demo")
    @cargo run --quiet --package bff-demo -- plan {{ options }}

# Each route: who may call it, its screen, its deadline and the services that it calls: `just routes partner`.
[no-exit-message]
routes *options: (_build "bff-demo")
    @cargo run --quiet --package bff-demo -- routes {{ options }}

# Writes deploy/observability/: dashboards, recording rules, alerts, runbooks and the tables of metrics, from the routes of the BFFs.
observability: (_build "bff-observability")
    @cargo run --quiet --package bff-observability

# Breaks services under load: a real Prometheus fires the generated alerts, and ends them. Three minutes after the build.
[no-exit-message]
drill *options: _promtool (_build "bff-demo")
    @cargo run --quiet --package bff-demo -- drill {{ options }}

# What headless Chromium's own tools show of the overview: Server-Timing, section by section, and a picture of it.
[no-exit-message]
browser *options: (_build "bff-demo")
    @cargo run --quiet --package bff-demo -- browser {{ options }}

# Who is being limited, every second in a terminal: `just limits web`, or `just limits http://127.0.0.1:9080` for any BFF.
[no-exit-message]
limits *options: (_build "bff-demo")
    @cargo run --quiet --package bff-demo -- limits {{ options }}

# Everything that must hold: format, lints, tests, examples in the docs, the docs themselves.
test: _tools _redis _oidc _promtool
    cargo fmt --all --check
    cargo clippy --workspace --all-targets --quiet -- --deny warnings
    just _tests
    RUSTDOCFLAGS="--deny warnings" cargo doc --workspace --no-deps --document-private-items --quiet
    @[ -n "${WYCHEPROOF_DIR:-}" ] || echo "not tried: Wycheproof's vectors of signed tokens (WYCHEPROOF_DIR names no folder of them)"
    @echo "everything holds; next: just smoke, just audit, just bench, just security"

# Unit, end-to-end and doc tests; a snapshot that no test looks at fails.
_tests:
    #!/usr/bin/env bash
    set -euo pipefail
    references="$(mktemp)"
    trap 'rm -f "$references"' EXIT
    INSTA_UPDATE=no INSTA_SNAPSHOT_REFERENCES_FILE="$references" cargo test --workspace
    unused="$(comm -13 <(sort -u "$references") <(find "$PWD/bffs" "$PWD/tests" "$PWD/crates" -name '*.snap' | sort))"
    if [ -n "$unused" ]; then
        printf 'snapshots that no test looks at:\n%s\n' "$unused"
        exit 1
    fi

# Rewrites the snapshots from what the screens answer now. Read the difference before you commit it.
snapshots: _tools _redis _oidc _promtool
    #!/usr/bin/env bash
    set -uo pipefail
    find . -name '*.snap.new' -not -path './target/*' -delete
    INSTA_UPDATE=always cargo test --workspace --quiet --no-fail-fast --tests
    result=$?
    printf '\nsnapshots that are new or other than before (read them before you commit them):\n'
    git status --short -- '*.snap'
    exit $result

# Licences, sources and bans of the dependencies, and dependencies that nobody uses.
audit:
    @command -v cargo-deny > /dev/null || cargo install --locked cargo-deny
    @command -v cargo-machete > /dev/null || cargo install --locked cargo-machete
    cargo deny --all-features check bans licenses sources
    cargo machete

# A million histories of callers, calls, writes, failures and expiries against the steps that keep and share answers, each answer
# judged; `just model 5000000` for five. One core; two minutes after the build.
model histories="1000000": _tools
    BFF_MODEL_HISTORIES={{ histories }} cargo test --release --package bff-core --lib model::no_history -- --nocapture

# What a screen costs beside the floor and a naive baseline. Linux; about six minutes after the build.
bench *options: _tools _redis
    cargo build --release --package bff-bench --package bff-web --package bff-demo
    cargo build --profile naive --package bff-bench --bin bff-bench-naive
    @"${CARGO_TARGET_DIR:-target}/release/bff-bench" {{ options }}

# The same beside an earlier commit: `just bench-against HEAD~1 --only a,c`. Builds that commit first.
bench-against revision *options: (_earlier revision)
    just bench --earlier "${CARGO_TARGET_DIR:-target}/earlier/release/bff-bench-screen" {{ options }}

# Builds the benchmark's screen as a commit has it, in a tree of its own that is gone after.
_earlier revision: _tools
    #!/usr/bin/env bash
    set -euo pipefail
    target="$(realpath --canonicalize-missing "${CARGO_TARGET_DIR:-target}/earlier")"
    tree="$(mktemp --directory)"
    trap 'git worktree remove --force "$tree"' EXIT
    git worktree add --quiet --detach "$tree" {{ revision }}
    cd "$tree"
    CARGO_TARGET_DIR="$target" cargo build --release --package bff-bench --bin bff-bench-screen

# What the BFF does when services fail, each defence beside a run without it. Linux; about seven minutes after the build.
faults *options: _tools
    cargo build --release --package bff-faults --package bff-web
    @"${CARGO_TARGET_DIR:-target}/release/bff-faults" {{ options }}

# What the BFF does with more than it may or can answer, each defence beside a run without it. Linux, two cores; about six
# minutes after the build.
overload *options: _tools _redis
    cargo build --release --package bff-overload
    @"${CARGO_TARGET_DIR:-target}/release/bff-overload" {{ options }}

# Attacks on the identity boundary and searches for secrets, each beside a control: `just security --seed 7` runs a run again.
# Two cores, three to seven minutes after the build.
security *options: _tools _vectors
    cargo build --release --package bff-security
    @"${CARGO_TARGET_DIR:-target}/release/bff-security" {{ options }}

# The public vectors of signed tokens (Project Wycheproof's, not part of this project) from the folder WYCHEPROOF_DIR.
_vectors:
    @cargo test --quiet --package bff-core --lib wycheproof -- --nocapture

# Random bytes as heads, API keys, tokens and key sets, guided by what of the code they reach: so many seconds each, two at a
# time. Needs a nightly compiler and cargo-fuzz; what it finds it prints, with the command that repeats it.
fuzz seconds="600": _tools
    #!/usr/bin/env bash
    set -euo pipefail
    if ! cargo +nightly --version > /dev/null 2>&1; then
        echo "a nightly compiler is missing (the fuzzer is part of it): rustup toolchain install nightly" >&2
        exit 1
    fi
    command -v cargo-fuzz > /dev/null || cargo install --locked cargo-fuzz
    cd crates/core/fuzz
    cargo +nightly fuzz build --fuzz-dir .
    try() {
        mkdir -p "corpus/$1"
        cargo +nightly fuzz run --fuzz-dir . "$1" "corpus/$1" "seeds/$1" -- \
            -max_total_time={{ seconds }} -max_len=16384 -timeout=10 -print_final_stats=1 > "corpus/$1.log" 2>&1 && result=0 || result=$?
        runs="$(grep -o 'number_of_executed_units: [0-9]*' "corpus/$1.log" | grep -o '[0-9]*' || echo 0)"
        reached="$(grep -o 'cov: [0-9]*' "corpus/$1.log" | tail -n 1 || true)"
        if [ "$result" = 0 ]; then
            echo "$1: nothing in {{ seconds }} s, $runs runs, $reached"
        else
            echo "$1: FOUND something after $runs runs"
            tail -n 40 "corpus/$1.log"
        fi
        return "$result"
    }
    found=0
    for pair in "head api_key" "token key_set"; do
        pids=()
        for target in $pair; do
            try "$target" & pids+=($!)
        done
        for pid in "${pids[@]}"; do
            wait "$pid" || found=1
        done
    done
    exit "$found"

# Builds with cargo's progress in sight: the first time takes minutes.
_build package: _tools
    cargo build --package {{ package }}

# Says what is missing, and how to get it.
_tools:
    #!/usr/bin/env bash
    set -euo pipefail
    if ! command -v cc > /dev/null; then
        echo "a C compiler is missing (the TLS library is built from source)." >&2
        echo "  Debian: sudo apt-get install --yes build-essential" >&2
        echo "  macOS:  xcode-select --install" >&2
        exit 1
    fi

# Tests start a redis-server of their own. Debian's package starts one as a service too: not on our account.
_redis:
    #!/usr/bin/env bash
    set -euo pipefail
    if command -v redis-server > /dev/null; then
        exit 0
    fi
    as_root=""
    if [ "$(id --user)" != 0 ]; then
        as_root="sudo -n"
    fi
    if command -v apt-get > /dev/null && $as_root true 2> /dev/null; then
        echo "redis-server is missing: installing Debian's, for the tests." >&2
        install() {
            $as_root env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends redis-server
        }
        if install || { $as_root apt-get update && install; }; then
            if [ -d /run/systemd/system ]; then
                $as_root systemctl disable --now redis-server
            else
                $as_root service redis-server stop || true
            fi
        fi > /dev/null
    fi
    if ! command -v redis-server > /dev/null; then
        echo "redis-server is missing (tests start one of their own)." >&2
        echo "  Debian: sudo apt-get install --yes redis-server && sudo systemctl disable --now redis-server" >&2
        echo "  macOS:  brew install redis" >&2
        exit 1
    fi

# Tests have Prometheus' own tool read the rules. Debian's package starts a Prometheus as a service too: not on our account.
_promtool:
    #!/usr/bin/env bash
    set -euo pipefail
    if command -v promtool > /dev/null && command -v prometheus > /dev/null; then
        exit 0
    fi
    as_root=""
    if [ "$(id --user)" != 0 ]; then
        as_root="sudo -n"
    fi
    if command -v apt-get > /dev/null && $as_root true 2> /dev/null; then
        echo "prometheus is missing: installing Debian's, for the tests." >&2
        install() {
            $as_root env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends prometheus
        }
        if install || { $as_root apt-get update && install; }; then
            if [ -d /run/systemd/system ]; then
                $as_root systemctl disable --now prometheus
            else
                $as_root service prometheus stop || true
            fi
        fi > /dev/null
    fi
    if ! command -v promtool > /dev/null; then
        echo "prometheus is missing (tests have its promtool read the rules; just drill starts one)." >&2
        echo "  Debian: sudo apt-get install --yes prometheus && sudo systemctl disable --now prometheus" >&2
        echo "  macOS:  brew install prometheus" >&2
        exit 1
    fi

# Tests start an OpenID Connect provider that we have not written. It runs on Node.js 20 or later.
_oidc:
    #!/usr/bin/env bash
    set -euo pipefail
    packages=tests/oidc-provider/node_modules
    if [ "$packages/.package-lock.json" -nt tests/oidc-provider/package-lock.json ]; then
        exit 0
    fi
    is_there() {
        command -v npm > /dev/null && [ "$(node --print 'parseInt(process.versions.node)')" -ge 20 ]
    }
    as_root=""
    if [ "$(id --user)" != 0 ]; then
        as_root="sudo -n"
    fi
    if ! command -v node > /dev/null && command -v apt-get > /dev/null && $as_root true 2> /dev/null; then
        echo "Node.js is missing: installing Debian's, for the tests." >&2
        install() {
            $as_root env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends nodejs npm
        }
        { install || { $as_root apt-get update && install; }; } > /dev/null || true
    fi
    if ! is_there; then
        echo "Node.js 20 or later is missing, with npm (tests start an OpenID Connect provider on it)." >&2
        echo "  Debian 13: sudo apt-get install --yes nodejs npm; before that: https://nodejs.org" >&2
        echo "  macOS:     brew install node" >&2
        exit 1
    fi
    npm --prefix tests/oidc-provider ci --loglevel error > /dev/null
    touch "$packages/.package-lock.json"
