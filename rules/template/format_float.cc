#include "rules/template/format_float.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>

namespace tocsin::templates {
namespace {

std::string shortest(double value, std::chars_format format) {
  std::array<char, 400> buffer{};  // the longest is a fixed denormal of some 330 characters
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, format);
  return {buffer.data(), end.ptr};
}

std::string shortest_general(double value) {
  constexpr int kExponentMin = -4;
  constexpr int kExponentMax = 5;
  std::string text = shortest(value, std::chars_format::scientific);
  const int exponent = std::atoi(text.c_str() + text.find('e') + 1);
  if (exponent >= kExponentMin && exponent <= kExponentMax) return shortest(value, std::chars_format::fixed);
  return text;
}

}  // namespace

std::string format_float(double value, char verb, std::optional<int> precision) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  if (precision) return fmt::format(fmt::runtime(fmt::format("{{:.{}{}}}", *precision, verb)), value);
  std::string text = shortest_general(value);
  if (const std::size_t exponent = text.find('e'); verb == 'G' && exponent != std::string::npos) text[exponent] = 'E';
  return text;
}

std::optional<double> parse_float(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  const bool hex = text.starts_with("0x") || text.starts_with("0X");
  if (hex) text.remove_prefix(2);
  if (text.starts_with('-') || text.find('(') != std::string_view::npos) return std::nullopt;
  if (hex && text.find_first_of("pP") == std::string_view::npos) return std::nullopt;
  double value = 0;
  const auto format = hex ? std::chars_format::hex : std::chars_format::general;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value, format);
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) return std::nullopt;
  return negative ? -value : value;
}

}  // namespace tocsin::templates
