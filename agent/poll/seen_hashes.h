// SeenHashes: which hashes have come already.
#pragma once

#include <bit>
#include <cstddef>
#include <vector>

namespace tocsin {

/// Open addressing in one piece of memory, where a std::unordered_set allocates for each.
class SeenHashes {
 public:
  /// With room for so many; more may come.
  explicit SeenHashes(std::size_t hashes) : slots_(std::bit_ceil(2 * hashes + 1)) {}

  /// False where it was there already; 0 counts as 1.
  bool insert(std::size_t hash);

 private:
  void grow();

  std::vector<std::size_t> slots_;  // a power of two; 0: a free one
  std::size_t taken_ = 0;           // at most half
};

}  // namespace tocsin
