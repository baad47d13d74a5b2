#include "tests/simulation/injector.h"

#include <algorithm>

namespace tocsin::sim {

const Fault* Injector::find(FaultKind kind, const std::function<bool(const Fault&)>& concerns) const {
  const auto found = std::ranges::find_if(plan_.faults, [&](const Fault& one) {
    const bool now = one.at <= clock_.real() && clock_.real() < one.at + one.length;
    return one.kind == kind && now && (!concerns || concerns(one));
  });
  return found == plan_.faults.end() ? nullptr : &*found;
}

bool Injector::any_lasts(FaultKind but, Duration effect) const {
  return std::ranges::any_of(plan_.faults, [&](const Fault& one) {
    return one.kind != but && one.at <= clock_.real() && clock_.real() < one.at + lasting(one) + effect;
  });
}

const Fault* Injector::latest(FaultKind kind) const {
  const Fault* latest = nullptr;
  for (const Fault& one : plan_.faults) {
    if (one.kind == kind && one.at <= clock_.real()) latest = &one;
  }
  return latest;
}

bool Injector::struck_within(FaultKind kind, Duration awake) const {
  const auto last = struck_.find(kind);
  return last != struck_.end() && clock_.steady() - last->second <= awake;
}

bool Injector::strikes(FaultKind kind, const std::function<bool(const Fault&)>& concerns) {
  if (!find(kind, concerns)) return false;
  count(kind);
  return true;
}

const Fault* Injector::take(FaultKind kind) {
  for (std::size_t index = 0; index < plan_.faults.size(); ++index) {
    const Fault& fault = plan_.faults[index];
    if (fault.kind != kind || fault.at > clock_.real() || !taken_.insert(index).second) continue;
    count(kind);
    return &fault;
  }
  return nullptr;
}

}  // namespace tocsin::sim
