// The conformance kit: what every notifier owes its receiver, whatever is in labels and annotations.
#pragma once

#include <string>
#include <vector>

#include "notifiers/notifier.h"

namespace tocsin::conformance {

/// What HTTP statuses and SMTP codes mean to every notifier.
Verdict::Outcome outcome_of_http(int status);
Verdict::Outcome outcome_of_smtp(int code);

/// Texts that would break out of markup, headers, JSON, lines or limits: any length, any bytes.
std::vector<std::string> hostile_texts();

/// The notification with `text` in every place that labels, annotations or people can fill.
Notification filled_with(const std::string& text, Notification notification);

/// Fails the test where a request is not what its receiver takes: limits, JSON, RFC 5322, escaped markup, one line.
void expect_well_formed(const Outgoing& outgoing);

}  // namespace tocsin::conformance
