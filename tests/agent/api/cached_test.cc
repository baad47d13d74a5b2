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

TEST(Cached, MakesItsValueOncePerAge) {
  FakeClock clock;
  Cached<int> cached(Duration{250}, clock);
  int made = 0;
  const auto make = [&made] { return ++made; };
  EXPECT_EQ(cached.get(make), 1);
  clock.ms = 250;
  EXPECT_EQ(cached.get(make), 1);
  clock.ms = 251;
  EXPECT_EQ(cached.get(make), 2);
  EXPECT_EQ(cached.get(make), 2);
}

TEST(Cached, AgeCountsFromWhenItWasReady) {
  FakeClock clock;
  Cached<int> cached(Duration{250}, clock);
  const auto make_slowly = [&clock] { return clock.ms += 5000; };
  EXPECT_EQ(cached.get(make_slowly), 5000);
  EXPECT_EQ(cached.get(make_slowly), 5000);
}

TEST(Cached, ThoseWhoWaitedShareWhatWasMade) {
  FakeClock clock;
  Cached<int> cached(Duration{250}, clock);
  std::atomic<int> made = 0;
  std::vector<std::jthread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] { cached.get([&] { return ++made; }); });
  }
  threads.clear();
  EXPECT_EQ(made, 1);
}

}  // namespace
}  // namespace tocsin
