#include "agent/cli/incident_view.h"

#include <fmt/format.h>

#include <cstdio>
#include <string_view>

#include "agent/base/labels.h"
#include "agent/base/text.h"
#include "agent/cli/text_table.h"

namespace tocsin {
namespace {

using nlohmann::json;

/// null where there is none; anything but an object has no members.
const json& member(const json& object, const char* name) {
  static const json kNull;
  const auto found = object.is_object() ? object.find(name) : object.end();
  return found == object.end() ? kNull : *found;
}

std::string field(const json& object, const char* name) {
  return text_of(member(object, name));
}

std::string labels_text(const json& labels) {
  Labels known;
  for (const auto& [name, value] : labels.items()) known.set(name, text_of(value));
  return known.text();
}

Color state_color(std::string_view state) {
  if (state == "open") return Color::red;
  if (state == "acknowledged") return Color::yellow;
  return state == "resolved" ? Color::green : Color::none;
}

/// "2026-11-21T10:00:00.123Z" as "2026-11-21 10:00:00": what people compare with their clocks.
std::string time_text(const json& value) {
  std::string time = text_of(value);
  if (time.size() < 19) return time;
  time.resize(19);
  time[10] = ' ';
  return time;
}

std::string time_and_word(const json& time, const std::string& word) {
  return time.is_null() ? "" : time_text(time) + " " + word;
}

void print_field(std::string_view title, const std::string& value) {
  if (!value.empty()) fmt::print("{:<14}{}\n", title, printable(value));
}

void print_section(std::string_view title, const TextTable& table) {
  if (table.empty()) return;
  fmt::print("\n{}\n", title);
  table.print();
}

void print_fields(const json& incident) {
  const std::string state = printable(field(incident, "state"));
  fmt::print("{} {} {}\n", printable(field(incident, "id")), printable(field(incident, "rule")),
             colored(state, state_color(state), terminal_takes_colors()));
  print_field("severity", field(incident, "severity"));
  print_field("labels", labels_text(member(incident, "labels")));
  print_field("value", field(incident, "value"));
  print_field("opened", time_text(member(incident, "opened_at")));
  print_field("acknowledged", time_and_word(member(incident, "acknowledged_at"), field(incident, "acknowledged_by")));
  print_field("resolved", time_and_word(member(incident, "resolved_at"), field(incident, "resolve_reason")));
  print_field("flaps", field(incident, "flaps"));
  for (const auto& [name, text] : member(incident, "annotations").items()) print_field(name, text_of(text));
}

}  // namespace

std::string text_of(const json& value) {
  if (value.is_null()) return "";
  if (value.is_number_float()) return format_number(value.get<double>());
  return value.is_string() ? value.get<std::string>() : value.dump();
}

void print_incidents(const json& incidents, bool more) {
  TextTable table({"ID", "SEVERITY", "STATE", "OPENED", "RULE", "LABELS", "SUMMARY"});
  for (const json& incident : incidents) {
    const std::string state = field(incident, "state");
    table.add_row({{field(incident, "id")},
                   {field(incident, "severity")},
                   {state, state_color(state)},
                   {time_text(member(incident, "opened_at"))},
                   {field(incident, "rule")},
                   {labels_text(member(incident, "labels"))},
                   {field(member(incident, "annotations"), "summary")}});
  }
  if (table.empty()) {
    std::puts("no incidents");
    return;
  }
  table.print();
  if (more) std::puts("... and more: raise --limit, or narrow with --rule, --severity or --since");
}

void print_incident(const json& incident) {
  print_fields(incident);
  TextTable series({"SERIES", "VALUE", "SINCE"});
  for (const json& one : member(incident, "series")) {
    series.add_row({{labels_text(member(one, "labels"))}, {field(one, "value")}, {time_text(member(one, "since"))}});
  }
  print_section("series", series);
  TextTable timeline({"AT", "WHAT", "BY", "TEXT"});
  for (const json& entry : member(incident, "timeline")) {
    timeline.add_row(
        {{time_text(member(entry, "at"))}, {field(entry, "type")}, {field(entry, "by")}, {field(entry, "text")}});
  }
  print_section("timeline", timeline);
  TextTable notifications({"NOTIFIER", "KIND", "STATE", "ATTEMPTS", "DELIVERED", "LAST ERROR"});
  for (const json& one : member(incident, "notifications")) {
    notifications.add_row({{field(one, "notifier")},
                           {field(one, "kind")},
                           {field(one, "state")},
                           {field(one, "attempts")},
                           {time_text(member(one, "delivered_at"))},
                           {field(one, "last_error")}});
  }
  print_section("notifications", notifications);
}

}  // namespace tocsin
