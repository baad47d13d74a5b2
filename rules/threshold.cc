#include "rules/threshold.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <vector>

#include "agent/base/text.h"

namespace tocsin {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr std::string_view kBlanks = " \t\r\n";

struct Symbol {
  std::string_view text;
  Comparison comparison;
};
// The two-character ones first, so that ">=" is not read as ">" and "=".
constexpr std::array<Symbol, 6> kSymbols{{{">=", Comparison::greater_equal},
                                          {"<=", Comparison::less_equal},
                                          {"==", Comparison::equal},
                                          {"!=", Comparison::not_equal},
                                          {">", Comparison::greater},
                                          {"<", Comparison::less}}};

std::string_view symbol(Comparison comparison) {
  return std::ranges::find(kSymbols, comparison, &Symbol::comparison)->text;
}

std::string_view trim(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

std::optional<double> parse_number(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  const bool hex = text.starts_with("0x") || text.starts_with("0X");
  if (hex) text.remove_prefix(2);
  // from_chars would take a second sign, and Inf or NaN behind 0x.
  if (text.starts_with('-') || (hex && text.find_first_of("iInN") != std::string_view::npos)) return std::nullopt;
  double value = 0;
  const auto format = hex ? std::chars_format::hex : std::chars_format::general;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value, format);
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) return std::nullopt;
  return negative ? -value : value;
}

std::string remedy(std::string_view text) {
  if (text.starts_with("=>")) return "; write >= for \"at least\"";
  if (text.starts_with("=<")) return "; write <= for \"at most\"";
  if (text.starts_with('=')) return "; write == for \"equal\"";
  return "; write a comparison (> >= < <= == !=) and a number, like \"> 0.05\"";
}

/// Doubles from `low` to `high`, both included; empty where low > high.
struct Interval {
  double low;
  double high;
};

/// The values that satisfy a threshold, as closed intervals: doubles have neighbours, so open ends are not needed.
std::vector<Interval> satisfying(const Threshold& threshold) {
  const double bound = threshold.bound;
  // Above +Inf and below -Inf there is nothing; low > high makes the interval empty.
  const Interval above =
      bound == kInfinity ? Interval{kInfinity, -kInfinity} : Interval{std::nextafter(bound, kInfinity), kInfinity};
  const Interval below =
      bound == -kInfinity ? Interval{kInfinity, -kInfinity} : Interval{-kInfinity, std::nextafter(bound, -kInfinity)};
  switch (threshold.comparison) {
    case Comparison::greater:
      return {above};
    case Comparison::greater_equal:
      return {{bound, kInfinity}};
    case Comparison::less:
      return {below};
    case Comparison::less_equal:
      return {{-kInfinity, bound}};
    case Comparison::equal:
      return {{bound, bound}};
    case Comparison::not_equal:
      return {below, above};
  }
  return {};
}

bool meet(const Interval& a, const Interval& b) {
  return std::max(a.low, b.low) <= std::min(a.high, b.high);
}

bool within(const Interval& inner, const Interval& outer) {
  return inner.low > inner.high || (outer.low <= inner.low && inner.high <= outer.high);
}

}  // namespace

bool Threshold::satisfied_by(double value) const {
  if (std::isnan(value)) return false;
  switch (comparison) {
    case Comparison::greater:
      return value > bound;
    case Comparison::greater_equal:
      return value >= bound;
    case Comparison::less:
      return value < bound;
    case Comparison::less_equal:
      return value <= bound;
    case Comparison::equal:
      return value == bound;
    case Comparison::not_equal:
      return value != bound;
  }
  return false;
}

bool Threshold::worse(double a, double b) const {
  if (std::isnan(a) || std::isnan(b)) return !std::isnan(a) && std::isnan(b);
  // Equal first: the distance of an infinity from itself would be NaN.
  const auto distance = [this](double value) { return value == bound ? 0.0 : std::fabs(value - bound); };
  switch (comparison) {
    case Comparison::greater:
    case Comparison::greater_equal:
      return a > b;
    case Comparison::less:
    case Comparison::less_equal:
      return a < b;
    case Comparison::equal:
    case Comparison::not_equal:
      return distance(a) > distance(b);
  }
  return false;
}

std::string Threshold::text() const {
  return fmt::format("{} {}", symbol(comparison), format_number(bound));
}

Result<Threshold> parse_threshold(std::string_view text) {
  const std::string_view trimmed = trim(text);
  const auto* const found =
      std::ranges::find_if(kSymbols, [trimmed](const Symbol& each) { return trimmed.starts_with(each.text); });
  if (found == kSymbols.end()) return fail(fmt::format("{} is no threshold{}", quote(text), remedy(trimmed)));
  const std::string_view number = trim(trimmed.substr(found->text.size()));
  const auto bound = parse_number(number);
  if (!bound) {
    return fail(
        fmt::format("{} in threshold {} is no number; write one like 0.05, 1e6 or +Inf", quote(number), quote(text)));
  }
  if (std::isnan(*bound))
    return fail(fmt::format("threshold {}: NaN satisfies no comparison; give a number", quote(text)));
  return Threshold{.comparison = found->comparison, .bound = *bound};
}

bool overlap(const Threshold& a, const Threshold& b) {
  const std::vector<Interval> others = satisfying(b);
  return std::ranges::any_of(satisfying(a), [&others](const Interval& one) {
    return std::ranges::any_of(others, [&one](const Interval& other) { return meet(one, other); });
  });
}

bool implies(const Threshold& inner, const Threshold& outer) {
  // The two halves of != never touch, so an interval inside both together is inside one of them.
  const std::vector<Interval> outers = satisfying(outer);
  return std::ranges::all_of(satisfying(inner), [&outers](const Interval& part) {
    return std::ranges::any_of(outers, [&part](const Interval& whole) { return within(part, whole); });
  });
}

}  // namespace tocsin
