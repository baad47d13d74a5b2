// Story: what each series of the simulated world is worth at any time: a pure function, so that a query now and a range
// read later agree by construction.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/base/labels.h"
#include "agent/base/time.h"

namespace tocsin::sim {

/// Values that matter to the rules of the simulation: good, between the bounds, breaching, breaching severely.
inline constexpr double kGood = 0;
inline constexpr double kBetween = 1;
inline constexpr double kBreach = 2;
inline constexpr double kSevere = 3;

class Story {
 public:
  explicit Story(uint64_t seed) : seed_(seed) {}

  /// The series that the query `name` can return.
  std::vector<Labels> series(const std::string& query) const;
  /// Of one of them at `at`; nullopt: the answer does not have it.
  std::optional<double> value(const std::string& query, const Labels& labels, Timestamp at) const;

 private:
  uint64_t seed_;
};

}  // namespace tocsin::sim
