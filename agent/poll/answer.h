// Answer: what Prometheus said for one query at one grid timestamp: samples, or the fault (then nothing may change
// state).
#pragma once

#include <string>
#include <vector>

#include "agent/base/labels.h"
#include "agent/base/result.h"
#include "agent/base/time.h"

namespace tocsin {

struct Sample {
  Labels labels;  // without __name__
  double value = 0;
};

/// Why a query has no answer.
struct QueryFault {
  enum class Kind {
    unreachable,  // no Prometheus answered: network, timeout, a page that is not its API's
    rejected,     // Prometheus answered with an error: this rule's own fault
    unusable,     // Prometheus answered, and the answer cannot be used: wrong type, duplicate labels, too large
    partial,      // likewise: some storage behind it did not answer
  };
  Kind kind = Kind::unreachable;
  std::string text;
};

/// Of what was parsed: also a refusal is an answer of Prometheus.
bool is_answer(const auto& parsed) {
  return parsed || parsed.error().kind != QueryFault::Kind::unreachable;
}

struct Answer {
  std::vector<Sample> samples;
  bool scalar = false;    // one number, shown as one series without labels
  bool left_out = false;  // it had further series, which nobody needed

  bool empty() const { return samples.empty() && !left_out; }
};

/// One grid point of a query_range answer.
struct AnswerAt {
  Timestamp at;
  Answer answer;
};

}  // namespace tocsin
