#include "tests/simulation/slack_text.h"

#include <re2/re2.h>

#include <ranges>

namespace tocsin::sim {
namespace {

using nlohmann::json;

/// A message about one incident has it in its fallback, and a digest in the lines of its blocks.
std::string shown_text(const json& body) {
  if (!body.contains("attachments")) return body.at("text");
  const json& attachment = body.at("attachments").front();
  std::string text = attachment.at("fallback");
  if (text.find("INC-") != std::string::npos) return text;
  for (const json& block : attachment.at("blocks")) {
    if (block.contains("text")) text += "\n" + block.at("text").at("text").get<std::string>();
  }
  return text;
}

std::string word_of(const std::string& line) {
  if (RE2::PartialMatch(line, "resolved|was open for")) return "resolve";
  return RE2::PartialMatch(line, "acknowledged") ? "acknowledge" : "open";
}

}  // namespace

/// The severity stands in front of the incident; in a digest in a line of its own, above those that have it.
std::vector<SlackLine> read_slack(const json& body) {
  static const RE2 name(R"((INC-\d+))"), severity(R"((SEV\d))");
  std::vector<SlackLine> lines;
  std::optional<Severity> latest;
  const std::string text = shown_text(body);
  for (const auto part : std::views::split(text, '\n')) {
    const std::string line(part.begin(), part.end());
    std::string found;
    if (RE2::PartialMatch(line, severity, &found)) latest = parse_severity(found);
    if (RE2::PartialMatch(line, name, &found)) lines.push_back({found, word_of(line), latest});
  }
  return lines;
}

}  // namespace tocsin::sim
