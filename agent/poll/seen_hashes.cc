#include "agent/poll/seen_hashes.h"

#include <algorithm>
#include <utility>

namespace tocsin {

bool SeenHashes::insert(std::size_t hash) {
  if (taken_ == slots_.size() / 2) grow();
  hash = std::max<std::size_t>(hash, 1);
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = hash & mask;
  while (slots_[at] != 0) {
    if (slots_[at] == hash) return false;
    at = (at + 1) & mask;
  }
  slots_[at] = hash;
  ++taken_;
  return true;
}

void SeenHashes::grow() {
  const std::vector<std::size_t> before = std::exchange(slots_, std::vector<std::size_t>(slots_.size() * 4));
  taken_ = 0;
  for (const std::size_t hash : before) {
    if (hash != 0) insert(hash);
  }
}

}  // namespace tocsin
