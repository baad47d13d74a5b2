#include "notifiers/slack_webhook.h"

#include "notifiers/slack_message.h"
#include "notifiers/slack_verdict.h"

namespace tocsin {
namespace {

Json body_of(const Notification& notification) {
  if (!notification.digest.empty()) {
    return slack_digest(notification);
  }
  if (notification.kind == NotificationKind::acknowledge) {
    return {{"text", slack_line(notification)}};
  }
  return slack_message(notification);
}

}  // namespace

SlackWebhookNotifier::SlackWebhookNotifier(SlackSettings settings)
    : settings_(std::move(settings)), redactor_(settings_.http) {}

bool SlackWebhookNotifier::wants(NotificationKind kind) const {
  return kind != NotificationKind::deescalate;
}

Outgoing SlackWebhookNotifier::build(const Notification& notification) const {
  return HttpRequest{.settings = settings_.http, .body = json_text(without_previews(body_of(notification)))};
}

Verdict SlackWebhookNotifier::judge(const Notification& /*notification*/, const Response& response) const {
  return slack_webhook_verdict(response, redactor_);
}

}  // namespace tocsin
