// What must hold of what each receiver heard, taken as a whole.
#include <fmt/format.h>

#include "tests/simulation/checks.h"

namespace tocsin::sim {
namespace {

/// Told in order, and told of no end whose beginning was not told; doubles only where nobody could know.
void check_conversation(const Conversed& of, const std::vector<Heard>& said, uint64_t doubts, Violations& violations) {
  bool open = false;
  uint64_t doubles = 0;
  uint64_t unopened = 0;
  for (const Heard& one : said) {
    const bool over = says_over(one.word);
    // A rise of severity is a trigger of its own at the pager, so doubles show only at the webhooks.
    const bool rise = one.word == "escalate" || one.word == "trigger" || one.word == "acknowledge";
    if (over && !open && one.word != "past") ++unopened;
    if (!over && open && !rise) ++doubles;
    open = !over;
  }
  // At the pager several incidents may have one key, and between two incidents there is no order.
  if (unopened > doubts && of.first != "pager") {
    violations.push_back(fmt::format("{} heard of {} ends of {} without an opening, for {} doubts", of.first, unopened,
                                     of.second, doubts));
  }
  if (doubles > doubts) {
    violations.push_back(fmt::format("{} heard {} doubles of {}, for {} doubts", of.first, doubles, of.second, doubts));
  }
}

using Conversations = std::map<Conversed, std::vector<Heard>>;

/// Every notifier's last word is the incident's state.
void check_last_word(const Conversed& of, const IncidentRecord& record, const Conversations& all,
                     Violations& violations) {
  const auto said = all.find(of);
  const Heard* last = said == all.end() ? nullptr : &said->second.back();
  const bool told_open = last && !says_over(last->word);
  if (told_open == record.incident.resolved()) {
    violations.push_back(fmt::format("{} is {} but {}'s last word is {}", of.second, state_text(record.incident.state),
                                     of.first, last ? last->word : "none"));
  }
  if (!told_open || !last->severity || !worse(record.incident.severity, *last->severity)) return;
  violations.push_back(fmt::format("{} is {} but {} last heard {}", of.second, severity_text(record.incident.severity),
                                   of.first, severity_text(*last->severity)));
}

void check_last_words(const Ended& ended, const Conversations& all, Violations& violations) {
  std::map<Conversed, const IncidentRecord*> latest;  // several incidents may have one key, one after another
  for (const IncidentRecord& record : ended.book) {
    latest[{"hook", incident_name(record.incident.id)}] = &record;
    latest[{"pager", record.incident.dedup_key}] = &record;
  }
  for (const auto& [of, record] : latest) {
    if (ended.end - last_change(*record) < kStillUnderWay || ended.orphans.contains(of)) continue;
    check_last_word(of, *record, all, violations);
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

void check_told(const Ended& ended, Violations& violations) {
  Conversations all;
  for (const Heard& heard : ended.heard) all[heard.conversed()].push_back(heard);
  for (const auto& [of, said] : all) {
    if (ended.orphans.contains(of)) continue;
    const auto doubts = ended.doubts.find(of);
    check_conversation(of, said, doubts == ended.doubts.end() ? 0 : doubts->second, violations);
  }
  check_last_words(ended, all, violations);
  check_outbox(ended, violations);
}

}  // namespace tocsin::sim
