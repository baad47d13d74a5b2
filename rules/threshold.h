// A comparison with a number: "> 0.05". NaN satisfies nothing (contract 4), not even "!=".
#pragma once

#include <string>
#include <string_view>

#include "agent/base/result.h"

namespace tocsin {

enum class Comparison { greater, greater_equal, less, less_equal, equal, not_equal };

struct Threshold {
  Comparison comparison = Comparison::greater;
  double bound = 0;

  bool satisfied_by(double value) const;
  /// Whether `a` is further into the breach than `b`: larger for > and >=, smaller for < and <=,
  /// further from the bound for !=. NaN is never worse.
  bool worse(double a, double b) const;
  std::string text() const;  // "> 0.05"

  friend bool operator==(const Threshold&, const Threshold&) = default;
};

/// The number is what PromQL takes for a literal: decimal, exponent, Inf; NaN is refused.
Result<Threshold> parse_threshold(std::string_view text);

/// Whether some value satisfies both; used to find a `recover` that contradicts its `threshold`.
bool overlap(const Threshold& a, const Threshold& b);

/// Whether every value that satisfies `inner` satisfies `outer` ("> 0.05" implies "> 0.01").
bool implies(const Threshold& inner, const Threshold& outer);

}  // namespace tocsin
