// Requests to Prometheus: POST forms with an explicit time, so that all rules of one tick see one instant.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "agent/base/time.h"
#include "agent/config/config.h"
#include "agent/http/request.h"

namespace tocsin {

/// /api/v1/query at `at`; nullopt: at the present, by the clock of Prometheus.
HttpRequest instant_query(const PrometheusConfig& prometheus, std::string_view query, std::optional<Timestamp> at);

/// /api/v1/query_range from `start` to `end`, both included. REQUIRES: at most limits::kRangePointsMax points.
HttpRequest range_query(const PrometheusConfig& prometheus, std::string_view query, Timestamp start, Timestamp end,
                        Duration step);

/// Percent-encoding of everything but RFC 3986's unreserved characters.
std::string url_encode(std::string_view text);

/// Where people look at the query: Prometheus's own graph page.
std::string graph_url(const PrometheusConfig& prometheus, std::string_view query);

}  // namespace tocsin
