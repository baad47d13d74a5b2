// A histogram's counts, to be copied out to whoever exposes them. Engine thread only.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace tocsin {

struct Histogram {
  std::vector<double> bounds;    // upper bounds, ascending; +Inf is implied
  std::vector<uint64_t> counts;  // one per bound and one for +Inf, not cumulative
  double sum = 0;

  explicit Histogram(std::vector<double> upper_bounds) : bounds(std::move(upper_bounds)), counts(bounds.size() + 1) {}

  void observe(double value) {
    const auto bucket = std::lower_bound(bounds.begin(), bounds.end(), value) - bounds.begin();
    ++counts[static_cast<std::size_t>(bucket)];
    sum += value;
  }
};

}  // namespace tocsin
