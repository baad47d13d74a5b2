// One incident and one notifier of each kind, for the tests of notifiers.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "notifiers/make_notifier.h"

namespace tocsin::samples {

/// 2026-11-21T10:00:00Z.
inline constexpr Timestamp kOpened = from_unix_ms(1'795'255'200'000);

IncidentSnapshot incident();
/// The incident as it is when this kind is told of it, 12 minutes after it opened for all but the opening.
Notification notification(NotificationKind kind);
/// `count` incidents, worst first.
Notification digest(std::size_t count);

inline constexpr NotificationKind kAllKinds[] = {
    NotificationKind::open,    NotificationKind::escalate, NotificationKind::deescalate, NotificationKind::acknowledge,
    NotificationKind::resolve, NotificationKind::reminder, NotificationKind::past,       NotificationKind::test,
};

/// A notifier under test, with everything that must never show up in a text of its own.
struct Subject {
  std::string name;
  NotifierSettings settings;
  std::vector<std::string> secrets;

  std::unique_ptr<const Notifier> make() const { return make_notifier(settings); }
  bool is_http() const;
};
std::vector<Subject> all_subjects();
Subject subject(std::string_view name);

/// What a receiver answers that takes the request.
Response success(const Outgoing& outgoing);
Response http(int status, std::string body = {});
Response smtp(int status, std::string line = {});

const HttpRequest& http_request(const Outgoing& outgoing);
const MailRequest& mail_request(const Outgoing& outgoing);
const std::string& console_text(const Outgoing& outgoing);

/// Builds and judges until the notifier is done, each step answered by success(); returns what went out.
std::vector<Outgoing> deliver(const Notifier& notifier, Notification& notification);

}  // namespace tocsin::samples
