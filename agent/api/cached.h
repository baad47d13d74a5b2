// Cached<T>: a value made at most once per `max_age`, however many ask for it at the same time. Any thread: those who
// come while it is being made wait for that one instead of asking again, also where making it failed.
#pragma once

#include <mutex>
#include <optional>

#include "agent/base/time.h"

namespace tocsin {

template <class T>
class Cached {
 public:
  explicit Cached(Duration max_age) : max_age_(max_age) {}

  /// `now` is when the caller wanted it; `make` is called with the lock held.
  template <class Make>
  T get(Instant now, Make make) {
    const std::lock_guard lock(mutex_);
    if (!value_ || now - wanted_at_ > max_age_) {
      value_ = make();
      wanted_at_ = now;
    }
    return *value_;
  }

 private:
  const Duration max_age_;
  std::mutex mutex_;
  std::optional<T> value_;
  Instant wanted_at_;
};

}  // namespace tocsin
