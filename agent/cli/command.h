// The subcommands of tocsin. Each lives in the file of its name: it declares its arguments on the parser and hands back
// what to run when it was chosen. What runs returns the exit status and writes results to stdout, reasons to stderr.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

namespace tocsin {

/// Exit statuses that all commands share; each command's help says when it uses others.
namespace exit_status {
inline constexpr int kDone = 0;
inline constexpr int kFailed = 1;
inline constexpr int kUsage = 64;  // EX_USAGE of sysexits.h
}  // namespace exit_status

struct Command {
  CLI::App* parser = nullptr;  // owned by the root parser
  std::function<int()> run;
};

Command run_command(CLI::App& root);
Command check_command(CLI::App& root);
Command once_command(CLI::App& root);
Command notify_test_command(CLI::App& root);
Command healthcheck_command(CLI::App& root);
Command incidents_command(CLI::App& root);

}  // namespace tocsin
