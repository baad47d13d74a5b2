#include "agent/poll/seen_hashes.h"

#include <gtest/gtest.h>

namespace tocsin {
namespace {

TEST(SeenHashes, KnowsEachThatCameHoweverMany) {
  SeenHashes seen(3);
  for (std::size_t hash = 1; hash <= 10'000; ++hash) EXPECT_TRUE(seen.insert(hash * hash)) << hash;
  for (std::size_t hash = 1; hash <= 10'000; ++hash) EXPECT_FALSE(seen.insert(hash * hash)) << hash;
}

TEST(SeenHashes, KnowsThoseThatWouldLieInOnePlace) {
  SeenHashes seen(100);
  for (std::size_t index = 1; index <= 100; ++index) EXPECT_TRUE(seen.insert(index << 40)) << index;
  EXPECT_FALSE(seen.insert(std::size_t{100} << 40));
}

TEST(SeenHashes, ZeroIsOneOfThem) {
  SeenHashes seen(0);
  EXPECT_TRUE(seen.insert(0));
  EXPECT_FALSE(seen.insert(0));
}

}  // namespace
}  // namespace tocsin
