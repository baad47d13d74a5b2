#!/usr/bin/env bash
# Lists what a binary of tocsin is made of, as SPDX 2.3 in JSON on standard output: each Debian package whose code is
# compiled into it (STATIC_LINK) or loaded when it starts (DYNAMIC_LINK), with version, origin and licence as Debian
# names it. The same binary, packages and commit give the same text.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")

if [ $# -ne 1 ] || [ ! -x "$1" ]; then
    echo "usage: $0 BINARY" >&2
    exit 64
fi
command -v dpkg-query >/dev/null || {
    echo "$0: no dpkg-query here: which packages the libraries come from is known on Debian only" >&2
    exit 1
}

# The shared libraries that are loaded when it starts.
libraries() { ldd "$1" | awk '$3 ~ /^\// {print $3}' | xargs readlink -f | sort -u; }

# dpkg knows some of them by their place of before /lib became a link to /usr/lib.
loaded() {
    mapfile -t paths < <(libraries "$1" | sed 'p; s|^/usr||')
    { dpkg-query -S "${paths[@]}" 2>/dev/null || true; } | cut -d: -f1 | sort -u
}

# What it is built with and does not load: sources and archives that became part of it.
compiled_in() {
    local package shared
    awk '/# build:/ && $1 ~ /-dev$/ {print $1}' "$here/packages.txt" | while read -r package; do
        shared=$(dpkg-query -L "$package" | grep '\.so$' | xargs -r readlink -f || true)
        if [ -z "$shared" ] || ! libraries "$1" | grep -qFf <(echo "$shared"); then echo "$package"; fi
    done
}

# The licence of most of its files, in Debian's words.
licence_of() {
    sed -n '/^Files: *\*$/,/^$/s/^License: *//p' "/usr/share/doc/$1/copyright" 2>/dev/null | head -n 1
}

# An element of "packages": ID NAME VERSION ORIGIN LICENCE.
package() {
    printf '    {"SPDXID": "SPDXRef-%s", "name": "%s", "versionInfo": "%s", "downloadLocation": "%s",' "$1" "$2" "$3" "$4"
    printf ' "filesAnalyzed": false, "licenseConcluded": "NOASSERTION", "licenseDeclared": "%s",' "$5"
    printf ' "copyrightText": "NOASSERTION"'
}

debian_package() {
    local version homepage licence
    version=$(dpkg-query -W -f '${Version}' "$1")
    homepage=$(dpkg-query -W -f '${Homepage}' "$1")
    licence=$(licence_of "$1")
    package "${1//+/-}" "$1" "$version" "NOASSERTION" "NOASSERTION"
    [ -z "$homepage" ] || printf ', "homepage": "%s"' "$homepage"
    [ -z "$licence" ] || printf ', "licenseComments": "Debian: %s"' "${licence//\"/}"
    printf ', "externalRefs": [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl",'
    printf ' "referenceLocator": "pkg:deb/debian/%s@%s"}]},\n' "${1//+/%2B}" "${version//+/%2B}"
}

relation() {
    printf '    {"spdxElementId": "SPDXRef-tocsin", "relationshipType": "%s", "relatedSpdxElement": "SPDXRef-%s"},\n' \
        "$1" "${2//+/-}"
}

binary=$1
version=$("$binary" --version | awk '{print $2; exit}')
build=$(readelf -n "$binary" | awk '/Build ID/ {print $3}') # stays when it is stripped
epoch=${SOURCE_DATE_EPOCH:-$(git -C "$here" -c safe.directory='*' log -1 --format=%ct 2>/dev/null || echo 0)}
static=$(compiled_in "$binary")
dynamic=$(loaded "$binary")

cat <<END
{
  "spdxVersion": "SPDX-2.3",
  "dataLicense": "CC0-1.0",
  "SPDXID": "SPDXRef-DOCUMENT",
  "name": "tocsin-$version",
  "documentNamespace": "https://tocsin.example.org/spdx/$build",
  "creationInfo": {"created": "$(date -u -d "@$epoch" +%Y-%m-%dT%H:%M:%SZ)", "creators": ["Tool: deploy/sbom.sh"]},
  "packages": [
END
for name in $static $dynamic; do debian_package "$name"; done
package tocsin tocsin "$version" NOASSERTION Apache-2.0
cat <<END
, "comment": "GNU build id $build"}
  ],
  "relationships": [
END
for name in $static; do relation STATIC_LINK "$name"; done
for name in $dynamic; do relation DYNAMIC_LINK "$name"; done
cat <<END
    {"spdxElementId": "SPDXRef-DOCUMENT", "relationshipType": "DESCRIBES", "relatedSpdxElement": "SPDXRef-tocsin"}
  ]
}
END
