// Webhook: Alertmanager's webhook body, version 4, one alert per incident
// (prometheus.io/docs/alerting/latest/configuration, "webhook_config").
#pragma once

#include "notifiers/notifier.h"
#include "notifiers/redactor.h"
#include "notifiers/settings.h"

namespace tocsin {

/// Wants all but acknowledge and deescalate, which Alertmanager does not know. News of the past is told as resolved.
class WebhookNotifier final : public Notifier {
 public:
  /// `name` is the notifier's own, sent as `receiver`.
  WebhookNotifier(std::string name, WebhookSettings settings);
  bool wants(NotificationKind kind) const override;
  std::size_t in_flight_max() const override { return limits::kInFlightPerWebhookMax; }
  Outgoing build(const Notification& notification) const override;
  Verdict judge(const Notification& notification, const Response& response) const override;

 private:
  std::string name_;
  WebhookSettings settings_;
  Redactor redactor_;
};

}  // namespace tocsin
