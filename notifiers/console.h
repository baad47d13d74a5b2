// Console: one line per notification on stdout.
#pragma once

#include "notifiers/notifier.h"
#include "notifiers/settings.h"

namespace tocsin {

/// `2026-11-21T10:00:00Z OPEN     SEV1 INC-7 HighErrorRate{service="checkout"} 0.0731 > 0.05: summary`.
/// Wants every kind. Nothing in it can move a terminal's cursor: control characters become blanks.
class ConsoleNotifier final : public Notifier {
 public:
  explicit ConsoleNotifier(ConsoleSettings settings) : settings_(settings) {}
  bool wants(NotificationKind /*kind*/) const override { return true; }
  Outgoing build(const Notification& notification) const override;
  Verdict judge(const Notification& notification, const Response& response) const override;

 private:
  ConsoleSettings settings_;
};

}  // namespace tocsin
