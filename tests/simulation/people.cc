#include "tests/simulation/people.h"

#include <fmt/format.h>

#include <future>

#include "tests/simulation/chance.h"

namespace tocsin::sim {
namespace {

const char* type_of(Action::Kind kind) {
  if (kind == Action::Kind::acknowledge) return "acknowledged";
  return kind == Action::Kind::resolve ? "resolved" : "note";
}

/// An agent that dies owes its answers.
template <class Ask>
bool is_done(const Ask& ask) {
  try {
    return ask().has_value();
  } catch (const std::future_error&) {
    return false;
  }
}

}  // namespace

void People::come(Inbox& inbox, std::vector<std::jthread>& waiting) {
  waiting.clear();
  if (injector_.take(FaultKind::person_acknowledges)) act(inbox, Action::Kind::acknowledge, waiting);
  if (injector_.take(FaultKind::person_resolves)) act(inbox, Action::Kind::resolve, waiting);
  if (injector_.take(FaultKind::person_notes)) act(inbox, Action::Kind::note, waiting);
  if (!injector_.take(FaultKind::reload)) return;
  ++reloads_;
  waiting.emplace_back([&inbox] { is_done([&inbox] { return inbox.reload(); }); });
  transport_.wait_for_wake();
}

void People::act(Inbox& inbox, Action::Kind kind, std::vector<std::jthread>& waiting) {
  const IncidentId incident = some_incident();
  const std::string by = fmt::format("person {}", ++visits_);
  if (kind == Action::Kind::resolve) resolved_by_hand_.push_back(incident);
  waiting.emplace_back([this, &inbox, kind, incident, by] {
    const Action action{.kind = kind, .incident = incident, .by = by, .text = "seen"};
    if (is_done([&] { return inbox.act(action); })) deeds_.push_back({incident, type_of(kind), by});
  });
  transport_.wait_for_wake();
}

/// One that is not over, where there is one.
IncidentId People::some_incident() const {
  std::vector<IncidentId> active;
  for (const auto& [id, incident] : ledger_.incidents()) {
    if (!incident.resolved()) active.push_back(id);
  }
  return active.empty() ? 1 : active[below(active.size(), seed_, "whom", visits_)];
}

}  // namespace tocsin::sim
