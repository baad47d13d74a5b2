// The keys that every HTTP peer shares: how to reach it and how to log in there.
#pragma once

#include "agent/config/toml_reader.h"
#include "agent/http/request.h"

namespace tocsin {

/// `ca_file`, `cert_file`, `key_file`, `server_name`, `insecure_skip_verify` of the table `tls`.
void read_tls(Table& table, TlsSettings& out);

/// A certificate and its key: paths of readable files, both or none; "" counts as not given.
void read_certificate(Table& table, std::string& cert_file, std::string& key_file);

/// `proxy_url`, which may hold a password and therefore also comes as a file or from the environment.
void read_proxy(Table& table, Secret& out);

/// `url`, which may be a secret.
void read_secret_url(Table& table, std::string_view key, Secret& out);

/// `timeout`, `proxy_url` and `tls`.
void read_connection(Table& table, HttpSettings& out);

/// `basic_auth`, `bearer_token` and `headers`.
void read_login(Table& table, HttpSettings& out);

}  // namespace tocsin
