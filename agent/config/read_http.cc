#include "agent/config/read_http.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "agent/base/text.h"
#include "agent/config/characters.h"
#include "agent/config/read_file.h"
#include "agent/config/secret_reader.h"
#include "agent/config/url.h"

namespace tocsin {
namespace {

void read_path(Table& table, std::string_view key, std::string& out) {
  const auto path = table.string(key);
  if (!path || path->value.empty()) return;
  out = resolve_path(folder_of(table.file().name()), path->value);
  if (const auto readable = check_readable(out); !readable) {
    table.fault(key, unreadable(out, readable.error()));
  }
}

void read_basic_auth(Table& table, HttpSettings& out) {
  table.nested("basic_auth", [&](Table& auth) {
    BasicAuth basic;
    if (auth.require("username", "write `username` and `password` (or `password_file`)")) {
      auth.string("username", basic.username);
      if (basic.username.find(':') != std::string::npos) {
        auth.fault("username", "a user name of basic authentication cannot hold a colon; remove it");
      }
    }
    read_secret(auth, "password", basic.password);
    out.basic_auth = std::move(basic);
  });
}

std::string lower(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower;
}

/// RFC 9110, 5.6.2: what a header's name is made of.
bool is_token(std::string_view name) {
  constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";
  return !name.empty() && std::ranges::all_of(name, [&](unsigned char c) {
    return c < 0x80 && (std::isalnum(c) != 0 || kOthers.find(static_cast<char>(c)) != std::string_view::npos);
  });
}

/// Headers that tocsin or libcurl writes; a second one of these would make the request ambiguous.
bool is_own_header(std::string_view name) {
  constexpr std::array<std::string_view, 7> kOwn = {"connection", "content-encoding",  "content-length", "content-type",
                                                    "host",       "transfer-encoding", "upgrade"};
  return std::ranges::find(kOwn, lower(name)) != kOwn.end();
}

Result<Secret> parse_header_value(std::string_view text) {
  auto value = expand_environment(text);
  if (!value) return std::unexpected(value.error());
  if (has_control_character(*value)) return fail("the value holds control characters; remove them");
  return Secret(*value);
}

void read_headers(Table& table, HttpSettings& out) {
  for (const Table::Entry& entry : table.entries("headers")) {
    const std::string& name = entry.key.value;
    if (!is_token(name)) {
      table.fault_at(entry.key.place, "headers",
                     fmt::format("{} is no name of a header; write it like X-Scope-OrgID", quote(name)));
    } else if (is_own_header(name)) {
      table.fault_at(entry.key.place, "headers", fmt::format("{} is set by tocsin itself; remove it", name));
    } else if (auto value = parse_header_value(entry.value.value)) {
      out.headers.emplace_back(name, std::move(*value));
      warn_if_exposed(table, name, entry.value);
    } else {
      table.fault_at(entry.value.place, name, value.error().text);
    }
  }
}

}  // namespace

void read_certificate(Table& table, std::string& cert_file, std::string& key_file) {
  read_path(table, "cert_file", cert_file);
  read_path(table, "key_file", key_file);
  if (!key_file.empty()) warn_if_world_readable(table, table.place_of("key_file"), key_file, "the private key");
  if (cert_file.empty() == key_file.empty()) return;
  const std::string_view missing = cert_file.empty() ? "cert_file" : "key_file";
  table.fault(cert_file.empty() ? "key_file" : "cert_file", fmt::format("it needs `{}` beside it; give both", missing));
}

void read_tls(Table& table, TlsSettings& out) {
  table.nested("tls", [&](Table& tls) {
    read_path(tls, "ca_file", out.ca_file);
    read_certificate(tls, out.cert_file, out.key_file);
    tls.string("server_name", out.server_name);
    tls.boolean("insecure_skip_verify", out.insecure_skip_verify);
  });
}

void read_secret_url(Table& table, std::string_view key, Secret& out) {
  const auto url = read_secret(table, key);
  if (!url) return;
  if (const auto valid = parse_http_url(url->value.reveal()); !valid) {
    table.fault_at(url->place, key, valid.error().text);
  } else {
    out = url->value;
  }
}

void read_proxy(Table& table, Secret& out) {
  const auto url = read_secret(table, "proxy_url");
  if (!url) return;
  if (const auto valid = parse_proxy_url(url->value.reveal()); !valid) {
    table.fault_at(url->place, "proxy_url", valid.error().text);
  } else {
    out = url->value;
    if (has_credentials(out.reveal())) warn_if_exposed(table, "proxy_url");
  }
}

void read_connection(Table& table, HttpSettings& out) {
  table.duration("timeout", out.timeout, 1ms);
  read_proxy(table, out.proxy_url);
  read_tls(table, out.tls);
}

void read_login(Table& table, HttpSettings& out) {
  read_basic_auth(table, out);
  read_secret(table, "bearer_token", out.bearer_token);
  read_headers(table, out);
  const bool bearer = has_secret(table, "bearer_token");
  if (bearer && table.has("basic_auth")) {
    table.fault("basic_auth", "there is a `bearer_token` too; a request can carry only one of them");
  }
  const bool header = std::ranges::any_of(out.headers, [](const auto& h) { return lower(h.first) == "authorization"; });
  if (header && (bearer || table.has("basic_auth"))) {
    table.fault("headers", "Authorization is also given by `basic_auth` or `bearer_token`; keep one of them");
  }
}

}  // namespace tocsin
