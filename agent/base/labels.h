// Labels: a set of name/value pairs, sorted by name, as Prometheus uses them to name a series.
// An empty value means that the label is not there (Prometheus's data model), so it is never stored.
#pragma once

#include <compare>
#include <cstddef>
#include <functional>
#include <initializer_list>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tocsin {

/// The pairs lie one after the other in one string: of a hundred thousand series each keeps its labels, and hardly
/// anything is done with them but to hash and to compare them.
class Labels {
 public:
  /// Views into the labels it is of, good until those change.
  using Pair = std::pair<std::string_view, std::string_view>;
  class Iterator;

  Labels() = default;
  Labels(std::initializer_list<Pair> pairs) : Labels(std::vector<Pair>(pairs)) {}
  /// Takes any order; a name given twice keeps its last value.
  explicit Labels(std::vector<Pair> pairs) { assign(pairs); }

  /// As if made anew of `pairs`, which it sorts, in the memory that it has. False where a name was given twice.
  /// REQUIRES: none of the pairs is a view into these labels.
  bool assign(std::vector<Pair>& pairs);

  /// The value, or "" where the label is missing.
  std::string_view get(std::string_view name) const;
  bool has(std::string_view name) const { return !get(name).empty(); }
  void set(std::string_view name, std::string_view value);
  void erase(std::string_view name) { set(name, ""); }

  bool empty() const { return pairs_.empty(); }
  std::size_t size() const;
  Iterator begin() const;
  Iterator end() const;

  /// Equal labels have equal hashes, in one process.
  std::size_t hash() const noexcept { return std::hash<std::string>()(pairs_); }
  /// `{a="1",b="2"}` with Go-quoted values; `{}` where empty. Canonical: equal labels give equal text.
  std::string text() const;

  friend bool operator==(const Labels&, const Labels&) = default;
  /// Pair by pair.
  friend std::strong_ordering operator<=>(const Labels& a, const Labels& b);

 private:
  std::string pairs_;  // name, value, name, value and so on, each after its length
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

/// Labels whose hash is known already: a map is asked for them without hashing them again.
struct HashedLabels {
  const Labels& labels;
  std::size_t hash;
};

struct LabelsHash {
  using is_transparent = void;
  std::size_t operator()(const Labels& labels) const noexcept { return labels.hash(); }
  std::size_t operator()(const HashedLabels& hashed) const noexcept { return hashed.hash; }
};

struct LabelsEqual {
  using is_transparent = void;
  bool operator()(const Labels& a, const Labels& b) const { return a == b; }
  bool operator()(const HashedLabels& a, const Labels& b) const { return a.labels == b; }
  bool operator()(const Labels& a, const HashedLabels& b) const { return a == b.labels; }
};

}  // namespace tocsin
