#include "agent/base/labels.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "agent/base/text.h"

namespace tocsin {
namespace {

// A length is one byte, or this byte and four more.
constexpr unsigned char kLong = 255;

std::size_t bytes_of(std::string_view text) {
  return text.size() + 1 + (text.size() < kLong ? 0 : sizeof(uint32_t));
}

/// Returns where the next text goes.
char* put(char* at, std::string_view text) {
  if (text.size() < kLong) {
    *at++ = static_cast<char>(text.size());
  } else {
    const auto size = static_cast<uint32_t>(text.size());
    *at++ = static_cast<char>(kLong);
    std::memcpy(at, &size, sizeof size);
    at += sizeof size;
  }
  return at + text.copy(at, text.size());
}

/// The text whose length begins at `at`.
std::string_view text_at(const char* at) {
  const auto first = static_cast<unsigned char>(*at);
  if (first < kLong) return {at + 1, first};
  uint32_t size = 0;
  std::memcpy(&size, at + 1, sizeof size);
  return {at + 1 + sizeof size, size};
}

/// Where the next text begins.
const char* after(std::string_view text) {
  return text.data() + text.size();
}

}  // namespace

bool Labels::assign(std::vector<Pair>& pairs) {
  // As Prometheus writes them they are sorted already.
  if (!std::ranges::is_sorted(pairs, {}, &Pair::first)) std::ranges::stable_sort(pairs, {}, &Pair::first);
  std::size_t bytes = 0;
  for (const auto& [name, value] : pairs) bytes += bytes_of(name) + bytes_of(value);
  pairs_.resize(bytes);
  char* at = pairs_.data();
  bool all_differ = true;
  for (std::size_t index = 0; index < pairs.size(); ++index) {
    const auto& [name, value] = pairs[index];
    const bool replaced = index + 1 < pairs.size() && pairs[index + 1].first == name;
    all_differ = all_differ && !replaced;
    if (replaced || value.empty()) continue;
    at = put(put(at, name), value);
  }
  pairs_.resize(static_cast<std::size_t>(at - pairs_.data()));
  return all_differ;
}

std::string_view Labels::get(std::string_view name) const {
  const auto found = std::ranges::find_if(*this, [name](const Pair& pair) { return pair.first == name; });
  return found == end() ? std::string_view() : (*found).second;
}

void Labels::set(std::string_view name, std::string_view value) {
  std::vector<Pair> pairs(begin(), end());
  pairs.emplace_back(name, value);
  *this = Labels(std::move(pairs));
}

std::size_t Labels::size() const {
  return static_cast<std::size_t>(std::ranges::distance(begin(), end()));
}

Labels::Iterator Labels::begin() const {
  return Iterator(pairs_.data());
}

Labels::Iterator Labels::end() const {
  return Iterator(pairs_.data() + pairs_.size());
}

Labels::Pair Labels::Iterator::operator*() const {
  const std::string_view name = text_at(at_);
  return {name, text_at(after(name))};
}

Labels::Iterator& Labels::Iterator::operator++() {
  at_ = after((**this).second);
  return *this;
}

std::strong_ordering operator<=>(const Labels& a, const Labels& b) {
  return std::lexicographical_compare_three_way(a.begin(), a.end(), b.begin(), b.end());
}

std::string Labels::text() const {
  std::string text = "{";
  for (const auto& [name, value] : *this) {
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
