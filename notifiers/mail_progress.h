// Who has had one delivery's mail: kept as one remembered value, so that a step is never repeated for somebody who has
// it, and that a refused recipient stops none of the others.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace tocsin {

struct MailProgress {
  int64_t delivery = 0;
  std::set<std::string> accepted;
  std::map<std::string, std::string> refused;  // address and what the server said
  std::map<std::string, std::string> later;    // refused for now, in this round

  /// What text() wrote, if it is of this delivery; else nobody has had it.
  static MailProgress parse(const std::string& text, int64_t delivery);
  /// Compact JSON; nothing of `later`, which the next round tries again, once the round is over.
  std::string text() const;

  /// The first of `recipients` that this round has not come to; nullopt where there is none.
  std::optional<std::string> next(const std::vector<std::string>& recipients) const;
};

}  // namespace tocsin
