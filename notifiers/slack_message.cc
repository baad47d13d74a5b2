#include "notifiers/slack_message.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "notifiers/links.h"
#include "notifiers/slack_digest.h"
#include "notifiers/slack_text.h"
#include "notifiers/text.h"
#include "notifiers/wording.h"

namespace tocsin {
namespace {

constexpr std::size_t kSummaryMax = 300;  // in the line of text
constexpr std::size_t kTitleMax = 250;
constexpr std::size_t kStateMax = 400;
constexpr std::size_t kFieldMax = 1900;  // of the 2000 of a field, behind its name
constexpr std::size_t kFieldsMax = 10;
constexpr std::size_t kListMax = 3000;
constexpr std::size_t kFallbackMax = 500;

/// "*SEV1* <url|INC-7 HighErrorRate>: open".
std::string title_line(const IncidentSnapshot& incident, std::string_view mark, std::string_view state) {
  const std::string title = slack_link(slack_escape(incident_title(incident), kTitleMax), incident.url);
  return fmt::format("{}*{}* {}: {}", mark, slack_escape(clean_line(incident.severity), kTitleMax), title,
                     slack_escape(state, kStateMax));
}

std::string_view mark_of(const Notification& notification) {
  return notification.kind == NotificationKind::test ? "*[TEST]* " : "";
}

std::string opening_line(const Notification& notification, std::string_view state) {
  return fmt::format("{}\n{}", title_line(notification.incident, mark_of(notification), state),
                     slack_escape(summary(notification.incident, kSummaryMax), kSummaryMax));
}

/// Times are shown in the reader's time zone, everything else as plain words.
std::string field_value(const IncidentSnapshot& incident, const Fact& fact) {
  const auto& [name, value] = fact;
  if (name == "Opened") {
    return slack_time(incident.opened_at);
  }
  if (name == "Acknowledged" && incident.acknowledged_at) {
    return slack_time(*incident.acknowledged_at);
  }
  if (name == "Resolved" && incident.resolved_at) {
    return slack_time(*incident.resolved_at);
  }
  return slack_escape(value, kFieldMax);
}

Json fields_section(const Notification& notification) {
  Json fields = Json::array();
  for (const Fact& fact : facts(notification)) {
    if (fields.size() < kFieldsMax) {
      fields.push_back({{"type", "mrkdwn"},
                        {"text", fmt::format("*{}*\n{}", fact.first, field_value(notification.incident, fact))}});
    }
  }
  return {{"type", "section"}, {"fields", std::move(fields)}};
}

void add_lines(Json& blocks, const std::vector<std::string>& lines) {
  if (!lines.empty()) {
    blocks.push_back(slack_plain_section(fmt::format("{}", fmt::join(lines, "\n"))));
  }
}

Json button(const Link& link) {
  return {{"type", "button"},
          {"text", {{"type", "plain_text"}, {"text", link.text}}},
          {"url", link.url},
          {"action_id", "open " + link.text}};
}

void add_links(Json& blocks, const IncidentSnapshot& incident) {
  Json buttons = Json::array();
  std::vector<std::string> others;
  for (const Link& link : links_of(incident)) {
    if (link.clickable) {
      buttons.push_back(button(link));
    } else {
      others.push_back(fmt::format("{}: {}", link.text, link.url));
    }
  }
  add_lines(blocks, others);
  if (!buttons.empty()) {
    blocks.push_back({{"type", "actions"}, {"elements", std::move(buttons)}});
  }
}

Json incident_blocks(const Notification& notification) {
  const IncidentSnapshot& incident = notification.incident;
  Json blocks = Json::array();
  const std::string description = truncate(clean_lines(incident.annotation("description")), kListMax);
  if (!description.empty() && description != summary(incident, kListMax)) {
    blocks.push_back(slack_plain_section(description));
  }
  blocks.push_back(fields_section(notification));
  add_lines(blocks, label_lines(incident));
  add_lines(blocks, series_lines(incident));
  add_links(blocks, incident);
  return blocks;
}

Json message(std::string text, std::string_view color, std::string_view fallback, Json blocks) {
  Json attachment{{"color", color}, {"fallback", slack_escape(fallback, kFallbackMax)}, {"blocks", std::move(blocks)}};
  return {{"text", std::move(text)}, {"attachments", Json::array({std::move(attachment)})}};
}

}  // namespace

Json slack_message(const Notification& notification) {
  return message(opening_line(notification, what_happened(notification)), color_of(notification.incident),
                 headline(notification), incident_blocks(notification));
}

Json without_previews(Json message) {
  message["unfurl_links"] = false;
  message["unfurl_media"] = false;
  return message;
}

Json slack_standing_message(const Notification& notification) {
  return message(opening_line(notification, present_state(notification.incident)), color_of(notification.incident),
                 headline(notification), incident_blocks(notification));
}

std::string slack_line(const Notification& notification) {
  return title_line(notification.incident, mark_of(notification), what_happened(notification));
}

Json slack_digest(const Notification& notification) {
  const std::string title = digest_headline(notification.digest);
  return message(fmt::format("*{}*", slack_escape(title, kTitleMax)), color_of(notification.digest.front()), title,
                 slack_digest_blocks(notification.digest));
}

}  // namespace tocsin
