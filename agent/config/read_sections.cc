#include "agent/config/read_sections.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "agent/base/nearest.h"
#include "agent/base/text.h"
#include "agent/config/characters.h"
#include "agent/config/read_file.h"
#include "agent/config/read_http.h"
#include "agent/config/secret_reader.h"
#include "agent/config/url.h"

namespace tocsin {

void read_rules_section(Table& root, RulesSection& out, Duration& catch_up) {
  root.nested("rules", [&](Table& table) {
    out.files = table.strings("files");
    table.duration("interval", out.interval, 100ms);
    table.duration("dedup_window", out.dedup_window);
    table.duration("catch_up", catch_up);
  });
}

void read_store(Table& root, StoreConfig& out) {
  const std::string folder = folder_of(root.file().name());
  out.path = "tocsin.db";
  root.nested("store", [&](Table& table) {
    table.parsed("url", out.path, parse_store_url);
    table.duration("retention", out.retention, 1ms);
  });
  if (out.path != ":memory:") out.path = resolve_path(folder, out.path);
}

void read_web(Table& root, WebConfig& out) {
  root.nested("web", [&](Table& table) {
    table.parsed("listen", out.listen, parse_listen);
    read_secret(table, "token", out.token);
    table.nested("tls", [&](Table& tls) { read_certificate(tls, out.tls_cert_file, out.tls_key_file); });
  });
}

void read_heartbeat(Table& root, std::optional<HeartbeatConfig>& out) {
  root.nested("heartbeat", [&](Table& table) {
    HeartbeatConfig heartbeat;
    if (has_secret(table, "url") || table.require("url", "write the address to ping")) {
      read_secret_url(table, "url", heartbeat.http.url);
    }
    read_connection(table, heartbeat.http);
    read_login(table, heartbeat.http);
    table.duration("interval", heartbeat.interval, 1s);
    out = std::move(heartbeat);
  });
}

Result<void> check_label_name(std::string_view name) {
  constexpr std::array<std::string_view, 3> kOwn = {"alertname", "rule", "severity"};
  if (std::ranges::find(kOwn, name) != kOwn.end()) {
    return fail(fmt::format("tocsin itself sets the label `{}`; use another name", name));
  }
  if (is_identifier(name) && !name.starts_with("__")) return {};
  return fail(fmt::format("{} cannot be the name of a label; use letters, digits and _, with a letter or one _ first",
                          quote(name)));
}

void read_external_labels(Table& root, Labels& out) {
  for (const Table::Entry& entry : root.entries("labels")) {
    if (const auto valid = check_label_name(entry.key.value); !valid) {
      root.fault_at(entry.key.place, "labels", valid.error().text);
    } else {
      out.set(entry.key.value, entry.value.value);
    }
  }
}

std::vector<std::string> read_notify(Table& table, std::string_view key,
                                     const std::vector<std::string>& notifier_names) {
  std::vector<std::string> names;
  for (const Located<std::string>& name : table.strings(key)) {
    if (std::ranges::find(notifier_names, name.value) != notifier_names.end()) {
      names.push_back(name.value);
    } else {
      const std::string remedy = notifier_names.empty() ? fmt::format("add the section [notifiers.{}]", name.value)
                                                        : suggestion(name.value, notifier_names);
      table.fault_at(name.place, key, fmt::format("unknown notifier {}; {}", quote(name.value), remedy));
    }
  }
  return names;
}

}  // namespace tocsin
