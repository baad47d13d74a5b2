#include "agent/config/toml_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "agent/config/read_file.h"
#include "agent/config/string_source.h"

namespace tocsin {
namespace {

constexpr std::size_t kTomlBytesMax = 16UL << 20;

/// toml++'s texts begin with "Error while parsing ..." or "Encountered invalid utf-8 sequence".
std::string syntax_fault(std::string_view description) {
  constexpr std::string_view kOpening = "Error while ";
  if (!description.starts_with(kOpening)) return "this is not UTF-8; save the file in UTF-8";
  description.remove_prefix(kOpening.size());
  return fmt::format("this is not TOML ({}); texts stand in quotes, and each `key = value` on a line of its own",
                     description);
}

std::vector<std::size_t> line_starts(std::string_view text) {
  std::vector<std::size_t> starts = {0};
  for (std::size_t at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1)) {
    starts.push_back(at + 1);
  }
  return starts;
}

}  // namespace

TomlFile::TomlFile(std::string name, std::string text, int first_line, toml::table root)
    : name_(std::move(name)),
      text_(std::move(text)),
      first_line_(first_line),
      line_starts_(line_starts(text_)),
      root_(std::move(root)) {}

std::optional<std::string> TomlFile::read(const std::string& name, const Place& named_at, FaultList& faults) {
  auto text = read_file(name, kTomlBytesMax);
  if (!text) {
    faults.add(named_at, unreadable(name, text.error()));
    return std::nullopt;
  }
  return *std::move(text);
}

std::optional<TomlFile> TomlFile::parse(const std::string& name, std::string text, FaultList& faults, int first_line) {
  faults.begin_file(name);
  try {
    toml::table root = toml::parse(std::string_view(text));
    return TomlFile(name, std::move(text), first_line, std::move(root));
  } catch (const toml::parse_error& error) {
    const toml::source_position at = error.source().begin;
    const Place place{name, first_line - 1 + std::max(1, static_cast<int>(at.line)),
                      std::max(1, static_cast<int>(at.column))};
    faults.add(place, syntax_fault(error.description()));
    return std::nullopt;
  }
}

Place TomlFile::place(const toml::source_region& region) const {
  const int line = std::max(1, static_cast<int>(region.begin.line));
  return {name_, first_line_ - 1 + line, std::max(1, static_cast<int>(region.begin.column))};
}

Place TomlFile::inside(const Place& literal, int line, int column) const {
  const std::size_t index = std::min(static_cast<std::size_t>(literal.line - first_line_), line_starts_.size() - 1);
  const std::size_t start = line_starts_[index];
  return place_in_string(std::string_view(text_).substr(start), literal, line, column);
}

}  // namespace tocsin
