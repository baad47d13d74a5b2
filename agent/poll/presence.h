// Presence: at which ticks Prometheus itself was there to see anything. A range that spans an outage of Prometheus
// holds no series for that time; without this check the gap would read as if all of them had vanished.
#pragma once

#include <string_view>
#include <vector>

#include "agent/poll/answer.h"

namespace tocsin {

/// When Prometheus last scraped anything, as seen at each tick. A backend without `up` has no samples of it at all.
inline constexpr std::string_view kPresenceQuery = "max(timestamp(up))";

/// Takes out the ticks at which Prometheus had not scraped anything for limits::kScrapeAgeMax. `presence` is the answer
/// to kPresenceQuery over the same ticks. Where it has no sample at all, or says something else, the backend has no
/// `up`, or has lost what it knew: then the ticks stay from the first on that has samples itself.
void drop_unobserved(std::vector<AnswerAt>& answers, const std::vector<AnswerAt>& presence);

}  // namespace tocsin
