#include "agent/outbox/delivery.h"

#include <algorithm>
#include <array>

namespace tocsin {
namespace {

constexpr std::array<std::string_view, 6> kStateTexts{"held", "pending", "sending", "delivered", "collapsed", "failed"};

}  // namespace

std::string_view delivery_state_text(DeliveryState state) {
  return kStateTexts.at(static_cast<std::size_t>(state));
}

std::optional<DeliveryState> parse_delivery_state(std::string_view text) {
  const auto found = std::ranges::find(kStateTexts, text);
  if (found == kStateTexts.end()) return std::nullopt;
  return static_cast<DeliveryState>(found - kStateTexts.begin());
}

}  // namespace tocsin
