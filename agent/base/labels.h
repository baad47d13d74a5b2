// Labels: a set of name/value pairs, sorted by name, as Prometheus uses them to name a series.
// An empty value means that the label is not there (Prometheus's data model), so it is never stored.
#pragma once

#include <compare>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tocsin {

class Labels {
 public:
  using Pair = std::pair<std::string, std::string>;

  Labels() = default;
  Labels(std::initializer_list<Pair> pairs);
  /// Takes any order; a name given twice keeps its last value.
  explicit Labels(std::vector<Pair> pairs);

  /// The value, or "" where the label is missing.
  std::string_view get(std::string_view name) const;
  bool has(std::string_view name) const;
  void set(std::string_view name, std::string_view value);
  void erase(std::string_view name);

  bool empty() const { return pairs_.empty(); }
  std::size_t size() const { return pairs_.size(); }
  auto begin() const { return pairs_.begin(); }
  auto end() const { return pairs_.end(); }

  /// FNV-1a over the sorted pairs; stable over restarts and machines.
  uint64_t hash() const;
  /// `{a="1",b="2"}` with Go-quoted values; `{}` where empty. Canonical: equal labels give equal text.
  std::string text() const;

  friend bool operator==(const Labels&, const Labels&) = default;
  friend auto operator<=>(const Labels&, const Labels&) = default;

 private:
  std::vector<Pair> pairs_;
};

/// The labels that all of `sets` have with the same value.
Labels shared_labels(const std::vector<const Labels*>& sets);

struct LabelsHash {
  std::size_t operator()(const Labels& labels) const { return static_cast<std::size_t>(labels.hash()); }
};

}  // namespace tocsin
