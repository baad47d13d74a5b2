#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cstddef>
#include <limits>

#include "agent/config/read_sections.h"

namespace tocsin {

Result<std::size_t> parse_size(std::string_view text) {
  struct Unit {
    std::string_view name;
    unsigned shift;
  };
  constexpr std::array<Unit, 4> kUnits = {Unit{"B", 0}, Unit{"KiB", 10}, Unit{"MiB", 20}, Unit{"GiB", 30}};
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string_view unit_text = text.substr(static_cast<std::size_t>(end - text.data()));
  for (const Unit& unit : kUnits) {
    const bool fits = number > 0 && number <= (std::numeric_limits<std::size_t>::max() >> unit.shift);
    if (error == std::errc() && unit.name == unit_text && fits) return number << unit.shift;
  }
  return fail(fmt::format("\"{}\" is no size; write a whole number and B, KiB, MiB or GiB, like 32MiB", text));
}

}  // namespace tocsin
