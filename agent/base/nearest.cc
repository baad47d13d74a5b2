#include "agent/base/nearest.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstddef>
#include <limits>

namespace tocsin {
namespace {

bool same_letter(char a, char b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return lower(a) == lower(b);
}

/// Optimal string alignment distance, row by row.
std::size_t edits(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before, above(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) above[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = above[j - 1] + (same_letter(a[i - 1], b[j - 1]) ? 0 : 1);
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, replaced});
      if (i > 1 && j > 1 && same_letter(a[i - 1], b[j - 2]) && same_letter(a[i - 2], b[j - 1])) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
    before = above;
    above = row;
  }
  return above[b.size()];
}

}  // namespace

std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& known) {
  constexpr std::size_t kWordBytesMax = 100;
  if (word.size() > kWordBytesMax) return std::nullopt;
  const std::size_t edits_max = word.size() <= 3 ? 1 : std::max<std::size_t>(2, word.size() / 3);
  std::size_t fewest = edits_max + 1;
  std::optional<std::string> found;
  for (const std::string& candidate : known) {
    const std::size_t count = candidate.size() > kWordBytesMax ? fewest : edits(word, candidate);
    if (count < fewest) {
      fewest = count;
      found = candidate;
    }
  }
  return found;
}

std::string suggestion(std::string_view word, const std::vector<std::string>& known) {
  if (const auto meant = nearest(word, known)) return fmt::format("did you mean `{}`?", *meant);
  if (known.empty()) return "there is none to choose from";
  std::vector<std::string> sorted = known;
  std::ranges::sort(sorted);
  return fmt::format("known here: {}", fmt::join(sorted, ", "));
}

}  // namespace tocsin
