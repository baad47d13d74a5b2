// Slack through an incoming webhook: one message per notification. Webhooks tell no `ts`, so nothing can be updated.
#pragma once

#include "notifiers/notifier.h"
#include "notifiers/redactor.h"
#include "notifiers/settings.h"

namespace tocsin {

/// Wants all but deescalate. An acknowledgment is a short line.
class SlackWebhookNotifier final : public Notifier {
 public:
  explicit SlackWebhookNotifier(SlackSettings settings);
  bool wants(NotificationKind kind) const override;
  bool can_digest() const override { return true; }
  Outgoing build(const Notification& notification) const override;
  Verdict judge(const Notification& notification, const Response& response) const override;

 private:
  SlackSettings settings_;
  Redactor redactor_;
};

}  // namespace tocsin
