// Email: one message per notification, one SMTP transaction per recipient, so that each has its own outcome.
#pragma once

#include <vector>

#include "notifiers/mail_address.h"
#include "notifiers/mail_progress.h"
#include "notifiers/notifier.h"
#include "notifiers/redactor.h"
#include "notifiers/settings.h"

namespace tocsin {

/// Wants every kind. A recipient refused for good (SMTP 5xx) is named in the reason and stops none of the others; one
/// refused for now (4xx) is tried again alone. Refused as a whole only where every recipient is.
///
/// Remembers `mail_progress`, who has had the delivery, and `mail_topic`, the subject of the incident's first mail.
class EmailNotifier final : public Notifier {
 public:
  explicit EmailNotifier(EmailSettings settings);
  bool wants(NotificationKind /*kind*/) const override { return true; }
  bool can_digest() const override { return true; }
  Outgoing build(const Notification& notification) const override;
  Verdict judge(const Notification& notification, const Response& response) const override;

 private:
  MailProgress progress_of(const Notification& notification) const;
  std::string recipient_of(const MailProgress& progress) const;
  Verdict next_step(const Notification& notification, MailProgress progress) const;
  Verdict finish(const Notification& notification, const MailProgress& progress) const;

  EmailSettings settings_;
  MailAddress from_;
  std::vector<MailAddress> to_;
  std::vector<std::string> recipients_;  // envelope addresses of to_, each once
  Redactor redactor_;
};

}  // namespace tocsin
