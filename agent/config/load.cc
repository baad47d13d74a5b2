#include "agent/config/load.h"

#include <fmt/format.h>

#include <utility>

#include "agent/base/hash.h"
#include "agent/config/fault_list.h"
#include "agent/config/read_rules.h"
#include "agent/config/read_sections.h"
#include "agent/config/route_checks.h"
#include "agent/config/url.h"

namespace tocsin {
namespace {

/// What the sections hold that is not yet Config: it takes the rule files and checks of their own to become so.
struct Sections {
  RulesSection rules;
  NotifiersSection notifiers;
  std::vector<LocatedRoute> routes;
};

Sections read_sections(const TomlFile& file, Config& config, FaultList& faults) {
  Sections sections;
  Table root(file.root(), file, faults);
  root.parsed("external_url", config.external_url, parse_base_url);
  read_external_labels(root, config.labels);
  read_prometheus(root, config.prometheus);
  read_rules_section(root, sections.rules, config.catch_up);
  read_store(root, config.store);
  read_web(root, config.web);
  sections.notifiers = read_notifiers(root);
  read_heartbeat(root, config.heartbeat);
  sections.routes = read_routes(root, sections.notifiers.names);
  return sections;
}

RuleSet read_rules(const TomlFile& file, const Sections& sections, FaultList& faults) {
  RuleSet rules;
  rules.hash = fnv1a(file.text());
  ParsedTemplates templates;
  const RuleFileContext context{sections.rules, sections.notifiers.names, faults, templates};
  for (const Located<std::string>& each : rule_files(file.name(), sections.rules.files, faults)) {
    read_rule_file(each, context, rules);
  }
  return rules;
}

/// A route that could take tocsin's own incidents: the one that says that tocsin cannot see must reach somebody.
bool may_take_own_incidents(const std::vector<LocatedRoute>& routes) {
  Rule blind;
  blind.name = kOwnIncidents.front();
  blind.grades = {Grade{.severity = Severity::sev2, .threshold = std::nullopt}};
  return is_routed(routes, blind);
}

void warn_of_silence(const TomlFile& file, const Sections& sections, const RuleSet& rules, FaultList& faults) {
  const Place start{file.name(), 1, 1};
  if (rules.rules.empty()) faults.warn(start, "there are no rules; name their files in [rules] files");
  if (sections.notifiers.names.empty()) {
    faults.warn(start, "there are no notifiers: incidents are recorded and nobody is told");
  } else if (!may_take_own_incidents(sections.routes)) {
    faults.warn(
        start,
        "no route matches TocsinBlind, so that nobody learns when Prometheus cannot be reached; add a [[route]]");
  }
}

std::vector<std::shared_ptr<const Rule>> enabled_rules(const RuleSet& rules) {
  std::vector<std::shared_ptr<const Rule>> enabled;
  for (const LocatedRule& rule : rules.rules) {
    if (rule.enabled) enabled.push_back(rule.rule);
  }
  return enabled;
}

std::shared_ptr<const Config> finish(Config config, Sections sections, const RuleSet& rules) {
  config.notifiers = std::move(sections.notifiers.settings);
  for (LocatedRoute& route : sections.routes) config.routes.push_back(std::move(route.route));
  config.rules = enabled_rules(rules);
  config.hash = fmt::format("{:016x}", rules.hash);
  return std::make_shared<const Config>(std::move(config));
}

}  // namespace

LoadedConfig load_config(const std::string& file) {
  FaultList faults;
  LoadedConfig loaded;
  auto text = TomlFile::read(file, Place{file, 1, 1}, faults);
  const auto toml = text ? TomlFile::parse(file, *std::move(text), faults) : std::nullopt;
  if (toml) {
    Config config;
    Sections sections = read_sections(*toml, config, faults);
    RuleSet rules = read_rules(*toml, sections, faults);
    check_unreachable_routes(sections.routes, rules, faults);
    check_unrouted_rules(sections.routes, rules, !sections.notifiers.names.empty(), file, faults);
    warn_of_silence(*toml, sections, rules, faults);
    loaded.queries = std::move(rules.queries);
    if (faults.size() == 0) loaded.config = finish(std::move(config), std::move(sections), rules);
  }
  loaded.faults = faults.sorted();
  loaded.warnings = faults.warnings();
  return loaded;
}

}  // namespace tocsin
