// Cached<T>: a value made at most once per `age_max`, however many ask for it at the same time. Any thread: those who
// come while it is being made wait for that one instead of asking again, also where making it failed or took long.
#pragma once

#include <mutex>
#include <optional>

#include "agent/base/clock.h"

namespace tocsin {

template <class T>
class Cached {
 public:
  /// `clock` must outlive it.
  Cached(Duration age_max, const Clock& clock) : age_max_(age_max), clock_(clock) {}

  /// `make` is called with the lock held.
  template <class Make>
  T get(Make make) {
    const Instant wanted_at = clock_.steady();
    const std::lock_guard lock(mutex_);
    if (!value_ || wanted_at - made_at_ > age_max_) {
      value_ = make();
      made_at_ = clock_.steady();
    }
    return *value_;
  }

 private:
  const Duration age_max_;
  const Clock& clock_;
  std::mutex mutex_;
  std::optional<T> value_;
  Instant made_at_;
};

}  // namespace tocsin
