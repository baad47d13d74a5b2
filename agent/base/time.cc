#include "agent/base/time.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cstdint>
#include <limits>

namespace tocsin {
namespace {

struct Unit {
  std::string_view name;
  int64_t ms;
};
constexpr std::array<Unit, 7> kUnits{{{"y", 365LL * 86'400'000},
                                      {"w", 7LL * 86'400'000},
                                      {"d", 86'400'000},
                                      {"h", 3'600'000},
                                      {"m", 60'000},
                                      {"s", 1000},
                                      {"ms", 1}}};
// Prometheus keeps durations in int64 nanoseconds; what overflows there is an error here too.
constexpr int64_t kDurationMsMax = std::numeric_limits<int64_t>::max() / 1'000'000;

std::unexpected<Error> bad_duration(std::string_view text) {
  return fail(fmt::format("\"{}\" is no duration; write one like 15s, 5m, 1h30m or 2d", text));
}

/// Index into kUnits of the unit name at the start of `text`, or -1.
int unit_at(std::string_view text) {
  const std::size_t length = text.find_first_not_of("ywdhms");
  const std::string_view name = text.substr(0, length);
  for (std::size_t index = 0; index < kUnits.size(); ++index) {
    if (kUnits[index].name == name) return static_cast<int>(index);
  }
  return -1;
}

int digits(std::string_view text, std::size_t at, std::size_t count, bool& ok) {
  int value = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    if (i >= text.size() || text[i] < '0' || text[i] > '9') {
      ok = false;
      return 0;
    }
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

}  // namespace

Result<Duration> parse_duration(std::string_view text) {
  if (text == "0") return Duration{0};
  if (text.empty()) return bad_duration(text);
  int64_t total = 0;
  int last_unit = -1;
  std::string_view rest = text;
  while (!rest.empty()) {
    int64_t number = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
    if (error != std::errc() || rest.front() == '-') return bad_duration(text);
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    const int unit = unit_at(rest);
    if (unit <= last_unit) return bad_duration(text);
    const Unit& found = kUnits[static_cast<std::size_t>(unit)];
    if (number > (kDurationMsMax - total) / found.ms)
      return fail(fmt::format("\"{}\" is too long for a duration", text));
    total += number * found.ms;
    last_unit = unit;
    rest.remove_prefix(found.name.size());
  }
  return Duration{total};
}

std::string format_duration(Duration duration) {
  int64_t rest = duration.count();
  if (rest == 0) return "0s";
  std::string text;
  if (rest < 0) {
    text = "-";
    rest = -rest;
  }
  for (const Unit& unit : kUnits) {
    // Years and weeks only where they divide exactly, as prometheus/common writes them.
    const bool must_divide = unit.name == "y" || unit.name == "w";
    if (rest < unit.ms || (must_divide && rest % unit.ms != 0)) continue;
    text += fmt::format("{}{}", rest / unit.ms, unit.name);
    rest %= unit.ms;
  }
  return text;
}

std::string format_rfc3339(Timestamp at) {
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss<Duration> time{at - day};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), time.hours().count(),
                     time.minutes().count(), time.seconds().count(), time.subseconds().count());
}

Result<Timestamp> parse_rfc3339(std::string_view text) {
  const auto bad = [text] { return fail(fmt::format("\"{}\" is no RFC 3339 time like 2026-11-21T10:00:00Z", text)); };
  bool ok = text.size() >= 20;
  const int year = digits(text, 0, 4, ok), month = digits(text, 5, 2, ok), day = digits(text, 8, 2, ok);
  const int hour = digits(text, 11, 2, ok), minute = digits(text, 14, 2, ok), second = digits(text, 17, 2, ok);
  if (!ok || text[4] != '-' || text[7] != '-' || (text[10] != 'T' && text[10] != 't' && text[10] != ' ') ||
      text[13] != ':' || text[16] != ':') {
    return bad();
  }
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok() || hour > 23 || minute > 59 || second > 60) return bad();
  Timestamp at = std::chrono::sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
                 std::chrono::seconds(second);
  std::size_t next = 19;
  if (text[next] == '.') {
    int64_t scale = 100;
    const std::size_t first = ++next;
    for (; next < text.size() && text[next] >= '0' && text[next] <= '9'; ++next, scale /= 10) {
      at += Duration{scale * (text[next] - '0')};
    }
    if (next == first) return bad();
  }
  const std::string_view zone = text.substr(std::min(next, text.size()));
  if (zone == "Z" || zone == "z") return at;
  const int zone_hour = digits(zone, 1, 2, ok), zone_minute = digits(zone, 4, 2, ok);
  if (!ok || zone.size() != 6 || zone[3] != ':' || (zone[0] != '+' && zone[0] != '-') || zone_hour > 23 ||
      zone_minute > 59) {
    return bad();
  }
  const Duration offset = std::chrono::hours(zone_hour) + std::chrono::minutes(zone_minute);
  return zone[0] == '+' ? at - offset : at + offset;
}

std::string format_unix_seconds(Timestamp at) {
  const int64_t ms = to_unix_ms(at);
  const int64_t magnitude = ms < 0 ? -ms : ms;
  return fmt::format("{}{}.{:03}", ms < 0 ? "-" : "", magnitude / 1000, magnitude % 1000);
}

}  // namespace tocsin
