// The envelope around every answer of the Prometheus HTTP API: is this Prometheus at all, and did the query succeed?
#pragma once

#include <simdjson.h>

#include <expected>
#include <string>
#include <string_view>

#include "agent/http/request.h"
#include "agent/poll/answer.h"

namespace tocsin {

/// What was read of an answer, or why it cannot be used.
template <class T>
using Parsed = std::expected<T, QueryFault>;

struct QueryData {
  std::string type;  // resultType: vector, matrix, scalar, string
  simdjson::dom::element result;
};

/// The data of a successful query. What it refers to lives as long as `parser`.
Parsed<QueryData> open_envelope(simdjson::dom::parser& parser, const Response& response, bool allow_partial);

/// A fault of an answer that came from Prometheus; the text is cleaned and bounded.
std::unexpected<QueryFault> unusable(std::string_view text);

}  // namespace tocsin
