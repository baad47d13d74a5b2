#!/usr/bin/env bash
# Installs what is missing, builds, runs every test, and prints one table of suites.
# Exit status 0 only when every suite ran and every test passed.
# --soak MINUTES: afterwards the simulation goes on with new seeds for so long.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."

python=/usr/bin/python3 # Debian's: the one that sees Debian's modules
jobs=$(nproc)
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT

step() { printf '\n== %s (%s)\n' "$*" "$(date +%T)"; }

# One row of the closing table.
record() { printf '%s %s %s\n' "$1" "$2" "$3" >>"$results/suites"; }

own_files() { git -c safe.directory='*' ls-files --cached --others --exclude-standard -- "$@"; }

# A suite of one check per file: prints what the tool says of the files that fail.
check_files() {
    local suite=$1 files=("${@:3}") passed=0 failed=0 file
    step "$suite: ${#files[@]} files"
    for file in "${files[@]}"; do
        if $2 "$file"; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
    done
    record "$suite" "$passed" "$failed"
}

build() {
    local preset=$1
    shift
    step "build $preset"
    cmake --preset "$preset" -DTOCSIN_TESTS=ON -DTOCSIN_WERROR=ON >"$results/configure" || {
        cat "$results/configure"
        return 1
    }
    cmake --build --preset "$preset" --parallel "$jobs" "$@"
}

# Runs the tests of one build directory; further arguments go to ctest. Two for each core: most of them wait for others.
run_tests() {
    local preset=$1 prefix=$2
    shift 2
    step "tests of $preset"
    mkdir -p "$results/$preset"
    GTEST_OUTPUT="xml:$results/$preset/" ctest --test-dir "build/$preset" --parallel $((2 * jobs)) --no-tests=error \
        --output-on-failure --test-output-size-passed 1000000 --test-output-size-failed 1000000 \
        --output-junit "$results/$preset.junit" "$@" || true
    $python tests/suite_counts.py --prefix "$prefix" "$results/$preset.junit" "$results/$preset" >>"$results/suites" ||
        record "${prefix}tests-of-$preset" 0 1
}

build_and_test() {
    if ! build release; then
        record build-release 0 1
        return
    fi
    run_tests release ""
    grep -h '^seeds [0-9]* to' "$results/release.junit" || true # what the simulation ran
}

sanitize() {
    local targets
    targets=$($python tests/suite_counts.py --names unit build/release) || targets=
    # shellcheck disable=SC2086 # one target per word
    if [ -n "$targets" ] && build asan --target $targets simulation fuzz; then
        run_tests asan asan: --label-regex '^(unit|sim|fuzz)$'
    else
        record build-asan 0 1
    fi
}

check_style() {
    local sources scripts
    mapfile -t sources < <(own_files '*.cc' '*.h')
    mapfile -t scripts < <(own_files '*.sh' '*.bash' .ci/run)
    check_files clang-format "clang-format-19 --dry-run -Werror" "${sources[@]}"
    check_files shellcheck "shellcheck" "${scripts[@]}"
    step "clang-tidy"
    $python tests/tidy/clang_tidy.py build/release >"$results/clang-tidy" || [ -s "$results/clang-tidy" ] ||
        record clang-tidy 0 1
    cat "$results/clang-tidy" >>"$results/suites"
}

# The closing table. A suite without a single test has not run.
finish() {
    step "suites"
    awk '
        $2 + $3 == 0 { $3 = 1 }
        { printf "%-32s %6d passed %6d failed\n", $1, $2, $3; passed += $2; failed += $3 }
        END { printf "\n%d passed, %d failed\n", passed, failed; exit failed > 0 || passed == 0 }
    ' "$results/suites"
}

soak() {
    step "soak: $1 minutes"
    if build/release/tests/simulation --minutes "$1"; then record soak 1 0; else record soak 0 1; fi
}

usage() { echo "usage: $0 [--soak MINUTES]" >&2; exit 64; }

minutes=
if [ $# -gt 0 ]; then
    [[ $# -eq 2 && $1 == --soak && $2 =~ ^[1-9][0-9]*$ ]] || usage
    minutes=$2
fi
step "packages"
deploy/install_packages.sh build run test
build_and_test
sanitize
check_style
[ -z "$minutes" ] || soak "$minutes"
finish
