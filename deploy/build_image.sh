#!/usr/bin/env bash
# Builds the image of deploy/Dockerfile without a registry and without a daemon: with buildah, on a base image that
# debootstrap makes. Where a registry can be reached, `docker build -f deploy/Dockerfile .` does the same.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."

work=$PWD/build/image
base=docker.io/library/debian:bookworm-slim
installed=

usage() {
    cat <<END
usage: deploy/build_image.sh [--installed DIR] [--work DIR]

  --installed DIR   put in what "DESTDIR=DIR cmake --install" left there, instead of compiling in the image
  --work DIR        where images are kept ($work)

Writes DIR/tocsin.tar, which "docker load" and "podman load" take, and prints what the image adds to its base.
END
}

while [ $# -gt 0 ]; do
    case $1 in
        --installed) installed=$(readlink -f "$2") && shift 2 ;;
        --work) mkdir -p "$2" && work=$(readlink -f "$2") && shift 2 ;;
        -h | --help) usage && exit ;;
        *) usage >&2 && exit 64 ;;
    esac
done

as_root=()
[ "$(id -u)" -eq 0 ] || as_root=(sudo)
in_store() { "${as_root[@]}" buildah --storage-driver vfs --root "$work/storage" --runroot "$work/run" "$@"; }

have_base() { in_store images --quiet "$base" >/dev/null 2>&1; }

make_base() {
    local container
    deploy/bare_debian.sh build/bare-debian/bookworm.tar
    container=$(in_store from scratch)
    in_store add --quiet "$container" build/bare-debian/bookworm.tar / >/dev/null
    in_store config --cmd bash "$container"
    in_store commit --quiet --rm "$container" "$base" >/dev/null
}

# Times of the commit, not of the build: the same commit gives the same image.
build() {
    local version revision epoch options=()
    version=$(sed -n 's/^project(tocsin VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt)
    revision=$(git -c safe.directory='*' rev-parse HEAD)
    epoch=$(git -c safe.directory='*' log -1 --format=%ct)
    [ -z "$installed" ] || options=(--build-context "build=$installed")
    # The format that knows HEALTHCHECK.
    in_store build --format docker --isolation chroot --pull-never --timestamp "$epoch" \
        --build-arg VERSION="$version" --build-arg REVISION="$revision" "${options[@]}" \
        --tag "localhost/tocsin:$version" --tag localhost/tocsin:latest --file deploy/Dockerfile .
}

size_of() { in_store images --json "$1" | sed -n 's/.*"size": "\(.*\)".*/\1/p' | head -n 1; }

mkdir -p "$work"
have_base || make_base
build
rm -f "$work/tocsin.tar"
in_store push --quiet localhost/tocsin:latest "docker-archive:$work/tocsin.tar:localhost/tocsin:latest"
printf 'base %s, image %s, %s\n' "$(size_of "$base")" "$(size_of localhost/tocsin:latest)" "$work/tocsin.tar"
