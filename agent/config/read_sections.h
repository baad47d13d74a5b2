// The sections of tocsin.toml, each read into its part of Config.
#pragma once

#include <string>
#include <vector>

#include "agent/config/config.h"
#include "agent/config/place.h"
#include "agent/config/toml_reader.h"

namespace tocsin {

/// What rules take where neither they nor the [defaults] of their file say otherwise, and where they are.
struct RulesSection {
  std::vector<Located<std::string>> files;
  Duration interval{15'000};
  Duration dedup_window{300'000};
};

/// A route with the places of its parts, for the checks that follow.
struct LocatedRoute {
  Route route;
  Place place;
  std::vector<Place> matcher_places;  // one per matcher: of the string it stands in
  bool readable = true;               // all of `match` could be read
};

/// Notifiers are known by name also where their settings are faulty, so that a fault is not reported twice.
struct NotifiersSection {
  std::vector<std::string> names;
  std::vector<NotifierSettings> settings;
};

void read_prometheus(Table& root, PrometheusConfig& out);
void read_rules_section(Table& root, RulesSection& out, Duration& catch_up);
void read_store(Table& root, StoreConfig& out);
void read_web(Table& root, WebConfig& out);
void read_heartbeat(Table& root, std::optional<HeartbeatConfig>& out);
void read_external_labels(Table& root, Labels& out);
NotifiersSection read_notifiers(Table& root);
std::vector<LocatedRoute> read_routes(Table& root, const std::vector<std::string>& notifier_names);

/// The names in the array at `key`; unknown ones are faults with the nearest known name.
std::vector<std::string> read_notify(Table& table, std::string_view key,
                                     const std::vector<std::string>& notifier_names);

/// Whether `name` can be a label that tocsin itself puts on incidents; the error says why not.
Result<void> check_label_name(std::string_view name);

/// "32MiB": a whole number and one of B, KiB, MiB, GiB.
Result<std::size_t> parse_size(std::string_view text);

}  // namespace tocsin
