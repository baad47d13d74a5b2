// JSON bodies of the notifiers: members in the order in which they are written.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "agent/base/labels.h"

namespace tocsin {

using Json = nlohmann::ordered_json;

/// Never fails: bytes that are no UTF-8 become U+FFFD.
std::string json_text(const Json& json);
/// What a peer sent; discarded() where it is no JSON.
Json parse_json(std::string_view text);
/// The member's text, or "" where it is missing or no string.
std::string string_member(const Json& json, std::string_view name);
/// True only where the member is there and is the boolean true.
bool true_member(const Json& json, std::string_view name);

/// An empty object with room for so many members: one that has to grow copies all that is in it.
Json object_for(std::size_t members);
Json labels_json(const Labels& labels);
/// A number where it is finite, else "NaN", "+Inf" or "-Inf" as Prometheus writes them: JSON has no such numbers.
Json number_json(double value);

}  // namespace tocsin
