#!/usr/bin/env bash
# Measures tocsin beside its peers, row by row, and writes docs/benchmarks.md. Takes about half an hour on a machine that
# has nothing else to do. Options go to every row: --quick for a first look, --repetitions N, --seconds S.
#   bench/run.sh --quick
#   ROWS="quiet storm" bench/run.sh          only these; docs/benchmarks.md stays as it is
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."

python=/usr/bin/python3
all="quiet pending healthy wide prometheus storm growth startup detection readers footprint"
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT

deploy/install_packages.sh build run bench
cmake --preset release >/dev/null
cmake --build --preset release --target tocsin
cmake -S . -B build/bench -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo -DTOCSIN_TESTS=OFF -DTOCSIN_BENCH=ON >/dev/null
cmake --build build/bench --target bare_loop micro

files=()
for row in ${ROWS:-$all}; do
    $python "bench/row_$row.py" --json "$results/$row.json" "$@"
    files+=("$results/$row.json")
done
[ -z "${ROWS:-}" ] || exit 0
build/bench/bench/micro --benchmark_format=json >"$results/micro.json"
$python bench/report.py docs/benchmarks.md "$results/micro.json" "${files[@]}"
