#!/usr/bin/env bash
# Shows tocsin at work on this machine, from nothing: installs what is missing, builds, starts a demo exporter and a
# Prometheus, runs tocsin over them, and ends once an incident was seen to open, to be told, and to resolve.
# Leaves nothing running and nothing behind but build/.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."

prometheus_port=${PROMETHEUS_PORT:-19090}
exporter_port=${EXPORTER_PORT:-19091}
tocsin_port=${TOCSIN_PORT:-9876}
keep=false
pids=()
work=

usage() {
    cat <<END
usage: deploy/quickstart.sh [--keep]

  --keep   leave Prometheus, the demo exporter and tocsin running and print their addresses

Ports on 127.0.0.1, each from the environment: PROMETHEUS_PORT ($prometheus_port), EXPORTER_PORT ($exporter_port),
TOCSIN_PORT ($tocsin_port).
END
}

step() { printf '\n== %s\n' "$*"; }
note() { printf '   %-12s %s\n' "$1" "$2"; }
die() {
    printf '\nquickstart: %s\n' "$*" >&2
    exit 1
}

any_running() {
    local pid
    for pid in "${pids[@]}"; do
        if kill -0 "$pid" 2>/dev/null; then return; fi
    done
    return 1
}

# Ends what was started, by its process id: first politely, after ten seconds not any more.
stop_all() {
    local tries
    [ ${#pids[@]} -eq 0 ] || kill "${pids[@]}" 2>/dev/null || true
    for ((tries = 0; tries < 50; tries++)); do
        any_running || break
        sleep 0.2
    done
    [ ${#pids[@]} -eq 0 ] || kill -9 "${pids[@]}" 2>/dev/null || true
    [ -z "$work" ] || rm -rf "$work"
}

answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

need_free_port() {
    ! answers "$2" || die "port $2 is taken, $3 needs one: choose another with $1=PORT deploy/quickstart.sh"
}

check_ports() {
    need_free_port PROMETHEUS_PORT "$prometheus_port" Prometheus
    need_free_port EXPORTER_PORT "$exporter_port" "the demo exporter"
    need_free_port TOCSIN_PORT "$tocsin_port" tocsin
}

build() {
    local log=build/quickstart.log
    mkdir -p build
    # Few words while it goes well, the compiler's own where it does not.
    if ! cmake --preset release -DTOCSIN_TESTS=OFF >"$log" 2>&1 ||
        ! cmake --build --preset release --target tocsin >"$log" 2>&1; then
        tail -n 40 "$log" >&2
        die "the build failed, the end of $log is above"
    fi
    rm -f "$log"
}

# start NAME COMMAND... : in the background and away from the terminal, its output in $work/NAME.out and NAME.log.
start() {
    local name=$1
    shift
    setsid "$@" >"$work/$name.out" 2>"$work/$name.log" &
    pids+=($!)
    started_name=$name
    started_pid=$!
}

# Waits until the program started last answers.
wait_until_up() {
    local url=$1 tries
    for ((tries = 0; tries < 150; tries++)); do
        if curl --silent --fail --noproxy '*' --max-time 2 --output /dev/null "$url"; then return; fi
        kill -0 "$started_pid" 2>/dev/null || break
        sleep 0.2
    done
    tail -n 20 "$work/$started_name.log" >&2
    die "$started_name does not answer at $url; the end of its log is above"
}

start_prometheus() {
    cat >"$work/prometheus.yml" <<END
global:
  scrape_interval: 1s
  evaluation_interval: 1s
scrape_configs:
  - job_name: demo
    static_configs: [{targets: ["127.0.0.1:$exporter_port"]}]
  - job_name: tocsin
    static_configs: [{targets: ["127.0.0.1:$tocsin_port"]}]
END
    start prometheus prometheus --config.file="$work/prometheus.yml" --storage.tsdb.path="$work/prometheus" \
        --web.listen-address="127.0.0.1:$prometheus_port" --log.level=warn
    wait_until_up "http://127.0.0.1:$prometheus_port/-/ready"
    note Prometheus "http://127.0.0.1:$prometheus_port"
}

start_exporter() {
    start exporter /usr/bin/python3 deploy/demo/exporter.py "$exporter_port"
    wait_until_up "http://127.0.0.1:$exporter_port/metrics"
    note exporter "http://127.0.0.1:$exporter_port/metrics, a service that fails for 10 seconds of each minute"
}

start_tocsin() {
    cp deploy/demo/tocsin.rules.toml "$work/rules.toml"
    cat >"$work/tocsin.toml" <<END
external_url = "http://127.0.0.1:$tocsin_port"
[prometheus]
url = "http://127.0.0.1:$prometheus_port"
[rules]
files = ["rules.toml"]
[store]
url = "sqlite://$work/tocsin.db"
[web]
listen = "127.0.0.1:$tocsin_port"
[notifiers.console]
type = "console"
[[route]]
notify = ["console"]
END
    build/release/tocsin check --config "$work/tocsin.toml" >/dev/null || die "tocsin refuses the demo's configuration"
    start tocsin build/release/tocsin run --config "$work/tocsin.toml"
    wait_until_up "http://127.0.0.1:$tocsin_port/-/healthy"
    note tocsin "http://127.0.0.1:$tocsin_port/api/v1/incidents, store: SQLite, notifier: console"
    note rule "HighErrorRate: more than 5% of a service's requests fail, for 3s"
}

watch() {
    /usr/bin/python3 deploy/demo/watch.py "http://127.0.0.1:$tocsin_port" HighErrorRate "$work/tocsin.out" 50 || {
        tail -n 20 "$work/tocsin.log" >&2
        die "the demo did not go as it should; the end of tocsin's log is above"
    }
}

leave_running() {
    trap - EXIT
    step "still running, as asked"
    note Prometheus "http://127.0.0.1:$prometheus_port  (pid ${pids[0]})"
    note exporter "http://127.0.0.1:$exporter_port/metrics  (pid ${pids[1]})"
    note tocsin "http://127.0.0.1:$tocsin_port/api/v1/incidents  (pid ${pids[2]})"
    note files "$work: tocsin.toml, rules.toml, tocsin.out (notifications), tocsin.log"
    note look "build/release/tocsin incidents list --state all --url http://127.0.0.1:$tocsin_port"
    note stop "kill ${pids[*]} && rm -r $work"
}

case "${1:-}" in
    "") ;;
    --keep) keep=true ;;
    -h | --help) usage && exit ;;
    *) usage >&2 && exit 64 ;;
esac

step "1/4 packages"
check_ports
deploy/install_packages.sh build run
step "2/4 build (the first time takes some minutes)"
build
note binary build/release/tocsin

step "3/4 start"
check_ports
work=$(mktemp -d -t tocsin-quickstart.XXXXXX)
trap stop_all EXIT
trap 'exit 130' INT TERM
start_prometheus
start_exporter
start_tocsin

step "4/4 watch one incident, from the failure to the recovery"
watch
if $keep; then
    leave_running
else
    step "done: tocsin saw the failure, told of it, and saw it end; everything is stopped again"
fi
