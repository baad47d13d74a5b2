#include "rules/template/humanize.h"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

#include "rules/template/format_float.h"

namespace tocsin::templates {
namespace {

using Prefixes = std::array<std::string_view, 8>;
constexpr Prefixes kLarge{"k", "M", "G", "T", "P", "E", "Z", "Y"};
constexpr Prefixes kLargeBinary{"ki", "Mi", "Gi", "Ti", "Pi", "Ei", "Zi", "Yi"};
constexpr Prefixes kSmall{"m", "u", "n", "p", "f", "a", "z", "y"};

std::string four_digits(double value) {
  return format_float(value, 'g', 4);
}

std::string scale_down(double value, double factor, const Prefixes& prefixes) {
  std::string_view prefix;
  for (const std::string_view next : prefixes) {
    if (std::fabs(value) < factor) break;
    prefix = next;
    value /= factor;
  }
  return four_digits(value) + std::string(prefix);
}

std::string scale_up(double value) {
  std::string_view prefix;
  for (const std::string_view next : kSmall) {
    if (std::fabs(value) >= 1) break;
    prefix = next;
    value *= 1000;
  }
  return four_digits(value) + std::string(prefix);
}

/// As Go converts on amd64: what does not fit becomes the smallest integer.
int64_t to_integer(double value) {
  constexpr double kTwoTo63 = 9223372036854775808.0;
  if (!(value < kTwoTo63 && value >= -kTwoTo63)) return std::numeric_limits<int64_t>::min();
  return static_cast<int64_t>(value);
}

/// REQUIRES: seconds >= 1
std::string clock_units(double seconds) {
  const int64_t whole = to_integer(seconds);
  const int64_t second = whole % 60;
  const int64_t minute = whole / 60 % 60;
  const int64_t hour = whole / 3600 % 24;
  const int64_t day = whole / 86400;
  if (day != 0) return fmt::format("{}d {}h {}m {}s", day, hour, minute, second);
  if (hour != 0) return fmt::format("{}h {}m {}s", hour, minute, second);
  if (minute != 0) return fmt::format("{}m {}s", minute, second);
  return four_digits(seconds) + "s";
}

/// ".128", trailing zeros dropped; "" for 0.
std::string fraction(int64_t milliseconds) {
  if (milliseconds == 0) return "";
  std::string text = fmt::format(".{:03}", milliseconds);
  text.erase(text.find_last_not_of('0') + 1);
  return text;
}

}  // namespace

std::string humanize(double value) {
  if (value == 0 || !std::isfinite(value)) return four_digits(value);
  return std::fabs(value) >= 1 ? scale_down(value, 1000, kLarge) : scale_up(value);
}

std::string humanize1024(double value) {
  if (std::fabs(value) <= 1 || !std::isfinite(value)) return four_digits(value);
  return scale_down(value, 1024, kLargeBinary);
}

std::string humanize_duration(double seconds) {
  if (!std::isfinite(seconds)) return four_digits(seconds);
  if (seconds == 0) return four_digits(seconds) + "s";
  if (std::fabs(seconds) < 1) return scale_up(seconds) + "s";
  return (seconds < 0 ? "-" : "") + clock_units(std::fabs(seconds));
}

std::string humanize_percentage(double ratio) {
  return four_digits(ratio * 100) + "%";
}

std::expected<std::string, std::string> humanize_timestamp(double seconds) {
  if (!std::isfinite(seconds)) return four_digits(seconds);
  constexpr double kNanosecondsMax = 9223372036854775808.0;
  const double nanoseconds = seconds * 1e9;
  if (nanoseconds >= kNanosecondsMax || nanoseconds < -kNanosecondsMax) {
    return std::unexpected(fmt::format("{} cannot be represented as a nanoseconds timestamp since it overflows int64",
                                       format_float(seconds, 'g', std::nullopt)));
  }
  const std::chrono::sys_time at{std::chrono::milliseconds{static_cast<int64_t>(nanoseconds) / 1'000'000}};
  const auto midnight = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date{midnight};
  const std::chrono::hh_mm_ss time{at - midnight};
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}{} +0000 UTC", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), time.hours().count(),
                     time.minutes().count(), time.seconds().count(), fraction(time.subseconds().count()));
}

}  // namespace tocsin::templates
