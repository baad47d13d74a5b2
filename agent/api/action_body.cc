#include "agent/api/action_body.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "agent/base/text.h"
#include "notifiers/text.h"

namespace tocsin {
namespace {

constexpr std::size_t kByCharactersMax = 200;
constexpr std::size_t kTextCharactersMax = 4000;

bool has_control(std::string_view text, std::string_view allowed) {
  while (!text.empty()) {
    const std::string_view code_point = take_code_point(text);
    if (is_control(code_point) && allowed.find(code_point) == std::string_view::npos) return true;
  }
  return false;
}

Result<nlohmann::json> parse_object(std::string_view body) {
  try {
    nlohmann::json json = nlohmann::json::parse(body);  // refuses invalid UTF-8 too
    if (json.is_object()) return json;
    return fail(R"(the body is not a JSON object: send {"by":"...","text":"..."})");
  } catch (const nlohmann::json::parse_error& error) {
    return fail(fmt::format(R"(the body is not JSON (byte {}): send {{"by":"...","text":"..."}})", error.byte));
  } catch (const nlohmann::json::out_of_range&) {
    return fail(R"(the body has a number that is too large: send {"by":"...","text":"..."})");
  }
}

struct Field {
  const char* name;
  std::size_t characters_max;
  std::string_view control_allowed;
};

Result<void> take_string(const nlohmann::json& json, const Field& field, std::string& value) {
  const auto found = json.find(field.name);
  if (found == json.end() || found->is_null()) return {};
  if (!found->is_string()) return fail(fmt::format("\"{}\" is not a string", field.name));
  const auto& text = found->get_ref<const std::string&>();
  if (code_points(text) > field.characters_max) {
    return fail(fmt::format("\"{}\" has more than {} characters", field.name, field.characters_max));
  }
  if (has_control(text, field.control_allowed)) return fail(fmt::format("\"{}\" has control characters", field.name));
  value = text;
  return {};
}

}  // namespace

Result<ActionBody> parse_action_body(std::string_view body) {
  ActionBody action;
  if (body.empty()) return action;
  const Result<nlohmann::json> json = parse_object(body);
  if (!json) return std::unexpected(json.error());
  Result<void> taken = take_string(*json, {"by", kByCharactersMax, ""}, action.by);
  if (taken) taken = take_string(*json, {"text", kTextCharactersMax, "\n\r\t"}, action.text);
  if (!taken) return std::unexpected(taken.error());
  if (action.by.empty()) action.by = ActionBody{}.by;
  return action;
}

}  // namespace tocsin
