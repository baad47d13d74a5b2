#include "rules/template/value.h"

#include <fmt/format.h>

#include "agent/base/text.h"
#include "rules/template/format_float.h"

namespace tocsin::templates {
namespace {

std::string map_text(const Labels& labels) {
  std::string text = "map[";
  for (const auto& [name, value] : labels) {
    if (text.back() != '[') text += ' ';
    text += name;
    text += ':';
    text += value;
  }
  return text + ']';
}

struct Truth {
  bool operator()(std::monostate) const { return false; }
  bool operator()(bool value) const { return value; }
  bool operator()(int64_t value) const { return value != 0; }
  bool operator()(double value) const { return value != 0; }
  bool operator()(const std::string& value) const { return !value.empty(); }
  bool operator()(const Labels* value) const { return !value->empty(); }
};

struct Text {
  std::string operator()(std::monostate) const { return "<nil>"; }
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(int64_t value) const { return std::to_string(value); }
  std::string operator()(double value) const { return format_float(value, 'g', std::nullopt); }
  std::string operator()(const std::string& value) const { return value; }
  std::string operator()(const Labels* value) const { return map_text(*value); }
};

}  // namespace

std::string_view type_name(const Value& value) {
  constexpr std::string_view kNames[] = {"<nil>", "bool", "int", "float64", "string", "map[string]string"};
  return kNames[value.index()];
}

bool truth(const Value& value) {
  return std::visit(Truth{}, value);
}

std::string to_text(const Value& value) {
  return std::visit(Text{}, value);
}

std::expected<double, std::string> to_float(const Value& value) {
  if (const auto* number = std::get_if<double>(&value)) return *number;
  if (const auto* number = std::get_if<int64_t>(&value)) return static_cast<double>(*number);
  const auto* text = std::get_if<std::string>(&value);
  if (text == nullptr) return std::unexpected(fmt::format("can't convert {} to float", type_name(value)));
  const auto number = parse_float(*text);
  if (!number) return std::unexpected(fmt::format("strconv.ParseFloat: parsing {}: invalid syntax", quote(*text)));
  return *number;
}

}  // namespace tocsin::templates
