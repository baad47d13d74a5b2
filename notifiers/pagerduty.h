// PagerDuty: Events API v2 (developer.pagerduty.com/docs/events-api-v2-overview).
#pragma once

#include "notifiers/notifier.h"
#include "notifiers/redactor.h"
#include "notifiers/settings.h"

namespace tocsin {

/// trigger on open and escalate, acknowledge, resolve. Never news of the past: nobody is to be woken for what is over.
/// A test is a trigger of severity info, resolved in a second step.
///
/// Remembers `pd_key`, the dedup_key that was triggered, and `pd_test`, the test that has been triggered.
class PagerDutyNotifier final : public Notifier {
 public:
  explicit PagerDutyNotifier(PagerDutySettings settings);
  bool wants(NotificationKind kind) const override;
  Outgoing build(const Notification& notification) const override;
  Verdict judge(const Notification& notification, const Response& response) const override;

 private:
  PagerDutySettings settings_;
  Redactor redactor_;
};

}  // namespace tocsin
