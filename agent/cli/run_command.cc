#include <memory>
#include <string>

#include "agent/cli/command.h"
#include "agent/cli/run.h"

namespace tocsin {

Command run_command(CLI::App& root) {
  auto config_file = std::make_shared<std::string>();
  CLI::App* parser = root.add_subcommand("run", "run the agent in the foreground");
  parser->add_option("--config", *config_file, "tocsin.toml")->required()->type_name("FILE");
  parser->footer(
      "SIGHUP or POST /-/reload reloads the configuration, SIGTERM or SIGINT stops.\nExit status: 0 on a "
      "clean stop, 1 when it could not start.");
  return {parser, [config_file] { return run_agent(*config_file); }};
}

}  // namespace tocsin
