#include <cstdio>
#include <memory>
#include <string>

#include "agent/cli/api_client.h"
#include "agent/cli/command.h"
#include "agent/cli/http_client.h"

namespace tocsin {
namespace {

/// Shorter than the time-outs that container runtimes put around their health checks.
constexpr Duration kHealthTimeout = std::chrono::seconds(3);

int check_health(const ApiAddress& options) {
  ApiClient client(options);
  const Result<std::string> body = client.get("/-/healthy", kHealthTimeout);
  if (body) return exit_status::kDone;
  std::fprintf(stderr, "tocsin: %s\n", body.error().text.c_str());
  return exit_status::kFailed;
}

}  // namespace

Command healthcheck_command(CLI::App& root) {
  auto options = std::make_shared<ApiAddress>();
  CLI::App* parser = root.add_subcommand("healthcheck", "ask a running agent whether it is healthy");
  add_address(*parser, *options);
  parser->footer("For container health checks. Exit status: 0 healthy, 1 not.");
  return {parser, [options] { return check_health(*options); }};
}

}  // namespace tocsin
