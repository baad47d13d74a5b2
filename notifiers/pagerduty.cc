#include "notifiers/pagerduty.h"

#include "notifiers/http_verdict.h"
#include "notifiers/pagerduty_event.h"
#include "notifiers/url.h"

namespace tocsin {
namespace {

using Kind = NotificationKind;

/// A test must not meet the alert of an earlier one.
std::string test_key(const Notification& notification) {
  return "tocsin-test-" + std::to_string(to_unix_ms(notification.at));
}

bool test_is_triggered(const Notification& notification) {
  return notification.recall("pd_test") == test_key(notification);
}

bool is_trigger(const Notification& notification) {
  switch (notification.kind) {
    case Kind::acknowledge:
    case Kind::resolve:
      return false;
    case Kind::test:
      return !test_is_triggered(notification);
    default:
      return true;
  }
}

std::string key_of(const Notification& notification) {
  if (notification.kind == Kind::test) {
    return test_key(notification);
  }
  // The key that was triggered, so that an incident's alert stays the same one whatever becomes of its dedup key.
  const std::string triggered = notification.recall("pd_key");
  return triggered.empty() ? pagerduty_key(notification.incident) : triggered;
}

}  // namespace

PagerDutyNotifier::PagerDutyNotifier(PagerDutySettings settings)
    : settings_(std::move(settings)), redactor_(settings_.http, {settings_.routing_key}) {}

bool PagerDutyNotifier::wants(NotificationKind kind) const {
  return kind == Kind::open || kind == Kind::escalate || kind == Kind::acknowledge || kind == Kind::resolve ||
         kind == Kind::test;
}

Outgoing PagerDutyNotifier::build(const Notification& notification) const {
  HttpRequest request;
  request.settings = settings_.http;
  request.settings.url = Secret(join_url(settings_.http.url.reveal(), "/v2/enqueue"));
  const std::string& routing_key = settings_.routing_key.reveal();
  const std::string key = key_of(notification);
  const std::string_view action = notification.kind == Kind::acknowledge ? "acknowledge" : "resolve";
  request.body = is_trigger(notification) ? pagerduty_trigger(notification, routing_key, key)
                                          : pagerduty_follow_up(action, routing_key, key);
  return request;
}

Verdict PagerDutyNotifier::judge(const Notification& notification, const Response& response) const {
  Verdict verdict = http_verdict(response, redactor_);
  if (verdict.outcome != Verdict::Outcome::accepted || !is_trigger(notification)) {
    return verdict;
  }
  if (notification.kind == Kind::test) {
    verdict.outcome = Verdict::Outcome::more;
    verdict.remember["pd_test"] = key_of(notification);
  } else {
    verdict.remember["pd_key"] = key_of(notification);
  }
  return verdict;
}

}  // namespace tocsin
