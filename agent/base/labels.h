// Labels: a set of name/value pairs, sorted by name, as Prometheus uses them to name a series.
// An empty value means that the label is not there (Prometheus's data model), so it is never stored.
#pragma once

#include <algorithm>
#include <compare>
#include <cstddef>
#include <initializer_list>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/base/shared_bytes.h"

namespace tocsin {

struct LabelPairs;

/// The pairs lie one after the other in one piece, which copies share: of a hundred thousand series each keeps its
/// labels, hardly anything is done with them but to hash and to compare them, and an incident has those of its series.
class Labels {
 public:
  /// Views into the labels it is of, good until those change.
  using Pair = std::pair<std::string_view, std::string_view>;
  class Iterator;

  Labels() = default;
  Labels(std::initializer_list<Pair> pairs) : Labels(std::vector<Pair>(pairs)) {}
  /// Takes any order; a name given twice keeps its last value.
  explicit Labels(std::vector<Pair> pairs);
  explicit Labels(const LabelPairs& pairs);

  /// The value, or "" where the label is missing.
  std::string_view get(std::string_view name) const;
  bool has(std::string_view name) const { return !get(name).empty(); }
  void set(std::string_view name, std::string_view value);
  void erase(std::string_view name) { set(name, ""); }

  bool empty() const { return pairs_.empty(); }
  std::size_t size() const;
  /// What they take in memory.
  std::size_t bytes() const { return pairs_.size(); }
  Iterator begin() const;
  Iterator end() const;

  /// Equal labels have equal hashes, in one process.
  std::size_t hash() const noexcept;
  /// `{a="1",b="2"}` with Go-quoted values; `{}` where empty. Canonical: equal labels give equal text.
  std::string text() const;

  friend bool operator==(const Labels&, const Labels&) = default;
  /// Pair by pair.
  friend std::strong_ordering operator<=>(const Labels& a, const Labels& b);

 private:
  SharedBytes pairs_;  // name, value, name, value and so on, each after its length
};

class Labels::Iterator {
 public:
  using value_type = Pair;
  using difference_type = std::ptrdiff_t;

  Iterator() = default;
  explicit Iterator(const char* at) : at_(at) {}
  Pair operator*() const;
  Iterator& operator++();
  Iterator operator++(int) { return std::exchange(*this, std::next(*this)); }
  friend bool operator==(const Iterator&, const Iterator&) = default;

 private:
  const char* at_ = nullptr;
};

/// The labels that all of `sets` have with the same value.
Labels shared_labels(const std::vector<const Labels*>& sets);

/// Leaves of `pairs` what labels have of them: sorted, the last of those with one name, none without a value. False
/// where a name was given twice.
bool put_in_order(std::vector<Labels::Pair>& pairs);

/// What labels would be made of. A map is asked for them without making them, which costs more than the question.
struct LabelPairs {
  /// REQUIRES: the pairs are in order.
  explicit LabelPairs(std::span<const Labels::Pair> in_order);

  std::span<const Labels::Pair> pairs;
  std::size_t hash;  // of the labels
};

struct LabelsHash {
  using is_transparent = void;
  std::size_t operator()(const Labels& labels) const noexcept { return labels.hash(); }
  std::size_t operator()(const LabelPairs& pairs) const noexcept { return pairs.hash; }
};

struct LabelsEqual {
  using is_transparent = void;
  bool operator()(const Labels& a, const Labels& b) const { return a == b; }
  bool operator()(const LabelPairs& a, const Labels& b) const { return std::ranges::equal(a.pairs, b); }
  bool operator()(const Labels& a, const LabelPairs& b) const { return (*this)(b, a); }
};

}  // namespace tocsin
