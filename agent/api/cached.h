// Cached<T>: a value that is made once for a moment, however many ask for it at the same time. Any thread: those who
// come while it is being made wait for that one instead of asking again, also where making it failed.
#pragma once

#include <algorithm>
#include <mutex>
#include <optional>

#include "agent/base/clock.h"

namespace tocsin {

template <class T>
class Cached {
 public:
  /// Kept for `age_min`, or four times as long as it took to make, so that making it takes at most a fifth of the
  /// time, but never for longer than `age_max`. `clock` must outlive it.
  Cached(Duration age_min, Duration age_max, const Clock& clock)
      : age_min_(age_min), age_max_(age_max), clock_(clock) {}

  /// `make` is called with the lock held.
  template <class Make>
  T get(Make make) {
    const Instant wanted_at = clock_.steady();
    const std::lock_guard lock(mutex_);
    if (!value_ || wanted_at > fresh_until_) {
      const Instant begun_at = clock_.steady();
      value_.reset();  // what is large need not be there twice
      value_ = make();
      const Instant made_at = clock_.steady();
      fresh_until_ = made_at + std::clamp(4 * (made_at - begun_at), age_min_, age_max_);
    }
    return *value_;
  }

  /// Something it was made from has changed: the next one who asks sees that.
  void drop() {
    const std::lock_guard lock(mutex_);
    value_.reset();
  }

 private:
  const Duration age_min_;
  const Duration age_max_;
  const Clock& clock_;
  std::mutex mutex_;
  std::optional<T> value_;
  Instant fresh_until_;
};

}  // namespace tocsin
