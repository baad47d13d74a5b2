#include "tests/simulation/people.h"

#include <fmt/format.h>

#include <chrono>

#include "tests/simulation/chance.h"

namespace tocsin::sim {
namespace {

constexpr Duration kLook = 1min;

const char* type_of(Action::Kind kind) {
  if (kind == Action::Kind::acknowledge) return "acknowledged";
  return kind == Action::Kind::resolve ? "resolved" : "note";
}

/// An agent that dies owes its answers.
bool is_done(std::future<Result<void>>& answer) {
  try {
    return answer.get().has_value();
  } catch (const std::future_error&) {
    return false;
  }
}

}  // namespace

void People::come(Inbox& inbox) {
  if (watches()) act(inbox, Action::Kind::acknowledge);
  if (injector_.take(FaultKind::person_resolves)) act(inbox, Action::Kind::resolve);
  if (injector_.take(FaultKind::person_notes)) act(inbox, Action::Kind::note);
  if (!injector_.take(FaultKind::reload)) return;
  ++reloads_;
  inbox.put_reload();
}

/// Whoever acknowledges stays for a while, and looks each minute.
bool People::watches() {
  if (clock_.real() - watched_at_ < kLook || !injector_.strikes(FaultKind::person_acknowledges)) return false;
  watched_at_ = clock_.real();
  return true;
}

void People::listen() {
  std::erase_if(waiting_, [this](Waiting& one) {
    if (one.answer.wait_for(std::chrono::seconds(0)) != std::future_status::ready) return false;
    if (is_done(one.answer)) deeds_.push_back(one.deed);
    return true;
  });
}

void People::act(Inbox& inbox, Action::Kind kind) {
  const IncidentId incident = some_incident();
  const std::string by = fmt::format("person {}", ++visits_);
  if (kind == Action::Kind::resolve) resolved_by_hand_.push_back(incident);
  waiting_.push_back(
      {{incident, type_of(kind), by}, inbox.put({.kind = kind, .incident = incident, .by = by, .text = "seen"})});
}

/// One that is not over, where there is one; else the last, which is not pruned yet.
IncidentId People::some_incident() const {
  std::vector<IncidentId> active;
  for (const auto& [id, incident] : ledger_.incidents()) {
    if (!incident.resolved()) active.push_back(id);
  }
  if (active.empty()) return ledger_.incidents().empty() ? 1 : ledger_.incidents().rbegin()->first;
  return active[below(active.size(), seed_, "whom", visits_)];
}

}  // namespace tocsin::sim
