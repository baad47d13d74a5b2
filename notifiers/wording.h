// The words in which people are told: the same ones in chat, mail and on the console. All plain text without markup;
// what comes from labels and annotations is cleaned to valid UTF-8 on one line and bounded. Any thread.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "notifiers/notification.h"

namespace tocsin {

/// "2 hours 5 minutes": the two largest units; "0 seconds".
std::string duration_words(Duration duration);
/// "2026-11-21 10:00:00 UTC".
std::string time_words(Timestamp at);
/// Six significant digits are enough for people: "0.0731", "1234567"; "no data" for NaN.
std::string value_words(double value);

/// "0.0731 > 0.05"; without a threshold only the value.
std::string evidence(const IncidentSnapshot& incident);
/// The summary annotation, else the description, else the evidence; at most `code_points_max`.
std::string summary(const IncidentSnapshot& incident, std::size_t code_points_max);
/// `{service="checkout"}`, at most `code_points_max`; costs no more than it shows, however large the labels are.
std::string labels_text(const Labels& labels, std::size_t code_points_max);
/// `HighErrorRate{service="checkout"}`, at most `code_points_max`.
std::string rule_and_labels(const IncidentSnapshot& incident, std::size_t code_points_max);

/// What the notification is about: "open", "raised from SEV3 to SEV1", "resolved after 12 minutes (series gone)".
std::string what_happened(const Notification& notification);
/// The present state, whatever happened last: "open", "acknowledged by ada", "resolved after 12 minutes".
std::string present_state(const IncidentSnapshot& incident);
/// "SEV1 INC-7 HighErrorRate: open".
std::string headline(const Notification& notification);
/// "INC-7 HighErrorRate".
std::string incident_title(const IncidentSnapshot& incident);

/// "#C62828": by severity; grey once acknowledged, green once resolved.
std::string_view color_of(const IncidentSnapshot& incident);

using Fact = std::pair<std::string, std::string>;
/// Name and value, in the order in which they are read: value, severity, state, times, flaps.
std::vector<Fact> facts(const Notification& notification);
/// `service="checkout"`, one for each label; at most 64 of them.
std::vector<std::string> label_lines(const IncidentSnapshot& incident);
/// `{instance="a:1"} 0.09 since ...`, and "... and 12 more"; empty for an incident of one series.
std::vector<std::string> series_lines(const IncidentSnapshot& incident);

/// A digest's incidents of one severity, one line each.
struct DigestGroup {
  std::string severity;
  std::vector<std::string> lines;
};
/// In the order of the digest, which is worst first.
std::vector<DigestGroup> digest_groups(const std::vector<IncidentSnapshot>& digest);
/// "37 incidents: 3 SEV1, 34 SEV3".
std::string digest_headline(const std::vector<IncidentSnapshot>& digest);

}  // namespace tocsin
