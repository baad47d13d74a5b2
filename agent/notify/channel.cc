#include "agent/notify/channel.h"

#include <algorithm>
#include <array>

namespace tocsin {
namespace {

constexpr std::array kTypeNames = {"slack", "pagerduty", "email", "webhook", "console"};

double tokens_in(const RateLimit& limit, Duration elapsed) {
  return static_cast<double>(limit.rate) * static_cast<double>(elapsed.count()) /
         static_cast<double>(limit.per.count());
}

}  // namespace

bool TokenBucket::take(Timestamp now) {
  if (!limit_) return true;
  refill(now);
  if (tokens_ < 1) return false;
  tokens_ -= 1;
  return true;
}

Timestamp TokenBucket::next(Timestamp now) const {
  if (!limit_ || tokens_ >= 1) return now;
  const double missing = (1 - tokens_) * static_cast<double>(limit_->per.count()) / limit_->rate;
  return now + Duration{static_cast<int64_t>(missing) + 1};
}

void TokenBucket::refill(Timestamp now) {
  if (!limit_) return;
  const Duration elapsed = std::max(Duration{0}, now - filled_at_.value_or(now));
  tokens_ = std::min(static_cast<double>(limit_->rate), tokens_ + tokens_in(*limit_, elapsed));
  filled_at_ = now;
}

Channel::Channel(const NotifierSettings& its_settings, std::unique_ptr<const Notifier> its_notifier)
    : settings(its_settings), notifier(std::move(its_notifier)), bucket(its_settings.rate_limit) {
  status.name = settings.name;
  status.type = kTypeNames[settings.type.index()];
}

bool Channel::wants(NotificationKind kind) const {
  if (kind == NotificationKind::resolve && !settings.send_resolved) return false;
  return notifier->wants(kind);
}

}  // namespace tocsin
