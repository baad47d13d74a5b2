// Slack through a bot token: one message per incident, kept up to date, and a thread that tells what happened.
#pragma once

#include "notifiers/json.h"
#include "notifiers/notifier.h"
#include "notifiers/redactor.h"
#include "notifiers/settings.h"

namespace tocsin {

/// Wants every kind. The first notification of an incident is a chat.postMessage; each later one is a chat.update of
/// that message and then a reply in its thread.
///
/// Remembers `slack_ts` and `slack_channel`, where the message is, and `slack_updated`, the delivery whose update is
/// done, so that a crash between two steps repeats none of them.
class SlackBotNotifier final : public Notifier {
 public:
  explicit SlackBotNotifier(SlackSettings settings);
  bool wants(NotificationKind /*kind*/) const override { return true; }
  bool can_digest() const override { return true; }
  Outgoing build(const Notification& notification) const override;
  Verdict judge(const Notification& notification, const Response& response) const override;

 private:
  HttpRequest call(std::string_view method, const Json& body) const;
  Verdict judge_post(const Notification& notification, const Json& reply, Verdict verdict) const;

  SlackSettings settings_;
  Redactor redactor_;
};

}  // namespace tocsin
