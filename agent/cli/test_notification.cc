#include "agent/cli/test_notification.h"

#include <fmt/format.h>

#include <string_view>
#include <utility>

#include "agent/cli/http_client.h"
#include "notifiers/make_notifier.h"
#include "notifiers/redactor.h"

namespace tocsin {
namespace {

/// More steps than any notifier has (an email takes one per recipient), so that a faulty one cannot loop for ever.
constexpr int kStepsMax = 100;

Notification test_notification(const std::string& external_url, Timestamp now) {
  Notification notification;
  notification.kind = NotificationKind::test;
  notification.at = notification.now = now;
  notification.external_url = external_url;
  // Each test has its own key, so that a receiver that remembers keys does not swallow the second one.
  notification.delivery = to_unix_ms(now);
  IncidentSnapshot& incident = notification.incident;
  incident.id = "INC-0";
  incident.rule = "TocsinTest";
  incident.state = "open";
  incident.severity = "SEV4";
  incident.labels = Labels{{"test", "true"}};
  incident.annotations = {{"summary", "Test notification of tocsin: nothing is wrong."}};
  incident.value = 1;
  incident.dedup_key = fmt::format("tocsin-test-{}", to_unix_ms(now));
  incident.opened_at = now;
  incident.series = {{incident.labels, 1, now}};
  incident.series_count = 1;
  incident.url = external_url;
  return notification;
}

/// The notifier's own judgement comes first; the bare answer follows where it adds something.
std::string answer_text(const Verdict& verdict, const Response& response, const Redactor& redactor) {
  if (response.fault != TransportFault::none)
    return verdict.reason.empty() ? redactor.clean(response.fault_text) : verdict.reason;
  if (verdict.outcome != Verdict::Outcome::accepted) return verdict.reason;
  if (response.status == 0) return "printed";
  return fmt::format("{} {}", response.status, redactor.clean(response.body));
}

}  // namespace

TestOutcome send_test(Transport& transport, const NotifierSettings& settings, const std::string& external_url,
                      Timestamp now) {
  const std::unique_ptr<const Notifier> notifier = make_notifier(settings);
  Notification notification = test_notification(external_url, now);
  for (int step = 0; step < kStepsMax; ++step) {
    const Response response = exchange(transport, notifier->build(notification));
    const Verdict verdict = notifier->judge(notification, response);
    for (const auto& [name, value] : verdict.remember) notification.remembered[name] = value;
    if (verdict.outcome == Verdict::Outcome::more) continue;
    return {settings.name, verdict.outcome == Verdict::Outcome::accepted,
            answer_text(verdict, response, Redactor(settings))};
  }
  return {settings.name, false, fmt::format("no end after {} steps", kStepsMax)};
}

}  // namespace tocsin
