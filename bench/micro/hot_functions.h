// The hot functions, each with what it works on: timed by bench/micro, their instructions counted by
// tests/instructions.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace tocsin {

/// One call does the work once.
using Work = std::function<void()>;

/// An instant vector of so many series with the labels of a usual container metric, as Prometheus writes it.
std::string vector_answer(int series);

/// What each evaluation begins with.
Work parse_answer(int series);

/// The same where no series breaches.
Work parse_healthy_answer(int series);

/// Of so many rules that are asked together, one series each.
Work parse_joined_answer(int rules);

/// What is asked for so many.
Work join_rules(int rules);

/// One tick over so many series that all breach `threshold` and stay pending, or all do not.
Work step_rule(int series, std::string_view threshold);
inline constexpr std::string_view kBreached = "> 0";
inline constexpr std::string_view kHealthy = "> 1e9";

/// An annotation, as is done for each notification.
Work render_summary();

/// What so many openings in one turn change, in memory: SQLite's work without the disk's.
Work commit_openings(int incidents);

}  // namespace tocsin
