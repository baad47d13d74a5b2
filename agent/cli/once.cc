#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "agent/base/clock.h"
#include "agent/base/text.h"
#include "agent/base/time.h"
#include "agent/cli/command.h"
#include "agent/cli/http_client.h"
#include "agent/cli/load_once.h"
#include "agent/cli/outlook.h"
#include "agent/cli/text_table.h"
#include "agent/http/curl_transport.h"

namespace tocsin {
namespace {

constexpr int kBreach = 2;

struct OnceOptions {
  std::string config_file;
  std::string output = "table";
};

Color color_of(Outlook::State state) {
  switch (state) {
    case Outlook::State::open:
      return Color::red;
    case Outlook::State::pending:
      return Color::yellow;
    case Outlook::State::inactive:
      return Color::green;
    case Outlook::State::unknown:
      break;
  }
  return Color::red;
}

void print_table(const std::vector<Outlook>& outlooks) {
  TextTable table({"RULE", "STATE", "SERIES", "BREACHING", "WORST", "THRESHOLD", "QUERY TIME", "ERROR"});
  for (const Outlook& outlook : outlooks) {
    table.add_row({{outlook.rule->name},
                   {std::string(state_text(outlook.state)), color_of(outlook.state)},
                   {std::to_string(outlook.series)},
                   {std::to_string(outlook.breaching)},
                   {outlook.worst ? format_number(*outlook.worst) : "-"},
                   {outlook.threshold.empty() ? "any series" : outlook.threshold},
                   {fmt::format("{} ms", outlook.query_time.count())},
                   {outlook.error}});
  }
  table.print();
}

/// JSON has no NaN and no infinities: they are strings, as in Prometheus's API.
nlohmann::json number_json(double value) {
  return std::isfinite(value) ? nlohmann::json(value) : nlohmann::json(format_number(value));
}

nlohmann::json outlook_json(const Outlook& outlook) {
  return {{"rule", outlook.rule->name},
          {"state", state_text(outlook.state)},
          {"series", outlook.series},
          {"breaching", outlook.breaching},
          {"worst", outlook.worst ? number_json(*outlook.worst) : nullptr},
          {"threshold", outlook.threshold},
          {"query_seconds", in_seconds(outlook.query_time)},
          {"error", outlook.error}};
}

void print_json(const std::vector<Outlook>& outlooks) {
  nlohmann::json rules = nlohmann::json::array();
  for (const Outlook& outlook : outlooks) rules.push_back(outlook_json(outlook));
  const nlohmann::json json = {{"rules", std::move(rules)}};
  fmt::print("{}\n", printable_json(json));
}

/// What could not be looked at outweighs what was seen.
int status_of(const std::vector<Outlook>& outlooks) {
  const auto any = [&outlooks](auto&& holds) { return std::ranges::any_of(outlooks, holds); };
  if (any([](const Outlook& outlook) { return outlook.state == Outlook::State::unknown; })) return exit_status::kFailed;
  return any([](const Outlook& outlook) { return outlook.breaching > 0; }) ? kBreach : exit_status::kDone;
}

int once(const OnceOptions& options) {
  const LoadedConfig loaded = load_once(options.config_file);
  if (loaded.config == nullptr) return exit_status::kFailed;
  CurlTransport transport(user_agent());
  const std::vector<Outlook> outlooks = look(transport, *loaded.config, SystemClock().now());
  if (options.output == "json") {
    print_json(outlooks);
  } else {
    print_table(outlooks);
  }
  return status_of(outlooks);
}

}  // namespace

Command once_command(CLI::App& root) {
  auto options = std::make_shared<OnceOptions>();
  CLI::App* parser = root.add_subcommand("once", "evaluate every rule once and print what it would say");
  parser->add_option("--config", options->config_file, "tocsin.toml")->required()->type_name("FILE");
  parser->add_option("--output", options->output, "table or json")
      ->check(CLI::IsMember({"table", "json"}))
      ->capture_default_str();
  parser->footer(
      "Changes nothing and notifies nobody. A rule with a `for` shows as pending where it breaches.\n"
      "Exit status: 0 nothing breaches, 2 something does, 1 it could not look.");
  return {parser, [options] { return once(*options); }};
}

}  // namespace tocsin
