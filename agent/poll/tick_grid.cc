#include "agent/poll/tick_grid.h"

#include "agent/base/hash.h"
#include "agent/base/limits.h"

namespace tocsin {
namespace {

int64_t floor_divide(int64_t value, int64_t by) {
  return value / by - (value % by < 0 ? 1 : 0);
}

}  // namespace

TickGrid::TickGrid(std::string_view query, Duration interval)
    : interval_(interval),
      offset_(interval * static_cast<int64_t>(fnv1a(query) % limits::kGridSlots) / limits::kGridSlots) {}

Timestamp TickGrid::at_or_before(Timestamp at) const {
  const int64_t index = floor_divide((at - offset_).time_since_epoch().count(), interval_.count());
  return Timestamp{interval_ * index} + offset_;
}

}  // namespace tocsin
