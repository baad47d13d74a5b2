// The vector of an instant query's answer, taken apart into Answers.
#pragma once

#include <simdjson.h>

#include <expected>
#include <string_view>
#include <vector>

#include "agent/poll/answer.h"
#include "agent/poll/prom_answer.h"

namespace tocsin {

/// To which query a series of the answer belongs.
struct Members {
  std::size_t count = 1;
  std::string_view label = {};  // whose value is the index of the query; "": there is only one
  std::string_view mark = {};   // its value on a series of no query, without which the answer is to something else
};

/// The answer of each member, or what is wrong with it alone.
std::expected<std::vector<std::expected<Answer, QueryFault>>, QueryFault> parse_vector(simdjson::dom::element result,
                                                                                       Members members,
                                                                                       const Needed& needed);

}  // namespace tocsin
