#include <fmt/format.h>

#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "agent/base/clock.h"
#include "agent/cli/command.h"
#include "agent/cli/http_client.h"
#include "agent/cli/load_once.h"
#include "agent/cli/terminal.h"
#include "agent/cli/test_notification.h"
#include "agent/http/curl_transport.h"

namespace tocsin {
namespace {

struct NotifyTestOptions {
  std::string config_file;
  std::optional<std::string> notifier;
  std::string output = "text";
};

int failed(const std::string& text) {
  std::fprintf(stderr, "tocsin: %s\n", text.c_str());
  return exit_status::kFailed;
}

std::string names_of(const std::vector<NotifierSettings>& notifiers) {
  std::string names;
  for (const NotifierSettings& settings : notifiers) names += (names.empty() ? "" : ", ") + settings.name;
  return names.empty() ? "none" : names;
}

void print(const TestOutcome& outcome) {
  const Color color = outcome.accepted ? Color::green : Color::red;
  fmt::print("{}: {}: {}\n", outcome.notifier,
             colored(outcome.accepted ? "accepted" : "not accepted", color, terminal_takes_colors()),
             printable(outcome.said));
  std::fflush(stdout);
}

void print_json(const std::vector<TestOutcome>& outcomes) {
  nlohmann::json array = nlohmann::json::array();
  for (const TestOutcome& outcome : outcomes) {
    array.push_back({{"notifier", outcome.notifier}, {"accepted", outcome.accepted}, {"said", outcome.said}});
  }
  fmt::print("{}\n", printable_json(array));
}

int notify_test(const NotifyTestOptions& options) {
  const LoadedConfig loaded = load_once(options.config_file);
  if (loaded.config == nullptr) return exit_status::kFailed;
  CurlTransport transport(user_agent());
  std::vector<TestOutcome> outcomes;
  bool all_accepted = true;
  for (const NotifierSettings& settings : loaded.config->notifiers) {
    if (options.notifier && settings.name != *options.notifier) continue;
    outcomes.push_back(send_test(transport, settings, loaded.config->external_url, SystemClock().now()));
    all_accepted = all_accepted && outcomes.back().accepted;
    if (options.output == "text") print(outcomes.back());
  }
  if (options.output == "json") print_json(outcomes);
  if (outcomes.empty()) {
    return failed(fmt::format("no notifier is named \"{}\"; there is: {}", options.notifier.value_or(""),
                              names_of(loaded.config->notifiers)));
  }
  return all_accepted ? exit_status::kDone : exit_status::kFailed;
}

}  // namespace

Command notify_test_command(CLI::App& root) {
  auto options = std::make_shared<NotifyTestOptions>();
  CLI::App* parser = root.add_subcommand("notify-test", "send a marked test notification and print the answer");
  parser->add_option("--config", options->config_file, "tocsin.toml")->required()->type_name("FILE");
  parser->add_option("--notifier", options->notifier, "only this one; default: all of the configuration")
      ->type_name("NAME");
  parser->add_option("--output", options->output, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  parser->footer("Exit status: 0 when all accepted, 1 otherwise.");
  return {parser, [options] { return notify_test(*options); }};
}

}  // namespace tocsin
