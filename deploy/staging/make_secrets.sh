#!/usr/bin/env bash
# Makes the secrets of deploy/docker-compose.yml, each a file of its own. One that is there stays.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")"
mkdir -p secrets
chmod 700 secrets
for name in tocsin_token grafana_admin_password; do
    [ -s "secrets/$name" ] || head -c 24 /dev/urandom | base64 | tr '+/' '-_' >"secrets/$name"
    chmod 444 "secrets/$name" # readable in the containers, whose users are not this one; the folder is closed
done
