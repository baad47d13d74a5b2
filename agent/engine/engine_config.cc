// Taking over a configuration: at start and on reload.
#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <set>

#include "agent/base/log.h"
#include "agent/engine/engine.h"
#include "agent/engine/self_rules.h"
#include "agent/poll/query.h"

namespace tocsin {
namespace {

/// A rule whose grades changed keeps what it can: its mildest ones.
void fit_grades(const Rule& rule, RuleState& state) {
  state.series.change([&](RuleState::BySeries& all) {
    for (auto& [labels, series] : all) series.grades.resize(rule.grades.size());
  });
}

/// The same rule, but for what is one incident of it.
std::shared_ptr<const Rule> with_other_identity(Rule rule) {
  rule.incident_by = rule.incident_by ? std::nullopt : std::optional<std::vector<std::string>>{std::in_place};
  return std::make_shared<const Rule>(std::move(rule));
}

/// The keys that a running process cannot take over and that differ from what it was started with.
std::vector<std::string> restart_needed(const Config& config, const StartedWith& started) {
  std::vector<std::string> keys;
  const WebConfig& web = config.web;
  if (config.store.path != started.store_path) keys.emplace_back("[store] url");
  if (web.listen != started.listen) keys.emplace_back("[web] listen");
  if (web.tls_cert_file != started.tls_cert_file || web.tls_key_file != started.tls_key_file) {
    keys.emplace_back("[web] tls");
  }
  return keys;
}

}  // namespace

/// The stored states under the rules that the store knew, so that adopt() treats a restart like a reload.
Engine::RulesByName Engine::restore_rules(Stored stored, Timestamp now) {
  RulesByName rules;
  std::map<std::string, std::shared_ptr<const Rule>> configured;
  for (const auto& rule : config_->rules) configured.emplace(rule->name, rule);
  const auto known = [&](const std::string& name) -> RuleRuntime& {
    if (is_self_rule(name)) return *runtime(name);
    if (const auto found = rules.find(name); found != rules.end()) return found->second;
    const auto found = configured.find(name);
    Rule gone;
    gone.name = name;
    gone.grades.resize(1);
    return rules.emplace(name, found != configured.end() ? found->second : std::make_shared<const Rule>(gone))
        .first->second;
  };
  for (const auto& [id, incident] : book_.all()) {
    if (!incident.resolved()) known(incident.rule);
  }
  for (RuleRecord& record : stored.rules) {
    RuleRuntime& of = known(record.rule);
    of.behind = record.behind;
    of.last_applied = record.last_tick;
    of.covered = record.last_tick;
    // Quiet ticks leave no trace but the mark of being alive, up to which all of them were read.
    if (!record.behind && stored.alive_at)
      of.covered = std::max(of.covered.value_or(*stored.alive_at), *stored.alive_at);
    if (of.covered) of.covered = std::min(*of.covered, now);
  }
  for (SeriesRecord& record : stored.series) {
    known(record.rule).state.series.change([&](RuleState::BySeries& all) {
      all.emplace(std::move(record.labels), std::move(record.state));
    });
  }
  tell_other_identities(rules);
  for (const auto& [labels, state] : *too_many_incidents_.state.series) {
    book_.restore_left_out(limited_rule(labels), static_cast<std::size_t>(state.value));
  }
  for (RuleRuntime* own : {&blind_, &rule_failing_, &too_many_incidents_}) {
    // What was only pending was not seen to last while tocsin was away.
    own->state.series.change([](RuleState::BySeries& all) {
      std::erase_if(all, [](const auto& entry) { return entry.second.grades.front().phase != Phase::open; });
    });
    own->last_applied.reset();
  }
  // Each is failing until it is asked again.
  for (const auto& [labels, state] : *rule_failing_.state.series) {
    const std::string name = failing_rule(labels);
    if (configured.contains(name)) failing_alone_.insert(name);
  }
  return rules;
}

/// The store does not say what was one incident of a rule. It was something else where an incident is active that no
/// open series belongs to: nothing would ever end it.
void Engine::tell_other_identities(RulesByName& rules) const {
  std::map<std::string, std::set<Labels>> open;
  for (const auto& [name, of] : rules) {
    for (const auto& [labels, series] : *of.state.series) {
      if (open_grade(series)) open[name].insert(incident_key(of.rule(), labels));
    }
  }
  std::set<std::string> others;
  for (const auto& [id, incident] : book_.all()) {
    if (incident.resolved() || is_self_rule(incident.rule)) continue;
    if (!open[incident.rule].contains(incident.key)) others.insert(incident.rule);
  }
  for (auto& [name, of] : rules) {
    if (others.contains(name)) of.status.rule = with_other_identity(of.rule());
  }
}

void Engine::adopt(std::shared_ptr<const Config> config, RulesByName before, Timestamp now) {
  config_ = std::move(config);
  surroundings_ = {.labels = config_->labels,
                   .external_url = config_->external_url,
                   .is_untold = [this](IncidentId id) { return to_announce_.contains(id) || outbox_.concerns(id); }};
  blind_.status.rule = blind_rule(config_->prometheus);
  rule_failing_.status.rule = rule_failing_rule(config_->prometheus);
  too_many_incidents_.status.rule = too_many_incidents_rule();
  adopt_rules(std::move(before), now);
  deliverer_.configure(config_->notifiers, draft_);
  heartbeat_.configure(config_->heartbeat);
  redactor_ = Redactor(config_->prometheus.http);
  counts_.config_hash = config_->hash;
}

/// The rules that are at work, and how far they have been read.
Engine::RulesByName Engine::give_up_rules() {
  for (const Poll& poll : poller_.polls()) {
    for (const std::size_t index : poll.rules) rules_[index].covered = poll.covered;
  }
  RulesByName rules;
  for (RuleRuntime& runtime : rules_) rules.emplace(runtime.rule().name, std::move(runtime));
  rules_.clear();
  by_name_.clear();
  return rules;
}

void Engine::adopt_rules(RulesByName before, Timestamp now) {
  drop_questions();
  rules_.reserve(config_->rules.size());
  const PrometheusConfig& prometheus = config_->prometheus;
  const std::set<std::string> alone = poller_.alone();
  poller_ = Poller({.requests_max = static_cast<std::size_t>(prometheus.max_concurrent_queries),
                    .batch = static_cast<uint32_t>(prometheus.batch),
                    .timeout = prometheus.http.timeout});
  poller_.reserve(config_->rules.size());
  PollIndex polls;
  for (const auto& rule : config_->rules) {
    const auto found = before.find(rule->name);
    if (found == before.end()) {
      rules_.emplace_back(rule);
      draft_.rules.insert(rule->name);
    } else {
      rules_.push_back(keep(std::move(found->second), rule, now));
      before.erase(found);
    }
    place_in_poll(rules_.size() - 1, alone, polls, now);
  }
  by_name_.resize(rules_.size());
  std::iota(by_name_.begin(), by_name_.end(), std::size_t{0});
  std::ranges::sort(by_name_, {}, [this](std::size_t index) -> const std::string& { return name_of(index); });
  for (const auto& [name, gone] : before) remove_rule(gone, "rule removed", now);
  if (rules_.empty()) nothing_is_asked();
}

/// No answer will come that says so: nobody is blind who does not look, and no rule is left that could fail.
void Engine::nothing_is_asked() {
  polls_ended_ = true;
  polls_answered_ = true;
  unanswered_since_.reset();
}

/// The rule's state under its new text. Who is one incident may have changed; then the old ones cannot be continued.
RuleRuntime Engine::keep(RuleRuntime old, const std::shared_ptr<const Rule>& rule, Timestamp now) {
  if (old.rule().incident_by != rule->incident_by) {
    remove_rule(old, "rule changed", now);
    RuleRuntime fresh(rule);
    fresh.covered = old.covered;
    draft_.rules.insert(rule->name);
    return fresh;
  }
  old.status.rule = rule;
  fit_grades(*rule, old.state);
  return old;
}

void Engine::remove_rule(const RuleRuntime& gone, const std::string& reason, Timestamp now) {
  const std::string& name = gone.rule().name;
  failing_alone_.erase(name);
  record(book_.resolve_all(name, reason, now, draft_), now);
  draft_.series.erase(name);
  draft_.rules.erase(name);
  draft_.forgotten_rules.insert(name);
}

/// What can only be asked alone stays so until its text changes.
void Engine::place_in_poll(std::size_t index, const std::set<std::string>& alone, PollIndex& polls, Timestamp now) {
  RuleRuntime& runtime = rules_[index];
  const Rule& rule = runtime.rule();
  const auto [poll, is_new] = polls.try_emplace({rule.query, rule.interval, rule.allow_partial});
  if (is_new) {
    poll->second = poller_.add(rule.query, rule.interval, rule.allow_partial, runtime.covered, now);
    if (alone.contains(rule.query)) poller_.ask_alone(poll->second);
  }
  Poll& shared = poller_.poll(poll->second);
  if (!runtime.covered) {
    // A new rule begins with the present: it does not read the past that its neighbours may have to read again.
    runtime.last_applied = shared.grid.at_or_before(now) - rule.interval;
  } else {
    shared.covered = std::min(shared.covered, shared.grid.at_or_before(*runtime.covered));
  }
  shared.asked = shared.asked || runtime.status.last_evaluation.has_value();
  shared.rules.push_back(index);
  runtime.poll = static_cast<uint32_t>(poll->second);
}

std::vector<std::string> Engine::reload() {
  ReloadedConfig read = world_.read_config();
  counts_.last_reload_successful = read.has_value();
  if (!read) {
    log::error("the new configuration has faults, the old one stays in force",
               {{"faults", read.error().size()}, {"first", read.error().front()}});
    return read.error();
  }
  const Timestamp now = world_.clock.now();
  counts_.restart_needed = restart_needed(**read, started_with_);
  for (const std::string& key : counts_.restart_needed) log::warn(key + " takes effect after a restart", {});
  adopt(*read, give_up_rules(), now);
  counts_.last_reload_success_at = now;
  world_.reloaded(*config_);
  log::info("configuration reloaded", {{"rules", rules_.size()}, {"hash", config_->hash}});
  return {};
}

Links Engine::links(const std::string& rule) const {
  const RuleRuntime* of = runtime(rule);
  const bool asks = of && !of->rule().query.empty();
  return {config_->external_url, asks ? graph_url(config_->prometheus, of->rule().query) : ""};
}

}  // namespace tocsin
