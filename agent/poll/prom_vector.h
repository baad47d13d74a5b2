// The vector of an instant query's answer, taken apart into Answers.
#pragma once

#include <simdjson.h>

#include <expected>
#include <vector>

#include "agent/poll/answer.h"
#include "agent/poll/prom_answer.h"

namespace tocsin {

/// The queries that the answer is to.
struct Members {
  std::size_t count = 1;
  bool joined = false;  // each series has the label of join_queries(); false: there is only one query
};

/// The answer of each member, or what is wrong with it alone.
std::expected<std::vector<std::expected<Answer, QueryFault>>, QueryFault> parse_vector(simdjson::dom::element result,
                                                                                       Members members,
                                                                                       const Needed& needed);

}  // namespace tocsin
