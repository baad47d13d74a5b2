// What every rule would say now if tocsin began to look: one evaluation without history, for `once`.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/time.h"
#include "agent/config/config.h"
#include "agent/http/transport.h"

namespace tocsin {

struct Outlook {
  enum class State { inactive, pending, open, unknown };

  std::shared_ptr<const Rule> rule;
  State state = State::unknown;
  std::size_t series = 0;     // returned by the query
  std::size_t breaching = 0;  // of them; 1 for a rule that opens on no data and has none
  std::optional<double> worst;
  std::string threshold;  // the mildest grade's; empty for a rule without one
  Duration query_time{0};
  std::string error;  // why state is unknown
};
std::string_view state_text(Outlook::State state);

/// Asks each query once and evaluates every rule at `now`; in the order of rules. Changes nothing.
std::vector<Outlook> look(Transport& transport, const Config& config, Timestamp now);

}  // namespace tocsin
