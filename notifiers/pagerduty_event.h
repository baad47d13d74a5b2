// The bodies of PagerDuty's Events API v2, within its limits.
#pragma once

#include <string>

#include "notifiers/json.h"
#include "notifiers/notification.h"

namespace tocsin {

inline constexpr std::size_t kPagerDutyBodyBytesMax = 512'000;
inline constexpr std::size_t kPagerDutyKeyBytesMax = 255;

/// The incident's dedup_key; what is longer than PagerDuty takes is cut and told apart by a hash.
std::string pagerduty_key(const IncidentSnapshot& incident);

/// A trigger event. `custom_details` are shortened, or left out, where the body would become too large.
std::string pagerduty_trigger(const Notification& notification, const std::string& routing_key, const std::string& key);

/// An acknowledge or resolve event.
std::string pagerduty_follow_up(std::string_view action, const std::string& routing_key, const std::string& key);

}  // namespace tocsin
