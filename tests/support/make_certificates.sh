#!/bin/sh
# make_certificates.sh DIRECTORY: a CA and the certificates that the TLS tests need: NAME.crt and NAME.key of
#   ca, other-ca    two authorities that do not know one another
#   good            for localhost and 127.0.0.1
#   named           for metrics.example.org
#   expired         for localhost, until yesterday
#   client          of somebody who calls
set -eu
cd "$1"
exec 2>openssl.log

authority() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$1.key" -out "$1.crt" -days 2 -subj "/CN=tocsin test $1"
}
certificate() { # name, days, subjectAltName
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$1.key" -out "$1.csr" -subj "/CN=$1"
  echo "subjectAltName=$3" >"$1.ext"
  openssl x509 -req -in "$1.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -days "$2" -out "$1.crt" -extfile "$1.ext"
}

authority ca
authority other-ca
certificate good 1 DNS:localhost,IP:127.0.0.1
certificate named 1 DNS:metrics.example.org
certificate expired -1 DNS:localhost
certificate client 1 DNS:client.example.org
