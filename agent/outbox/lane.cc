#include "agent/outbox/lane.h"

namespace tocsin {

void Lane::put(const Delivery& head) {
  remove(head.incident);
  const Later entry{head.not_before, {head.severity, head.id, head.incident}};
  later_.insert(entry);
  where_.emplace(head.incident, entry);
}

void Lane::remove(IncidentId incident) {
  const auto found = where_.find(incident);
  if (found == where_.end()) return;
  later_.erase(found->second);
  ready_.erase(found->second.second);
  where_.erase(found);
}

void Lane::advance(Timestamp now) {
  while (!later_.empty() && later_.begin()->first <= now) {
    ready_.insert(later_.begin()->second);
    later_.erase(later_.begin());
  }
}

std::optional<IncidentId> Lane::front() const {
  if (ready_.empty()) return std::nullopt;
  return std::get<2>(*ready_.begin());
}

std::vector<IncidentId> Lane::ready(Severity severity) const {
  std::vector<IncidentId> found;
  for (auto at = ready_.lower_bound({severity, 0, 0}); at != ready_.end() && std::get<0>(*at) == severity; ++at) {
    found.push_back(std::get<2>(*at));
  }
  return found;
}

std::optional<Timestamp> Lane::next_due() const {
  if (later_.empty()) return std::nullopt;
  return later_.begin()->first;
}

}  // namespace tocsin
