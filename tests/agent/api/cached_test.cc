#include "agent/api/cached.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace tocsin {
namespace {

class FakeClock final : public Clock {
 public:
  Timestamp now() const override { return Timestamp{}; }
  Instant steady() const override { return Instant(Duration(ms)); }
  std::atomic<int> ms = 0;
};

class CachedTest : public testing::Test {
 protected:
  FakeClock clock;
  Cached<int> cached{Duration{250}, Duration{2000}, clock};
};

TEST_F(CachedTest, MakesItsValueOncePerAge) {
  int made = 0;
  const auto make = [&made] { return ++made; };
  EXPECT_EQ(cached.get(make), 1);
  clock.ms = 250;
  EXPECT_EQ(cached.get(make), 1);
  clock.ms = 251;
  EXPECT_EQ(cached.get(make), 2);
  EXPECT_EQ(cached.get(make), 2);
}

TEST_F(CachedTest, WhatTakesLongIsKeptLonger) {
  const auto make_slowly = [this] { return clock.ms += 100; };
  EXPECT_EQ(cached.get(make_slowly), 100);
  clock.ms = 500;
  EXPECT_EQ(cached.get(make_slowly), 100);
  clock.ms = 501;
  EXPECT_EQ(cached.get(make_slowly), 601);
}

TEST_F(CachedTest, ButNotForEver) {
  const auto make_very_slowly = [this] { return clock.ms += 60'000; };
  EXPECT_EQ(cached.get(make_very_slowly), 60'000);
  clock.ms = 62'000;
  EXPECT_EQ(cached.get(make_very_slowly), 60'000);
  clock.ms = 62'001;
  EXPECT_EQ(cached.get(make_very_slowly), 122'001);
}

TEST_F(CachedTest, ThoseWhoWaitedShareWhatWasMade) {
  std::atomic<int> made = 0;
  std::vector<std::jthread> threads;
  threads.reserve(8);
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] { cached.get([&] { return ++made; }); });
  }
  threads.clear();
  EXPECT_EQ(made, 1);
}

}  // namespace
}  // namespace tocsin
