#include "agent/config/fault_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

namespace tocsin {

std::string Fault::str() const {
  return fmt::format("{}:{}:{}: {}", file, line, column, text);
}

void FaultList::add(const Place& place, std::string text) {
  faults_.push_back({place.file, place.line, place.column, std::move(text)});
}

void FaultList::warn(const Place& place, const std::string& text) {
  warnings_.push_back(Fault{place.file, place.line, place.column, text}.str());
}

std::vector<Fault> FaultList::sorted() const {
  const auto order = [this](const Fault& fault) {
    const auto file = std::ranges::find(files_, fault.file) - files_.begin();
    return std::tuple(file, fault.line, fault.column, fault.text);
  };
  std::vector<Fault> sorted = faults_;
  std::ranges::sort(sorted, {}, order);
  const auto same = [](const Fault& a, const Fault& b) { return a.str() == b.str(); };
  sorted.erase(std::unique(sorted.begin(), sorted.end(), same), sorted.end());
  return sorted;
}

}  // namespace tocsin
