#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

#include "agent/cli/api_client.h"
#include "agent/cli/command.h"
#include "agent/cli/http_client.h"

namespace tocsin {
namespace {

constexpr std::string_view kHealthPath = "/-/healthy";
/// Shorter than the time-outs that container runtimes put around their health checks.
constexpr Duration kHealthTimeout = std::chrono::seconds(3);

int check_health(const ApiAddress& options) {
  ApiAddress agent = options;
  if (agent.url.ends_with(kHealthPath)) agent.url.erase(agent.url.size() - kHealthPath.size());
  ApiClient client(agent);
  const Result<std::string> body = client.get(std::string(kHealthPath), kHealthTimeout);
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
