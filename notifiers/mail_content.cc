#include "notifiers/mail_content.h"

#include <fmt/format.h>

#include "notifiers/text.h"

namespace tocsin {
namespace {

constexpr std::size_t kSummaryMax = 1000;
constexpr std::size_t kDescriptionMax = 10'000;
constexpr std::size_t kDigestLinesMax = 5000;

std::string footer_of(const Notification& notification) {
  const std::string url = short_line(notification.external_url, kSummaryMax);
  return url.empty() ? "Sent by tocsin." : fmt::format("Sent by tocsin at {}.", url);
}

MailContent digest_content(const Notification& notification) {
  MailContent content{.headline = digest_headline(notification.digest),
                      .color = std::string(color_of(notification.digest.front())),
                      .footer = footer_of(notification)};
  content.summary = "More notifications waited than are sent one by one; this mail stands for all of them.";
  std::size_t room = kDigestLinesMax;
  for (DigestGroup& group : digest_groups(notification.digest)) {
    MailSection section{.title = fmt::format("{} ({})", clean_line(group.severity), group.lines.size()),
                        .lines = std::move(group.lines)};
    if (section.lines.size() > room) {
      const std::size_t left_out = section.lines.size() - room;
      section.lines.resize(room);
      section.lines.push_back(fmt::format("... and {} more", left_out));
    }
    room -= std::min(room, section.lines.size());
    content.sections.push_back(std::move(section));
  }
  return content;
}

}  // namespace

MailContent mail_content(const Notification& notification) {
  if (!notification.digest.empty()) {
    return digest_content(notification);
  }
  const IncidentSnapshot& incident = notification.incident;
  MailContent content{.headline = headline(notification),
                      .summary = summary(incident, kSummaryMax),
                      .description = truncate(clean_lines(incident.annotation("description")), kDescriptionMax),
                      .color = std::string(color_of(incident)),
                      .facts = facts(notification),
                      .links = links_of(incident),
                      .footer = footer_of(notification)};
  if (content.description == content.summary) {
    content.description.clear();
  }
  if (std::vector<std::string> lines = label_lines(incident); !lines.empty()) {
    content.sections.push_back({.title = "Labels", .lines = std::move(lines)});
  }
  if (std::vector<std::string> lines = series_lines(incident); !lines.empty()) {
    content.sections.push_back({.title = "Series, worst first", .lines = std::move(lines)});
  }
  return content;
}

std::string mail_plain(const MailContent& content) {
  std::string text = fmt::format("{}\n\n{}\n", content.headline, content.summary);
  if (!content.description.empty()) {
    text += fmt::format("\n{}\n", content.description);
  }
  text += content.facts.empty() ? "" : "\n";
  for (const auto& [name, value] : content.facts) {
    text += fmt::format("{}: {}\n", name, value);
  }
  for (const MailSection& section : content.sections) {
    text += fmt::format("\n{}\n", section.title);
    for (const std::string& line : section.lines) {
      text += fmt::format("  {}\n", line);
    }
  }
  text += content.links.empty() ? "" : "\n";
  for (const Link& link : content.links) {
    text += fmt::format("{}: {}\n", link.text, link.url);
  }
  return text + fmt::format("\n-- \n{}\n", content.footer);
}

}  // namespace tocsin
