#!/usr/bin/env bash
# Makes a tar file of a bare Debian 12, to build and try out things in: what debian:bookworm-slim is, where no registry
# can be reached. Packages come from the mirror that this machine uses. A tar file that is there stays as it is.
#   deploy/bare_debian.sh build/deploy/bookworm.tar
set -euo pipefail
[ $# -eq 1 ] || { echo "usage: $0 FILE.tar" >&2; exit 64; }
tar=$1
mkdir -p "$(dirname "$tar")"
exec 9>"$tar.lock"
flock 9
[ -e "$tar" ] && exit

as_root=()
[ "$(id -u)" -eq 0 ] || as_root=(sudo)
# shellcheck disable=SC2016 # apt's placeholder
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Codename: bookworm' 'Component: main' | head -n 1)
work=$(mktemp -d -t tocsin-bare-debian.XXXXXX)
trap '"${as_root[@]}" rm -rf "$work"' EXIT
"${as_root[@]}" debootstrap --variant=minbase bookworm "$work/root" ${mirror:+"$mirror"} \
    >"$work/log" 2>&1 || { tail -n 20 "$work/log" >&2; exit 1; }

# As the slim images: no documentation, manual pages and translations, also not of what is installed later.
"${as_root[@]}" tee "$work/root/etc/dpkg/dpkg.cfg.d/slim" >/dev/null <<'END'
path-exclude /usr/share/doc/*
path-include /usr/share/doc/*/copyright
path-exclude /usr/share/man/*
path-exclude /usr/share/info/*
path-exclude /usr/share/locale/*
END
# shellcheck disable=SC2016 # the inner shell's
"${as_root[@]}" sh -c 'cd "$1" && find usr/share/doc -type f ! -name copyright -delete &&
    rm -rf usr/share/man/* usr/share/info/* usr/share/locale/* var/lib/apt/lists/* var/cache/apt/* var/log/*.log &&
    tar --numeric-owner -cf - .' - "$work/root" >"$tar.new"
mv "$tar.new" "$tar"
