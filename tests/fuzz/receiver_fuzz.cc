// Any bytes as a receiver's reply: each notifier makes something of it, and no reason repeats a secret.
#include <cstdint>
#include <string>

#include "agent/base/assert.h"
#include "notifiers/make_notifier.h"

namespace {

using namespace tocsin;  // NOLINT(google-build-using-namespace): a program of one file

constexpr const char* kSecret = "s3cr3t-t0k3n";

void judge(const decltype(NotifierSettings::type)& type, const Response& response) {
  NotifierSettings settings;
  settings.type = type;
  const auto notifier = make_notifier(settings);
  Notification notification;
  notification.incident.id = "INC-1";
  notification.incident.state = "open";
  (void)notifier->build(notification);
  const Verdict verdict = notifier->judge(notification, response);
  TOCSIN_ASSERT(verdict.reason.find(kSecret) == std::string::npos);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  Response response;
  response.sent = true;
  response.status = 200 + data[0] % 100 * 4;
  response.content_type = "application/json";
  response.body.assign(reinterpret_cast<const char*>(data) + 1, size - 1);
  SlackSettings bot;
  bot.http.url = Secret("https://slack.com");
  bot.bot_token = Secret(kSecret);
  bot.channel = "#incidents";
  judge(bot, response);
  SlackSettings webhook;
  webhook.http.url = Secret(std::string("https://hooks.slack.com/") + kSecret);
  judge(webhook, response);
  PagerDutySettings pager;
  pager.http.url = Secret("https://events.pagerduty.com");
  pager.routing_key = Secret(kSecret);
  judge(pager, response);
  WebhookSettings hook;
  hook.http.url = Secret(std::string("https://hook.example.org/") + kSecret);
  judge(hook, response);
  return 0;
}
