#include "agent/route/router.h"

#include <algorithm>

namespace tocsin {

Labels routed_labels(const Incident& incident) {
  Labels labels = incident.labels;
  labels.set("rule", incident.rule);
  labels.set("alertname", incident.rule);
  labels.set("severity", severity_text(incident.severity));
  return labels;
}

std::vector<Recipient> route(const std::vector<Route>& routes, const std::vector<std::string>& rule_notify,
                             const Labels& labels) {
  std::vector<Recipient> recipients;
  const auto add = [&recipients](const std::string& notifier, std::optional<Duration> repeat_interval) {
    const auto known = std::ranges::find(recipients, notifier, &Recipient::notifier);
    if (known == recipients.end()) {
      recipients.push_back({notifier, repeat_interval});
    } else if (repeat_interval) {
      known->repeat_interval = std::min(known->repeat_interval.value_or(*repeat_interval), *repeat_interval);
    }
  };
  for (const std::string& notifier : rule_notify) add(notifier, std::nullopt);
  if (!rule_notify.empty()) return recipients;
  for (const Route& one : routes) {
    if (!all_match(one.matchers, labels)) continue;
    for (const std::string& notifier : one.notify) add(notifier, one.repeat_interval);
    if (!one.continues) break;
  }
  return recipients;
}

}  // namespace tocsin
