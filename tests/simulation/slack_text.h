// What a message to the simulated Slack says: read as a person would, from the text that is shown.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "rules/severity.h"

namespace tocsin::sim {

struct SlackLine {
  std::string incident;  // INC-7
  std::string word;      // open, acknowledge or resolve
  std::optional<Severity> severity;
};

/// One for each incident that it names; a digest names several.
std::vector<SlackLine> read_slack(const nlohmann::json& body);

}  // namespace tocsin::sim
