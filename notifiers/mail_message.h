// One mail as the bytes that an SMTP server is given: headers and body with CRLF line ends (RFC 5322).
#pragma once

#include <string>
#include <vector>

#include "notifiers/mail_address.h"
#include "notifiers/notification.h"

namespace tocsin {

/// The subject of an incident's mails, without severity and state: mail programs that thread by subject need one that
/// stays. `INC-7 HighErrorRate{service="checkout"}`.
std::string mail_topic(const Notification& notification);

/// "[SEV1] " and the topic, with "Re: " where `topic` is the one of an earlier mail.
std::string mail_subject(const Notification& notification, const std::string& topic, bool is_reply);

/// The same bytes for every try of one delivery but for the Date. All recipients are named in To.
std::string mail_message(const Notification& notification, const MailAddress& from, const std::vector<MailAddress>& to,
                         const std::string& subject);

}  // namespace tocsin
