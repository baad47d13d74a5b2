#include "agent/api/cached.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace tocsin {
namespace {

Instant at(int ms) {
  return Instant(Duration(ms));
}

TEST(Cached, MakesItsValueOncePerAge) {
  Cached<int> cached(Duration{250});
  int made = 0;
  const auto make = [&made] { return ++made; };
  EXPECT_EQ(cached.get(at(0), make), 1);
  EXPECT_EQ(cached.get(at(250), make), 1);
  EXPECT_EQ(cached.get(at(251), make), 2);
  EXPECT_EQ(cached.get(at(300), make), 2);
}

TEST(Cached, ThoseWhoWaitedShareWhatWasMade) {
  Cached<int> cached(Duration{250});
  std::atomic<int> made = 0;
  std::vector<std::jthread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] { cached.get(at(0), [&] { return ++made; }); });
  }
  threads.clear();
  EXPECT_EQ(made, 1);
}

}  // namespace
}  // namespace tocsin
