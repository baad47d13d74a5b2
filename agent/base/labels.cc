#include "agent/base/labels.h"

#include <algorithm>
#include <functional>

#include "agent/base/hash.h"
#include "agent/base/text.h"

namespace tocsin {
namespace {

auto find_name(const std::vector<Labels::Pair>& pairs, std::string_view name) {
  return std::lower_bound(pairs.begin(), pairs.end(), name,
                          [](const Labels::Pair& pair, std::string_view wanted) { return pair.first < wanted; });
}

}  // namespace

Labels::Labels(std::initializer_list<Pair> pairs) : Labels(std::vector<Pair>(pairs)) {}

Labels::Labels(std::vector<Pair> pairs) {
  const auto begins_before = [](const Pair& a, const Pair& b) { return a.first < b.first; };
  const bool ordered = std::ranges::adjacent_find(pairs, std::not_fn(begins_before)) == pairs.end();
  if (ordered) {
    pairs_ = std::move(pairs);
    std::erase_if(pairs_, [](const Pair& pair) { return pair.second.empty(); });
    return;
  }
  for (const auto& [name, value] : pairs) set(name, value);
}

std::string_view Labels::get(std::string_view name) const {
  const auto found = find_name(pairs_, name);
  return found != pairs_.end() && found->first == name ? std::string_view(found->second) : std::string_view();
}

bool Labels::has(std::string_view name) const {
  return !get(name).empty();
}

void Labels::set(std::string_view name, std::string_view value) {
  if (value.empty()) return erase(name);
  const auto at = pairs_.begin() + (find_name(pairs_, name) - pairs_.cbegin());
  if (at != pairs_.end() && at->first == name) {
    at->second = value;
  } else {
    pairs_.emplace(at, name, value);
  }
}

void Labels::erase(std::string_view name) {
  std::erase_if(pairs_, [name](const Pair& pair) { return pair.first == name; });
}

uint64_t Labels::hash() const {
  uint64_t state = kFnvOffset;
  for (const auto& [name, value] : pairs_) {
    state = fnv1a(name, state);
    state = fnv1a(std::string_view("\xff", 1), state);  // no UTF-8 text holds 0xff, so pairs cannot run together
    state = fnv1a(value, state);
    state = fnv1a(std::string_view("\xff", 1), state);
  }
  return state;
}

std::string Labels::text() const {
  std::string text = "{";
  for (const auto& [name, value] : pairs_) {
    if (text.size() > 1) text += ',';
    text += name;
    text += '=';
    text += quote(value);
  }
  return text + "}";
}

Labels shared_labels(const std::vector<const Labels*>& sets) {
  if (sets.empty()) return {};
  std::vector<Labels::Pair> shared;
  for (const auto& pair : *sets.front()) {
    const auto has_pair = [&pair](const Labels* labels) { return labels->get(pair.first) == pair.second; };
    if (std::ranges::all_of(sets, has_pair)) shared.push_back(pair);
  }
  return Labels(std::move(shared));
}

}  // namespace tocsin
