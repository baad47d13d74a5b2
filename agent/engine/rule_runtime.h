// RuleRuntime: one rule at work: its series, how far it has been evaluated, and how its last evaluations went.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "agent/engine/read_model.h"
#include "agent/evaluate/evaluator.h"
#include "agent/poll/answer.h"

namespace tocsin {

/// Engine thread only.
struct RuleRuntime {
  std::shared_ptr<const Rule> rule;
  RuleState state;
  std::optional<std::size_t> poll;        // that asks for it; tocsin's own rules have none
  std::optional<Timestamp> last_applied;  // the last tick that was applied
  std::optional<Timestamp> covered;       // ticks up to here need not be read any more; nullopt: it is new
  bool behind = false;                    // Prometheus did not answer its last query: ticks will be read again
  RuleStatus status;
  std::optional<Timestamp> failing_since;  // first failure since its last good answer

  explicit RuleRuntime(std::shared_ptr<const Rule> its_rule) : rule(std::move(its_rule)) { status.rule = rule; }
};

}  // namespace tocsin
