// What Slack is sent: Block Kit in one attachment, whose bar carries the colour, under a line of text which is also
// what push notifications show.
#pragma once

#include "notifiers/json.h"
#include "notifiers/notification.h"

namespace tocsin {

/// What happened, in full.
Json slack_message(const Notification& notification);

/// As it is posted: an address in it, which a label may have brought, shows no preview of what is behind it.
Json without_previews(Json message);

/// The incident as it is now, whatever happened last: the message that chat.update keeps up to date.
Json slack_standing_message(const Notification& notification);

/// What happened in one line of mrkdwn: replies in a thread, acknowledgments.
std::string slack_line(const Notification& notification);

/// One message that names every incident of a digest by severity, as far as Slack's limits allow.
Json slack_digest(const Notification& notification);

}  // namespace tocsin
