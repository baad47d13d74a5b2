#!/usr/bin/env bash
# Installs what is missing of the given sections of deploy/packages.txt (default: build run).
# Silent and quick where nothing is missing; needs root or sudo only where something is.
#   deploy/install_packages.sh build run test
#   deploy/install_packages.sh --list image      only prints the names
set -euo pipefail
list="$(dirname "$(readlink -f "$0")")/packages.txt"
policy=/usr/sbin/policy-rc.d

say() { printf 'install_packages: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

names_of() {
    local section
    for section in "$@"; do
        awk -v section="$section:" '$2 == "#" && $3 == section { print $1; found = 1 } END { exit !found }' "$list" ||
            die "no section '$section' in $list"
    done
}

missing_of() {
    local name
    for name in "$@"; do
        [ "$(dpkg-query -W -f '${db:Status-Abbrev}' "$name" 2>/dev/null)" = "ii " ] || echo "$name"
    done
}

# Debian starts a service when its package is installed; here the package is only wanted for its program.
# An existing policy is the machine's own and stays.
hold_services_back() {
    [ -e "$policy" ] && return
    printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null
    "${as_root[@]}" chmod 755 "$policy"
    trap '"${as_root[@]}" rm -f "$policy"' EXIT
}

apt_get() {
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 "$@"
}

install_now() {
    local log
    log=$(mktemp)
    say "installing $*"
    { apt_get update && apt_get install -y --no-install-recommends "$@"; } >"$log" 2>&1 || {
        tail -n 20 "$log" >&2
        rm -f "$log"
        die "apt-get failed, its last lines are above; is a Debian 12 mirror reachable?"
    }
    rm -f "$log"
}

if [ "${1:-}" = --list ]; then
    shift
    names_of "$@"
    exit
fi
[ $# -gt 0 ] || set -- build run
found=$(names_of "$@")
mapfile -t names <<<"$found"
mapfile -t missing < <(missing_of "${names[@]}")
[ ${#missing[@]} -gt 0 ] || exit 0

command -v apt-get >/dev/null || die "no apt-get here; these packages are missing: ${missing[*]}"
as_root=()
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || die "run this as root, or install sudo; missing: ${missing[*]}"
    as_root=(sudo)
fi
hold_services_back
install_now "${missing[@]}"
# Nor is the service wanted after the next boot.
case " ${missing[*]} " in
    *" prometheus "*) "${as_root[@]}" systemctl disable --quiet prometheus >/dev/null 2>&1 || true ;;
esac
