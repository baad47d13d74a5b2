// What a request to the simulated Prometheus asks for: read from the text alone, without the code that writes it.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace tocsin::sim {

/// One query of a request, and the label that the request puts on each of its series; without: it was asked alone.
struct AskedQuery {
  std::string query;
  std::optional<std::string> member;
};

/// nullopt: Prometheus would not parse it.
std::optional<std::vector<AskedQuery>> read_queries(std::string text);

}  // namespace tocsin::sim
