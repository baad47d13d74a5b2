// Slack's text objects, within its limits (docs.slack.dev/reference/block-kit). All limits count code points after
// escaping, which is never less than what Slack counts.
#pragma once

#include <string>
#include <string_view>

#include "notifiers/json.h"
#include "notifiers/links.h"

namespace tocsin {

/// Escapes &, < and >, so that no <!channel>, <@U...> or <http://x|y> of a label is interpreted.
std::string slack_escape(std::string_view text, std::size_t code_points_max);

/// A section of plain text, in which no markup at all is interpreted. REQUIRES: text is not empty.
Json slack_plain_section(std::string_view text);
/// A section of mrkdwn. REQUIRES: `mrkdwn` is escaped, not empty and at most 3000 code points.
Json slack_mrkdwn_section(const std::string& mrkdwn);

/// A time that Slack shows in the reader's time zone.
std::string slack_time(Timestamp at);
/// A link in mrkdwn, or only the text where it is none. REQUIRES: `text` is escaped.
std::string slack_link(const std::string& text, std::string_view url);

}  // namespace tocsin
