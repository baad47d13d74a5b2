// Any bytes as a receiver's reply: each notifier makes something of it, and no reason repeats a secret.
#include <array>
#include <cstdint>
#include <string>

#include "agent/base/assert.h"
#include "notifiers/make_notifier.h"

namespace {

using namespace tocsin;  // NOLINT(google-build-using-namespace): a program of one file

constexpr const char* kSecret = "s3cr3t-t0k3n";

/// Those that notifiers tell apart, and some that stand for the others.
constexpr std::array kStatuses = {200, 202, 400, 404, 401, 403, 408, 410, 413, 425, 429, 302, 500, 503, 504, 599};

/// The first byte: a status, and for how long to be quiet, from none to for ever.
Response answer(uint8_t byte) {
  Response response;
  response.sent = true;
  response.status = kStatuses[byte % kStatuses.size()];
  if (const std::size_t quiet = byte / kStatuses.size(); quiet > 0)
    response.retry_after = Duration{int64_t{1} << quiet * 4};
  response.content_type = "application/json";
  return response;
}

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
  Response response = answer(data[0]);
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
