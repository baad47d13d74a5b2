#include "notifiers/slack_bot.h"

#include <fmt/format.h>

#include "notifiers/slack_message.h"
#include "notifiers/slack_verdict.h"
#include "notifiers/url.h"

namespace tocsin {
namespace {

using Outcome = Verdict::Outcome;

enum class Step {
  digest,  // chat.postMessage that belongs to no one incident, as does a test
  post,    // chat.postMessage of the incident's message
  update,  // chat.update of it
  reply,   // chat.postMessage in its thread
};

Step step_of(const Notification& notification) {
  if (!notification.digest.empty() || notification.kind == NotificationKind::test) {
    return Step::digest;
  }
  if (notification.recall("slack_ts").empty()) {
    return Step::post;
  }
  const bool updated = notification.recall("slack_updated") == std::to_string(notification.delivery);
  return updated ? Step::reply : Step::update;
}

/// An update rings nobody's bell and a reply only the thread's: what asks for people is shown in the channel too.
bool asks_for_people(NotificationKind kind) {
  return kind == NotificationKind::open || kind == NotificationKind::escalate || kind == NotificationKind::reminder;
}

Json update_body(const Notification& notification) {
  Json body = slack_standing_message(notification);
  body["channel"] = notification.recall("slack_channel");
  body["ts"] = notification.recall("slack_ts");
  return body;
}

Json reply_body(const Notification& notification) {
  Json body{{"channel", notification.recall("slack_channel")},
            {"thread_ts", notification.recall("slack_ts")},
            {"text", slack_line(notification)}};
  if (asks_for_people(notification.kind)) {
    body["reply_broadcast"] = true;
  }
  return body;
}

bool message_is_gone(const Json& reply) {
  const std::string error = string_member(reply, "error");
  return error == "message_not_found" || error == "thread_not_found";
}

/// The message is still there but can no longer be changed; its thread goes on.
bool update_is_closed(const Json& reply) {
  const std::string error = string_member(reply, "error");
  return error == "cant_update_message" || error == "edit_window_closed";
}

}  // namespace

SlackBotNotifier::SlackBotNotifier(SlackSettings settings)
    : settings_(std::move(settings)), redactor_(settings_.http, {settings_.bot_token}) {}

HttpRequest SlackBotNotifier::call(std::string_view method, const Json& body) const {
  HttpRequest request;
  request.settings = settings_.http;
  request.content_type = "application/json; charset=utf-8";
  request.settings.url = Secret(join_url(settings_.http.url.reveal(), fmt::format("/api/{}", method)));
  request.settings.bearer_token = settings_.bot_token;
  request.body = json_text(body);
  return request;
}

Outgoing SlackBotNotifier::build(const Notification& notification) const {
  const Step step = step_of(notification);
  if (step == Step::update) {
    return call("chat.update", update_body(notification));
  }
  if (step == Step::reply) {
    return call("chat.postMessage", without_previews(reply_body(notification)));
  }
  Json body = notification.digest.empty() ? slack_message(notification) : slack_digest(notification);
  body["channel"] = settings_.channel;
  return call("chat.postMessage", without_previews(std::move(body)));
}

Verdict SlackBotNotifier::judge_post(const Notification& notification, const Json& reply, Verdict verdict) const {
  verdict.remember["slack_ts"] = string_member(reply, "ts");
  const std::string channel = string_member(reply, "channel");
  verdict.remember["slack_channel"] = channel.empty() ? settings_.channel : channel;
  verdict.remember["slack_updated"] = std::to_string(notification.delivery);
  return verdict;
}

Verdict SlackBotNotifier::judge(const Notification& notification, const Response& response) const {
  const Step step = step_of(notification);
  const Json reply = parse_json(response.body);
  Verdict verdict = slack_api_verdict(response, reply, redactor_);
  const bool known_message = step == Step::update || step == Step::reply;
  if (verdict.outcome == Outcome::refused && known_message && message_is_gone(reply)) {
    return {.outcome = Outcome::more, .reason = verdict.reason, .remember = {{"slack_ts", ""}}};
  }
  if (step == Step::update && (verdict.outcome == Outcome::accepted || update_is_closed(reply))) {
    verdict.outcome = Outcome::more;
    verdict.remember["slack_updated"] = std::to_string(notification.delivery);
  }
  if (step == Step::post && verdict.outcome == Outcome::accepted) {
    return judge_post(notification, reply, std::move(verdict));
  }
  return verdict;
}

}  // namespace tocsin
