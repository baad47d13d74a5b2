// What a mail says, before it is laid out as plain text and as HTML.
#pragma once

#include <string>
#include <vector>

#include "notifiers/links.h"
#include "notifiers/notification.h"
#include "notifiers/wording.h"

namespace tocsin {

struct MailSection {
  std::string title;
  std::vector<std::string> lines;
};

/// All texts are clean UTF-8 and bounded, without any markup.
struct MailContent {
  std::string headline{};  // also what a phone shows as preview
  std::string summary{};
  std::string description{};  // may have several lines
  std::string color{};        // "#RRGGBB"
  std::vector<Fact> facts{};
  std::vector<MailSection> sections{};
  std::vector<Link> links{};
  std::string footer{};
};

/// Of one incident, or of a digest: every incident by severity.
MailContent mail_content(const Notification& notification);

std::string mail_plain(const MailContent& content);
/// One table of inline styles, at most 600 pixels wide; without text or background colours of its own but for the
/// coloured head, so that a dark reader stays dark.
std::string mail_html(const MailContent& content);

}  // namespace tocsin
