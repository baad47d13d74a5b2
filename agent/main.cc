// tocsin's command line: one subcommand per file in agent/cli, chosen here.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <clocale>
#include <cstdio>
#include <string>
#include <vector>

#include "agent/base/log.h"
#include "agent/cli/command.h"
#include "agent/cli/version.h"

namespace {

using namespace tocsin;

struct LogOptions {
  std::string level = "info";
  std::string format = "logfmt";
};

/// Options that stand before or after the subcommand alike.
void add_log_options(CLI::App& root, LogOptions& options) {
  root.add_option("--log-level", options.level, "debug, info, warn or error")->capture_default_str();
  root.add_option("--log-format", options.format, "logfmt or json")->capture_default_str();
  root.fallthrough();
}

/// One clear line, as for every wrong flag.
int usage_error(const std::string& text, const CLI::App& root) {
  const std::vector<const CLI::App*> chosen = root.get_subcommands({});
  const auto parsed = std::ranges::find_if(chosen, [](const CLI::App* parser) { return parser->parsed(); });
  const std::string of = parsed == chosen.end() ? "" : (*parsed)->get_name() + " ";
  std::fprintf(stderr, "tocsin: %s (tocsin %s--help lists what is possible)\n", text.c_str(), of.c_str());
  return exit_status::kUsage;
}

/// Help and version are no errors to the user, though the parser reports them as such.
int parse_outcome(const CLI::ParseError& error, const CLI::App& root) {
  if (error.get_exit_code() == 0) return root.exit(error);
  return usage_error(error.what(), root);
}

int configure_log(const LogOptions& options, const CLI::App& root) {
  const Result<log::Level> level = log::parse_level(options.level);
  if (!level) return usage_error("--log-level: " + level.error().text, root);
  const Result<log::Format> format = log::parse_format(options.format);
  if (!format) return usage_error("--log-format: " + format.error().text, root);
  log::configure(*level, *format);
  return exit_status::kDone;
}

}  // namespace

int main(int argc, char** argv) {
  std::setlocale(LC_CTYPE, "C.UTF-8");  // NOLINT(concurrency-mt-unsafe): no other thread exists yet.
  CLI::App root("tocsin runs beside a Prometheus, opens incidents when thresholds are breached, and tells people.",
                "tocsin");
  LogOptions log_options;
  add_log_options(root, log_options);
  root.set_version_flag("--version", version_text(), "print the versions of tocsin, its compiler and its libraries");
  root.require_subcommand(1);
  const std::vector<Command> commands = {run_command(root),         check_command(root),       once_command(root),
                                         notify_test_command(root), healthcheck_command(root), incidents_command(root)};
  try {
    root.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return parse_outcome(error, root);
  }
  if (const int status = configure_log(log_options, root); status != exit_status::kDone) return status;
  const auto chosen = std::ranges::find_if(commands, [](const Command& command) { return command.parser->parsed(); });
  return chosen->run();
}
