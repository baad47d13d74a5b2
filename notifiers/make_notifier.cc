#include "notifiers/make_notifier.h"

#include "notifiers/console.h"
#include "notifiers/email.h"
#include "notifiers/pagerduty.h"
#include "notifiers/slack_bot.h"
#include "notifiers/slack_webhook.h"
#include "notifiers/webhook.h"

namespace tocsin {
namespace {

using Made = std::unique_ptr<const Notifier>;

Made make(const NotifierSettings& /*all*/, const SlackSettings& slack) {
  if (slack.bot_token.empty()) {
    return std::make_unique<SlackWebhookNotifier>(slack);
  }
  return std::make_unique<SlackBotNotifier>(slack);
}

Made make(const NotifierSettings& /*all*/, const PagerDutySettings& pagerduty) {
  return std::make_unique<PagerDutyNotifier>(pagerduty);
}

Made make(const NotifierSettings& /*all*/, const EmailSettings& email) {
  return std::make_unique<EmailNotifier>(email);
}

Made make(const NotifierSettings& all, const WebhookSettings& webhook) {
  return std::make_unique<WebhookNotifier>(all.name, webhook);
}

Made make(const NotifierSettings& /*all*/, const ConsoleSettings& console) {
  return std::make_unique<ConsoleNotifier>(console);
}

}  // namespace

std::unique_ptr<const Notifier> make_notifier(const NotifierSettings& settings) {
  return std::visit([&](const auto& type) { return make(settings, type); }, settings.type);
}

}  // namespace tocsin
