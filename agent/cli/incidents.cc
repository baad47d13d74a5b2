#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "agent/cli/api_client.h"
#include "agent/cli/command.h"
#include "agent/cli/incident_view.h"
#include "agent/cli/terminal.h"
#include "agent/poll/query.h"

namespace tocsin {
namespace {

struct IncidentsOptions {
  ApiAddress api;
  std::string output = "table";
  std::string by;
  std::string text;
  std::vector<std::string> ids;
  std::string state = "active";
  std::string severity;
  std::string rule;
  std::string since;
  std::size_t limit = 100;

  bool json() const { return output == "json"; }
};

/// What the API takes as `limit` of one page.
constexpr std::size_t kPageMax = 1000;

int failed(const Error& error) {
  std::fprintf(stderr, "tocsin: %s\n", error.text.c_str());
  return exit_status::kFailed;
}

void print_json(const nlohmann::json& json) {
  std::puts(printable_json(json).c_str());
}

std::string user_name() {
  const char* user = std::getenv("USER");  // NOLINT(concurrency-mt-unsafe): commands are single-threaded.
  if (user != nullptr && *user != '\0') return user;
  const passwd* entry = getpwuid(geteuid());  // NOLINT(concurrency-mt-unsafe): commands are single-threaded.
  return entry == nullptr ? fmt::format("uid {}", geteuid()) : entry->pw_name;
}

std::string list_path(const IncidentsOptions& options, std::size_t limit, const std::string& cursor) {
  std::string path = fmt::format("/api/v1/incidents?limit={}", limit);
  const auto add = [&path](std::string_view name, const std::string& value) {
    if (!value.empty()) path += fmt::format("&{}={}", name, url_encode(value));
  };
  add("state", options.state == "all" ? "" : options.state);
  add("severity", options.severity);
  add("rule", options.rule);
  add("since", options.since);
  add("cursor", cursor);
  return path;
}

/// Follows the pages until `limit` incidents are there.
Result<nlohmann::json> list_incidents(ApiClient& client, const IncidentsOptions& options) {
  nlohmann::json listed = {{"incidents", nlohmann::json::array()}, {"next_cursor", nullptr}};
  nlohmann::json& incidents = listed["incidents"];
  do {
    const std::size_t wanted = std::min(kPageMax, options.limit - incidents.size());
    const std::string cursor = text_of(listed["next_cursor"]);
    Result<nlohmann::json> page = client.get_data(list_path(options, wanted, cursor));
    if (!page) return page;
    for (nlohmann::json& incident : (*page)["incidents"]) incidents.push_back(std::move(incident));
    listed["next_cursor"] = (*page)["next_cursor"];
  } while (!listed["next_cursor"].is_null() && incidents.size() < options.limit);
  return listed;
}

int list(const IncidentsOptions& options) {
  ApiClient client(options.api);
  const Result<nlohmann::json> listed = list_incidents(client, options);
  if (!listed) return failed(listed.error());
  if (options.json()) {
    print_json(*listed);
  } else {
    print_incidents((*listed)["incidents"], !(*listed)["next_cursor"].is_null());
  }
  return exit_status::kDone;
}

int show(const IncidentsOptions& options) {
  ApiClient client(options.api);
  for (const std::string& id : options.ids) {
    const Result<nlohmann::json> incident = client.get_data("/api/v1/incidents/" + url_encode(id));
    if (!incident) return failed(incident.error());
    if (options.json()) {
      print_json(*incident);
    } else {
      print_incident(*incident);
    }
  }
  return exit_status::kDone;
}

/// Acts on every incident named, also after one failed, so that one resolved meanwhile does not shield the others.
int act(const IncidentsOptions& options, const std::string& action, const char* done) {
  ApiClient client(options.api);
  const nlohmann::json body = {{"by", options.by}, {"text", options.text}};
  int status = exit_status::kDone;
  for (const std::string& id : options.ids) {
    const Result<nlohmann::json> incident =
        client.post_data(fmt::format("/api/v1/incidents/{}/{}", url_encode(id), action), body);
    if (!incident) {
      status = failed({fmt::format("{}: {}", id, incident.error().text), incident.error().code});
    } else if (options.json()) {
      print_json(*incident);
    } else {
      fmt::print("{} {} by {}\n", id, done, options.by);
    }
  }
  return status;
}

/// An action's own copy: the parser fills the variables of every action from the environment, chosen or not.
using Options = std::shared_ptr<IncidentsOptions>;

CLI::App* add_action(CLI::App& parser, const Options& options, const std::string& name,
                     const std::string& description) {
  CLI::App* action = parser.add_subcommand(name, description);
  add_address(*action, options->api);
  action->add_option("--output", options->output, "table or json")
      ->check(CLI::IsMember({"table", "json"}))
      ->capture_default_str();
  return action;
}

CLI::App* add_change(CLI::App& parser, const Options& options, const std::string& name,
                     const std::string& description) {
  CLI::App* action = add_action(parser, options, name, description);
  add_token(*action, options->api);
  options->by = user_name();
  action->add_option("--by", options->by, "who does it")->capture_default_str();
  return action;
}

void add_ids(CLI::App& action, const Options& options) {
  action.add_option("ID", options->ids, "incidents, such as INC-7")->required();
}

Command list_action(CLI::App& parser) {
  auto options = std::make_shared<IncidentsOptions>();
  CLI::App* action = add_action(parser, options, "list", "list incidents, newest opening first");
  action->add_option("--state", options->state, "active, open, acknowledged, resolved or all")
      ->check(CLI::IsMember({"active", "open", "acknowledged", "resolved", "all"}))
      ->capture_default_str();
  action->add_option("--severity", options->severity, "SEV1 to SEV4");
  action->add_option("--rule", options->rule, "name of a rule");
  action->add_option("--since", options->since, "opened at or after this time, RFC 3339 or seconds since 1970");
  action->add_option("--limit", options->limit, "how many at most")
      ->check([](const std::string& limit) { return std::string(limit == "0" ? "give 1 or more" : ""); })
      ->capture_default_str();
  return {action, [options] { return list(*options); }};
}

Command show_action(CLI::App& parser) {
  auto options = std::make_shared<IncidentsOptions>();
  CLI::App* action = add_action(parser, options, "show", "show incidents with their timeline and notifications");
  add_ids(*action, options);
  return {action, [options] { return show(*options); }};
}

Command acknowledge_action(CLI::App& parser) {
  auto options = std::make_shared<IncidentsOptions>();
  CLI::App* action = add_change(parser, options, "ack", "acknowledge: somebody works on it, reminders stop");
  add_ids(*action, options);
  action->add_option("--text", options->text, "a word for the timeline");
  return {action, [options] { return act(*options, "acknowledge", "acknowledged"); }};
}

Command resolve_action(CLI::App& parser) {
  auto options = std::make_shared<IncidentsOptions>();
  CLI::App* action = add_change(parser, options, "resolve", "resolve by hand");
  add_ids(*action, options);
  action->add_option("--text", options->text, "a word for the timeline");
  return {action, [options] { return act(*options, "resolve", "resolved"); }};
}

Command note_action(CLI::App& parser) {
  auto options = std::make_shared<IncidentsOptions>();
  CLI::App* action = add_change(parser, options, "note", "add a line to the timeline");
  // As a vector, ID would take the text, too.
  const auto take_id = [options](const std::string& id) { options->ids = {id}; };
  action->add_option_function<std::string>("ID", take_id, "the incident, such as INC-7")->required();
  action->add_option("TEXT", options->text, "the line")->required();
  return {action, [options] { return act(*options, "notes", "noted"); }};
}

}  // namespace

Command incidents_command(CLI::App& root) {
  CLI::App* parser = root.add_subcommand("incidents", "list incidents of a running agent, and act on them");
  parser->require_subcommand(1);
  const std::vector<Command> actions = {list_action(*parser), show_action(*parser), acknowledge_action(*parser),
                                        resolve_action(*parser), note_action(*parser)};
  return {parser, [actions] {
            return std::ranges::find_if(actions, [](const Command& action) { return action.parser->parsed(); })->run();
          }};
}

}  // namespace tocsin
