#include <fmt/format.h>

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "agent/cli/command.h"
#include "agent/cli/http_client.h"
#include "agent/cli/load_once.h"
#include "agent/cli/query_check.h"
#include "agent/http/curl_transport.h"

namespace tocsin {
namespace {

struct CheckOptions {
  std::string config_file;
  bool online = false;
};

int check(const CheckOptions& options) {
  const LoadedConfig loaded = load_once(options.config_file);
  if (loaded.config == nullptr) return exit_status::kFailed;
  if (options.online) {
    CurlTransport transport(user_agent());
    const std::vector<Fault> faults = check_queries(transport, loaded);
    print_faults(faults);
    if (!faults.empty()) return exit_status::kFailed;
  }
  fmt::print("{}: valid, {} rules, {} notifiers, {} routes{}\n", options.config_file, loaded.config->rules.size(),
             loaded.config->notifiers.size(), loaded.config->routes.size(),
             options.online ? "; Prometheus parsed every query" : "");
  return exit_status::kDone;
}

}  // namespace

Command check_command(CLI::App& root) {
  auto options = std::make_shared<CheckOptions>();
  CLI::App* parser = root.add_subcommand("check", "validate the configuration, its rules and templates");
  parser->add_option("--config", options->config_file, "tocsin.toml")->required()->type_name("FILE");
  parser->add_flag("--online", options->online, "have Prometheus parse every query, too");
  parser->footer(
      "Every fault is a line on stderr, file:line:column: what is wrong, what would be right.\n"
      "Exit status: 0 valid, 1 not.");
  return {parser, [options] { return check(*options); }};
}

}  // namespace tocsin
