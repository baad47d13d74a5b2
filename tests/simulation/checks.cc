#include "tests/simulation/checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "agent/engine/self_rules.h"

namespace tocsin::sim {
namespace {

using Violations = std::vector<std::string>;

/// What happened this shortly before the end may still be under way to the receivers.
constexpr Duration kStillUnderWay = 12min;

Episodes episodes_of(const std::vector<IncidentRecord>& book) {
  Episodes episodes;
  for (const IncidentRecord& record : book) {
    if (is_self_rule(record.incident.rule)) continue;  // tocsin's own are no part of the story
    std::vector<Episode>& list = episodes[{record.incident.rule, record.incident.key}];
    for (const TimelineEntry& entry : record.timeline) {
      if (entry.type == "opened" || entry.type == "reopened") list.push_back({entry.at, Timestamp::max()});
      if (entry.type == "resolved" && !list.empty()) list.back().to = entry.at;
    }
  }
  return episodes;
}

std::string text(const std::vector<Episode>& episodes, std::size_t from) {
  std::string line;
  for (std::size_t index = from; index < std::min(episodes.size(), from + 3); ++index) {
    const Episode& one = episodes[index];
    line += fmt::format(" [{} .. {}]", format_rfc3339(one.from),
                        one.to == Timestamp::max() ? "open" : format_rfc3339(one.to));
  }
  return line.empty() ? " none" : line;
}

/// What happened up to `horizon`: the last answers may not have come when the run ended.
Episodes until(Episodes episodes, Timestamp horizon) {
  for (auto& [key, list] : episodes) {
    std::erase_if(list, [horizon](const Episode& one) { return one.from > horizon; });
    if (!list.empty() && list.back().to > horizon) list.back().to = Timestamp::max();
  }
  std::erase_if(episodes, [](const auto& entry) { return entry.second.empty(); });
  return episodes;
}

/// The book is that of an agent that was never away.
void check_episodes(const Ended& ended, Violations& violations) {
  const Episodes actual = until(episodes_of(ended.book), ended.end - 1min);
  const Episodes expected = until(ended.expected, ended.end - 1min);
  std::map<std::pair<std::string, Labels>, int> keys;
  for (const auto& [key, list] : actual) ++keys[key];
  for (const auto& [key, list] : expected) ++keys[key];
  const auto of = [](const Episodes& all, const auto& key) {
    const auto found = all.find(key);
    return found == all.end() ? std::vector<Episode>{} : found->second;
  };
  for (const auto& [key, count] : keys) {
    const auto is = of(actual, key), should = of(expected, key);
    if (is == should) continue;
    const auto differs = std::ranges::mismatch(is, should);
    const auto at = static_cast<std::size_t>(differs.in1 - is.begin());
    violations.push_back(fmt::format("{}{}: the book has{}, the story has{}", key.first, key.second.text(),
                                     text(is, at), text(should, at)));
  }
}

void check_identity(const Ended& ended, Violations& violations) {
  IncidentId next = 1;
  std::map<std::pair<std::string, Labels>, int> active;
  for (const IncidentRecord& record : ended.book) {
    if (record.incident.id != next++)
      violations.push_back(fmt::format("a gap before {}", incident_name(record.incident.id)));
    if (!record.incident.resolved() && ++active[{record.incident.rule, record.incident.key}] > 1) {
      violations.push_back(fmt::format("two open incidents of {}", record.incident.dedup_key));
    }
  }
}

bool says_over(const std::string& word) {
  return word == "resolve" || word == "past";
}

Timestamp last_change(const IncidentRecord& record) {
  Timestamp last = record.incident.opened_at;
  for (const TimelineEntry& entry : record.timeline) {
    if (entry.type != "notification") last = std::max(last, entry.at);
  }
  return last;
}

/// Every notifier's last word is the incident's state; no resolve without an opening; doubles only where nobody could
/// know.
void check_heard(const Ended& ended, Violations& violations) {
  std::map<std::pair<std::string, std::string>, std::vector<std::string>> words;  // notifier, incident or key
  for (const Heard& heard : ended.heard) words[{heard.notifier, heard.incident}].push_back(heard.word);
  uint64_t doubles = 0;
  for (const auto& [who, said] : words) {
    // A rise of severity is a trigger of its own at the pager, so doubles show only at the hook.
    for (std::size_t index = 1; who.first == "hook" && index < said.size(); ++index)
      doubles += said[index] == said[index - 1] && said[index] != "past" && said[index] != "escalate" ? 1 : 0;
    if (says_over(said.front()) && said.front() != "past" && ended.doubts == 0) {
      violations.push_back(fmt::format("{} heard of the end of {} without its opening", who.first, who.second));
    }
  }
  if (doubles > ended.doubts)
    violations.push_back(fmt::format("{} doubled deliveries for {} doubts", doubles, ended.doubts));
  for (const IncidentRecord& record : ended.book) {
    if (ended.end - last_change(record) < kStillUnderWay) continue;
    const auto heard = words.find({"hook", incident_name(record.incident.id)});
    const bool told_open = heard != words.end() && !says_over(heard->second.back());
    if (told_open == record.incident.resolved()) {
      violations.push_back(fmt::format("{} is {} but hook's last word is {}", incident_name(record.incident.id),
                                       state_text(record.incident.state),
                                       heard == words.end() ? "none" : heard->second.back()));
    }
  }
}

void check_pager(const Ended& ended, Violations& violations) {
  std::map<std::string, std::string> last_word;
  for (const Heard& heard : ended.heard) {
    if (heard.notifier == "pager") last_word[heard.incident] = heard.word;
  }
  std::map<std::string, const IncidentRecord*> latest;
  for (const IncidentRecord& record : ended.book) latest[record.incident.dedup_key] = &record;
  for (const auto& [key, record] : latest) {
    if (ended.end - last_change(*record) < kStillUnderWay) continue;
    const bool open = last_word.contains(key) && last_word[key] != "resolve";
    if (open == record->incident.resolved()) {
      violations.push_back(fmt::format("{} is {} but the pager's last word is {}", key,
                                       state_text(record->incident.state),
                                       last_word.contains(key) ? last_word[key] : "none"));
    }
  }
}

void check_outbox(const Ended& ended, Violations& violations) {
  for (const IncidentRecord& record : ended.book) {
    for (const Delivery& delivery : record.deliveries) {
      if (delivery.waiting() && ended.end - delivery.at >= kStillUnderWay) {
        violations.push_back(fmt::format("{} for {} about {} still waits", kind_text(delivery.kind), delivery.notifier,
                                         incident_name(delivery.incident)));
      }
    }
  }
}

}  // namespace

std::vector<std::string> check(const Ended& ended) {
  Violations violations;
  check_episodes(ended, violations);
  check_identity(ended, violations);
  check_heard(ended, violations);
  check_pager(ended, violations);
  check_outbox(ended, violations);
  return violations;
}

}  // namespace tocsin::sim
