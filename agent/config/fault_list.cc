#include "agent/config/fault_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "agent/base/text.h"

namespace tocsin {
namespace {

/// Names of keys may hold anything; a line break in one must not look like a fault of its own.
std::string fault_text(std::string_view text) {
  constexpr std::size_t kFaultBytesMax = 2000;
  return one_line(text, kFaultBytesMax);
}

}  // namespace

std::string Fault::str() const {
  return fmt::format("{}:{}:{}: {}", file, line, column, text);
}

void FaultList::add(const Place& place, std::string_view text) {
  faults_.push_back({place.file, place.line, place.column, fault_text(text)});
}

void FaultList::warn(const Place& place, std::string_view text) {
  warnings_.push_back(Fault{place.file, place.line, place.column, fault_text(text)}.str());
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
