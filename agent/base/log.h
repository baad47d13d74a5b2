// Structured logs on stderr: a constant message and fields, one line per event, logfmt or JSON.
//   log::info("incident opened", {{"incident", "INC-7"}, {"rule", rule.name}});
// Any thread. Values are escaped, so that no label can forge a line or move a terminal's cursor. Lines that stderr does
// not take within limits::kLogPatience are lost; the next that it takes says how many.
#pragma once

#include <fmt/format.h>

#include <concepts>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "agent/base/result.h"

namespace tocsin::log {

enum class Level { debug, info, warn, error, off };
enum class Format { logfmt, json };

struct Field {
  std::string_view name;
  std::string value;

  Field(std::string_view field_name, std::string field_value) : name(field_name), value(std::move(field_value)) {}
  Field(std::string_view field_name, std::string_view field_value) : name(field_name), value(field_value) {}
  Field(std::string_view field_name, const char* field_value) : name(field_name), value(field_value) {}
  template <class T>
    requires std::is_arithmetic_v<T>
  Field(std::string_view field_name, T field_value) : name(field_name), value(fmt::format("{}", field_value)) {}
};
using Fields = std::initializer_list<Field>;

void configure(Level level, Format format);
Result<Level> parse_level(std::string_view text);
Result<Format> parse_format(std::string_view text);

/// One line without its line end; what the sink writes. Exposed for tests.
std::string render(Format format, Level level, std::string_view time, std::string_view message, Fields fields);

void write(Level level, std::string_view message, Fields fields);
inline void debug(std::string_view message, Fields fields = {}) {
  write(Level::debug, message, fields);
}
inline void info(std::string_view message, Fields fields = {}) {
  write(Level::info, message, fields);
}
inline void warn(std::string_view message, Fields fields = {}) {
  write(Level::warn, message, fields);
}
inline void error(std::string_view message, Fields fields = {}) {
  write(Level::error, message, fields);
}

}  // namespace tocsin::log
