// Wall time, steady time and durations. All are whole milliseconds; the type system keeps them apart.
//   Timestamp  a point of wall time (UTC), what the store and the wire carry
//   Instant    a point of steady time, for deadlines inside one process
//   Duration   a span; written as Prometheus does ("1h30m")
// The grammar of durations is that of prometheus/common model/time.go: integers with the units
// y w d h m s ms, each once, in descending order; "0" alone is legal; fractions and signs are not.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "agent/base/result.h"

namespace tocsin {

using Duration = std::chrono::milliseconds;
using Timestamp = std::chrono::sys_time<Duration>;
using Instant = std::chrono::time_point<std::chrono::steady_clock, Duration>;

using namespace std::chrono_literals;  // NOLINT(google-global-names-in-headers): 5min reads better than
                                       // Duration{300000}

Result<Duration> parse_duration(std::string_view text);
std::string format_duration(Duration duration);

inline double in_seconds(Duration duration) {
  return static_cast<double>(duration.count()) / 1000;
}

/// RFC 3339 in UTC with milliseconds: "2026-11-21T10:00:00.123Z".
std::string format_rfc3339(Timestamp at);
Result<Timestamp> parse_rfc3339(std::string_view text);

/// Seconds with exactly three decimals, as Prometheus's HTTP API takes and gives them: "1763719200.123".
std::string format_unix_seconds(Timestamp at);

constexpr Timestamp from_unix_ms(int64_t ms) {
  return Timestamp{Duration{ms}};
}
constexpr int64_t to_unix_ms(Timestamp at) {
  return at.time_since_epoch().count();
}

}  // namespace tocsin
