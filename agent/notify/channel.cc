#include "agent/notify/channel.h"

#include <algorithm>
#include <array>
#include <utility>

namespace tocsin {
namespace {

constexpr std::array kTypeNames = {"slack", "pagerduty", "email", "webhook", "console"};

}  // namespace

bool RateWindow::take(Timestamp now) {
  if (!limit_) return true;
  if (next(now) > now) return false;
  taken_.push_back(now);
  if (std::cmp_greater(taken_.size(), limit_->rate)) taken_.pop_front();
  return true;
}

Timestamp RateWindow::next(Timestamp now) const {
  if (!limit_ || std::cmp_less(taken_.size(), limit_->rate)) return now;
  return std::max(now, taken_.front() + limit_->per);
}

void RateWindow::set_back(Duration by) {
  for (Timestamp& at : taken_) at -= by;
}

Channel::Channel(const NotifierSettings& its_settings, std::unique_ptr<const Notifier> its_notifier)
    : settings(its_settings), notifier(std::move(its_notifier)), pace(its_settings.rate_limit) {
  status.name = settings.name;
  status.type = kTypeNames[settings.type.index()];
}

bool Channel::wants(NotificationKind kind) const {
  if (kind == NotificationKind::resolve && !settings.send_resolved) return false;
  return notifier->wants(kind);
}

}  // namespace tocsin
