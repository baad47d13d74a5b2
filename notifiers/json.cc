#include "notifiers/json.h"

#include <cmath>

#include "agent/base/text.h"

namespace tocsin {

std::string json_text(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json parse_json(std::string_view text) {
  try {
    return Json::parse(text);
  } catch (const Json::exception&) {  // also where a number is too large, which parse() never only reports
    return Json::value_t::discarded;
  }
}

std::string string_member(const Json& json, std::string_view name) {
  if (!json.is_object()) {
    return {};
  }
  const auto found = json.find(name);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

bool true_member(const Json& json, std::string_view name) {
  if (!json.is_object()) {
    return false;
  }
  const auto found = json.find(name);
  return found != json.end() && found->is_boolean() && found->get<bool>();
}

Json object_for(std::size_t members) {
  Json json = Json::object();
  json.get_ref<Json::object_t&>().reserve(members);
  return json;
}

Json labels_json(const Labels& labels) {
  Json json = object_for(labels.size());
  for (const auto& [name, value] : labels) {
    json[name] = value;
  }
  return json;
}

Json number_json(double value) {
  if (std::isfinite(value)) {
    return value;
  }
  return format_number(value);
}

}  // namespace tocsin
