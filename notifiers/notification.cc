#include "notifiers/notification.h"

#include <algorithm>
#include <array>

namespace tocsin {
namespace {

constexpr std::array<std::string_view, 8> kKinds{"open",    "escalate", "deescalate", "acknowledge",
                                                 "resolve", "reminder", "past",       "test"};

}  // namespace

std::string_view kind_text(NotificationKind kind) {
  return kKinds.at(static_cast<std::size_t>(kind));
}

std::optional<NotificationKind> parse_kind(std::string_view text) {
  const auto found = std::ranges::find(kKinds, text);
  if (found == kKinds.end()) {
    return std::nullopt;
  }
  return static_cast<NotificationKind>(found - kKinds.begin());
}

std::string_view IncidentSnapshot::annotation(std::string_view name) const {
  const auto found = std::ranges::find(annotations, name, &std::pair<std::string, std::string>::first);
  return found == annotations.end() ? std::string_view() : std::string_view(found->second);
}

std::string Notification::recall(const std::string& name) const {
  const auto found = remembered.find(name);
  return found == remembered.end() ? std::string() : found->second;
}

}  // namespace tocsin
