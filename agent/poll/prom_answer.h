// prom_answer: the bytes of a Prometheus HTTP API answer to Answers
// (https://prometheus.io/docs/prometheus/latest/querying/api/). Compatible with Thanos, Mimir and VictoriaMetrics:
// unknown keys are ignored; `isPartial: true` is a fault unless allowed.
#pragma once

#include <expected>
#include <functional>
#include <string_view>
#include <vector>

#include "agent/http/request.h"
#include "agent/poll/answer.h"

namespace tocsin {

/// Whether anybody needs this series of the query number `member`. The others are checked like these, and left out.
using Needed = std::function<bool(std::size_t member, const LabelPairs& series, double value)>;

/// Whether the API says `success`, to whatever it was asked.
bool is_success(const Response& response);

/// Of /api/v1/query: a vector, or a scalar as one series without labels. All series, unless `needed` is given.
std::expected<Answer, QueryFault> parse_instant(const Response& response, bool allow_partial,
                                                const Needed& needed = nullptr);

/// Of /api/v1/query with queries that join_queries() made one: the answer of each, or what is wrong with it alone.
std::expected<std::vector<std::expected<Answer, QueryFault>>, QueryFault> parse_joined(const Response& response,
                                                                                       bool allow_partial,
                                                                                       std::size_t members,
                                                                                       const Needed& needed = nullptr);

/// Of /api/v1/query_range: one AnswerAt for every step from `start` to `end`, empty ones included.
std::expected<std::vector<AnswerAt>, QueryFault> parse_range(const Response& response, bool allow_partial,
                                                             Timestamp start, Timestamp end, Duration step);

}  // namespace tocsin
