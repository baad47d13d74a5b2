// tocsin's command line: one subcommand per file in agent/cli, chosen here.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <clocale>
#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include "agent/base/log.h"
#include "agent/base/nearest.h"
#include "agent/base/text.h"
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

/// The innermost subcommand that was named, or the root itself.
const CLI::App* chosen_of(const CLI::App* parser) {
  for (const CLI::App* command : parser->get_subcommands({})) {
    if (command->parsed()) return chosen_of(command);
  }
  return parser;
}

/// One clear line, as for every wrong flag.
int usage_error(const std::string& text, const CLI::App& root) {
  const CLI::App& chosen = *chosen_of(&root);
  std::string path = chosen.get_name();
  for (const CLI::App* parent = chosen.get_parent(); parent != nullptr; parent = parent->get_parent()) {
    path.insert(0, parent->get_name() + " ");
  }
  fmt::print(stderr, "tocsin: {} (\"{} --help\" lists what is possible)\n", text, path);
  return exit_status::kUsage;
}

/// A mistyped word explains more than what is missing because of it.
std::string unknown_word(const std::string& word, const CLI::App& chosen) {
  std::vector<std::string> known;
  for (const CLI::App* command : chosen.get_subcommands({})) known.push_back(command->get_name());
  for (const CLI::App* parser = &chosen; parser != nullptr; parser = parser->get_parent()) {
    for (const CLI::Option* option : parser->get_options()) known.push_back(option->get_name());
  }
  const std::optional<std::string> meant = nearest(word, known);
  return "nothing is called " + quote(word) + (meant ? fmt::format("; did you mean {}?", *meant) : "");
}

/// Help and version are no errors to the user, though the parser reports them as such.
int parse_outcome(const CLI::ParseError& error, const CLI::App& root) {
  if (error.get_exit_code() == 0) return root.exit(error);
  const std::vector<std::string> unknown = root.remaining(true);
  return usage_error(unknown.empty() ? error.what() : unknown_word(unknown.front(), *chosen_of(&root)), root);
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
