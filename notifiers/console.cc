#include "notifiers/console.h"

#include <fmt/format.h>

#include "notifiers/redactor.h"
#include "notifiers/text.h"
#include "notifiers/wording.h"

namespace tocsin {
namespace {

constexpr std::size_t kLabelsMax = 500;
constexpr std::size_t kSummaryMax = 500;

std::string_view kind_word(NotificationKind kind) {
  switch (kind) {
    case NotificationKind::open:
      return "OPEN";
    case NotificationKind::escalate:
      return "RAISED";
    case NotificationKind::deescalate:
      return "LOWERED";
    case NotificationKind::acknowledge:
      return "ACKED";
    case NotificationKind::resolve:
      return "RESOLVED";
    case NotificationKind::reminder:
      return "REMINDER";
    case NotificationKind::past:
      return "PAST";
    case NotificationKind::test:
      return "TEST";
  }
  return "";
}

/// An ANSI colour: red and yellow for what needs somebody, green for what is over, blue for the rest.
std::string_view ansi_color(const Notification& notification) {
  if (notification.incident.state == "resolved") {
    return "\x1b[32m";
  }
  if (notification.incident.state == "acknowledged") {
    return "\x1b[34m";
  }
  const std::string& severity = notification.incident.severity;
  return severity == "SEV1" || severity == "SEV2" ? "\x1b[1;31m" : "\x1b[33m";
}

/// What the kind's word alone does not say.
std::string detail(const Notification& notification) {
  if (notification.kind == NotificationKind::open) {
    return evidence(notification.incident);
  }
  std::string words = what_happened(notification);
  for (const std::string_view said : {"raised ", "lowered ", "acknowledged ", "resolved "}) {
    if (words.starts_with(said)) {
      return words.substr(said.size());
    }
  }
  return words;
}

std::string console_time(Timestamp at) {
  return format_rfc3339(at).substr(0, 19) + "Z";
}

}  // namespace

Outgoing ConsoleNotifier::build(const Notification& notification) const {
  const IncidentSnapshot& incident = notification.incident;
  std::string state = fmt::format("{:<8} {:<4}", kind_word(notification.kind), clean_line(incident.severity));
  if (settings_.color) {
    state = fmt::format("{}{}\x1b[0m", ansi_color(notification), state);
  }
  return ConsoleLine{fmt::format("{} {} {} {} {}: {}", console_time(notification.at), state, clean_line(incident.id),
                                 rule_and_labels(incident, kLabelsMax), detail(notification),
                                 summary(incident, kSummaryMax))};
}

Verdict ConsoleNotifier::judge(const Notification& /*notification*/, const Response& response) const {
  if (response.fault == TransportFault::none) {
    return {};
  }
  const std::string reason = "cannot write to stdout: " + response.fault_text;
  return {.outcome = Verdict::Outcome::retry,
          .reason = Redactor(std::vector<Secret>()).clean(reason),
          .pause_notifier = true};
}

}  // namespace tocsin
