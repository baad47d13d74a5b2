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

SharedBytes written(std::span<const Labels::Pair> pairs) {
  std::size_t bytes = 0;
  for (const auto& [name, value] : pairs) bytes += bytes_of(name) + bytes_of(value);
  return {bytes, [pairs](char* at) {
            for (const auto& [name, value] : pairs) at = put(put(at, name), value);
          }};
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

template <class Word>
Word word_at(const char* at) {
  Word word = 0;
  std::memcpy(&word, at, sizeof word);
  return word;
}

/// How a text begins and how it ends, which is all of one of at most sixteen bytes.
std::pair<uint64_t, uint64_t> ends_of(std::string_view text) {
  const char* begin = text.data();
  const char* end = begin + text.size();
  if (text.size() >= 8) return {word_at<uint64_t>(begin), word_at<uint64_t>(end - 8)};
  if (text.size() >= 4) return {word_at<uint32_t>(begin), word_at<uint32_t>(end - 4)};
  if (text.size() >= 2) return {word_at<uint16_t>(begin), word_at<uint16_t>(end - 2)};
  return {text.empty() ? 0 : static_cast<unsigned char>(text.front()), 0};
}

/// As a < b, of names that mostly differ in their first letter.
bool before(std::string_view a, std::string_view b) {
  if (a.empty() || b.empty() || a.front() == b.front()) return a < b;
  return static_cast<unsigned char>(a.front()) < static_cast<unsigned char>(b.front());
}

constexpr uint64_t kFrontMultiplier = 0x9e3779b97f4a7c15;
constexpr uint64_t kBackMultiplier = 0xc2b2ae3d27d4eb4f;
constexpr uint64_t kSizeMultiplier = 0x165667b19e3779f9;

uint64_t mixed(uint64_t state, uint64_t front, uint64_t back) {
  state = (state ^ front) * kFrontMultiplier + back * kBackMultiplier;
  return state ^ state >> 32;
}

/// Each series of each answer is hashed, and most texts are short: std::hash of each would take three times as long.
inline uint64_t hash_of(uint64_t state, std::string_view text) {
  state += text.size() * kSizeMultiplier;  // "33" and "233" begin and end so much alike
  const char* at = text.data();
  for (; text.size() > 16; text.remove_prefix(8), at += 8) state = mixed(state, word_at<uint64_t>(at), 0);
  const auto [front, back] = ends_of(text);
  return mixed(state, front, back);
}

}  // namespace

Labels::Labels(std::vector<Pair> pairs) {
  put_in_order(pairs);
  pairs_ = written(pairs);
}

Labels::Labels(const LabelPairs& pairs) : pairs_(written(pairs.pairs)) {}

std::size_t Labels::hash() const noexcept {
  uint64_t state = 0;
  for (const char* at = pairs_.data(); at != pairs_.data() + pairs_.size();) {
    const std::string_view text = text_at(at);
    state = hash_of(state, text);
    at = after(text);
  }
  return state;
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
  if (sets.size() == 1) return *sets.front();
  std::vector<Labels::Pair> shared;
  for (const auto& pair : *sets.front()) {
    const auto has_pair = [&pair](const Labels* labels) { return labels->get(pair.first) == pair.second; };
    if (std::ranges::all_of(sets, has_pair)) shared.push_back(pair);
  }
  return Labels(std::move(shared));
}

bool put_in_order(std::vector<Labels::Pair>& pairs) {
  const auto has_no_value = [](const Labels::Pair& pair) { return pair.second.empty(); };
  const auto out_of_order = [](const Labels::Pair& a, const Labels::Pair& b) { return !before(a.first, b.first); };
  // As Prometheus writes them they are in order already.
  if (std::ranges::adjacent_find(pairs, out_of_order) == pairs.end()) {
    std::erase_if(pairs, has_no_value);
    return true;
  }
  std::ranges::stable_sort(pairs, {}, &Labels::Pair::first);
  // From the back, so that the last of those with one name is kept.
  const auto same_name = [](const Labels::Pair& a, const Labels::Pair& b) { return a.first == b.first; };
  const auto replaced = std::unique(pairs.rbegin(), pairs.rend(), same_name).base();
  const bool all_differ = replaced == pairs.begin();
  pairs.erase(pairs.begin(), replaced);
  std::erase_if(pairs, has_no_value);
  return all_differ;
}

LabelPairs::LabelPairs(std::span<const Labels::Pair> in_order) : pairs(in_order) {
  uint64_t state = 0;
  for (const auto& [name, value] : pairs) state = hash_of(hash_of(state, name), value);
  hash = state;
}

}  // namespace tocsin
