// RuleRuntime: one rule at work: its series, how far it has been evaluated, and how its last evaluations went.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "agent/engine/read_model.h"
#include "agent/evaluate/evaluator.h"
#include "agent/poll/answer.h"

namespace tocsin {

/// Engine thread only.
struct RuleRuntime {
  RuleStatus status;
  RuleState state;
  std::optional<Timestamp> last_applied;   // the last tick that was applied
  std::optional<Timestamp> covered;        // ticks up to here need not be read any more; nullopt: it is new
  std::optional<Timestamp> failing_since;  // first failure since its last good answer
  std::optional<uint32_t> poll;            // that asks for it; tocsin's own rules have none
  bool behind = false;                     // Prometheus did not answer its last query: ticks will be read again

  explicit RuleRuntime(std::shared_ptr<const Rule> rule) { status.rule = std::move(rule); }
  const Rule& rule() const { return *status.rule; }
};

}  // namespace tocsin
