// Joined queries: several queries asked in one request, their vectors told apart by a label of tocsin's own. Prometheus
// spends most of a small query on the request around it.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tocsin {

/// On each series of an answer to joined queries: which of them it belongs to (member_of()).
inline constexpr std::string_view kMemberLabel = "__tocsin_rule__";

/// In its place on one series more. An answer without it is of no use: it is to something else (a server that knows a
/// query by its text alone would have "nothing" to say about all of them), or stored series have kMemberLabel already,
/// which joined could not be told from tocsin's.
inline constexpr std::string_view kAnsweredMember = "asked";

/// Whether the query means as an argument of a function what it means alone: its brackets are balanced, its strings
/// end, and it has no comma outside them. One that writes kMemberLabel itself is not joined either.
bool can_be_joined(std::string_view query);

/// One query for all; kAnsweredMember is the last. REQUIRES: can_be_joined() each, and at least one.
std::string join_queries(std::span<const std::string_view> queries);

/// The index of the query to which a series with this value of kMemberLabel belongs; nullopt: to none.
std::optional<std::size_t> member_of(std::string_view value);

}  // namespace tocsin
