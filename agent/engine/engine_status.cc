// What readers see of the engine.
#include <fmt/format.h>

#include <algorithm>

#include "agent/base/limits.h"
#include "agent/engine/engine.h"

namespace tocsin {

std::shared_ptr<const ReadModel> Engine::read_model() const {
  auto model = std::make_shared<ReadModel>(counts_);
  model->at = world_.clock.now();
  model->not_ready = why_not_ready();
  model->prometheus_up = last_answer_.has_value() && !unanswered_since_;
  model->prometheus_error = prometheus_error_;
  model->store_path = started_with_.store_path;
  model->store_error = store_error_;
  model->rules.reserve(rules_.size() + 3);
  for (const RuleRuntime& runtime : rules_) model->rules.push_back(runtime.status);
  model->rules.push_back(blind_.status);
  model->rules.push_back(rule_failing_.status);
  model->rules.push_back(too_many_incidents_.status);
  model->notifiers = deliverer_.status();
  for (const auto& [id, incident] : book_.all()) {
    const auto severity = static_cast<std::size_t>(incident.severity) - 1;
    if (incident.state == IncidentState::open) ++model->open[severity];
    if (incident.state == IncidentState::acknowledged) ++model->acknowledged[severity];
  }
  return model;
}

std::string Engine::why_not_ready() const {
  if (stopping_) return "stopping";
  if (!store_error_.empty()) return "the store cannot be written: " + store_error_;
  const auto waiting = std::ranges::count_if(poller_.polls(), [](const Poll& poll) { return !poll.asked; });
  if (waiting > 0) return fmt::format("the first round of evaluations is not over: {} queries to go", waiting);
  return "";
}

/// What the dead man's switch vouches for: that tocsin sees, evaluates, stores and tells. A stumble shorter than the
/// switch's own interval is no stall.
bool Engine::healthy(Timestamp now) const {
  const std::optional<HeartbeatConfig>& heartbeat = config_->heartbeat;
  const Duration grace = heartbeat ? heartbeat->interval : Duration{0};
  const auto evaluated = [&](const RuleRuntime& of) {
    const bool ever = of.status.evaluations > of.status.failures;  // a rule that is new has only a tick to begin from
    return ever && of.last_applied && std::chrono::abs(now - *of.last_applied) < of.rule().interval + grace;
  };
  const bool sees = !unanswered_since_ || now - *unanswered_since_ < grace;
  const bool evaluates = rules_.empty() || (last_answer_ && std::ranges::any_of(rules_, evaluated));
  const auto stalled = [&](const NotifierStatus& notifier) {
    const bool waits = !notifier.last_error.empty() && now - notifier.oldest.value_or(now) >= grace;
    return waits || now - notifier.lost_at.value_or(now) >= grace;
  };
  return sees && evaluates && store_error_.empty() && std::ranges::none_of(deliverer_.status(), stalled);
}

}  // namespace tocsin
