// How incidents of the API's JSON look on a terminal.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace tocsin {

/// A string as it is, a number in digits, null and what is missing as "".
std::string text_of(const nlohmann::json& value);

/// One row each; `more`: the list goes on.
void print_incidents(const nlohmann::json& incidents, bool more);

/// Everything about one incident: fields, series, timeline, notifications.
void print_incident(const nlohmann::json& incident);

}  // namespace tocsin
