// What a wall clock that is set, and a machine that sleeps, mean to who waits.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/agent/engine/engine_world.h"

namespace tocsin {
namespace {

using namespace std::chrono_literals;
using testing::SizeIs;

/// A webhook that refuses every connection, and a heartbeat.
class ClockSet : public test::EngineWorld {
 protected:
  ClockSet() {
    config_.heartbeat.emplace();
    config_.heartbeat->http.url = Secret("http://heartbeat.example.org");
    config_.heartbeat->interval = 10s;
    begin();
    value_ = 1;
    turns(3);
  }

  std::optional<Response> hook() override {
    return hook_refuses_ ? test::broken(TransportFault::connect, "refused") : test::answer(200, "");
  }

  std::ptrdiff_t pings() const {
    return std::ranges::count_if(transport_.asked, [](const Outgoing& one) {
      return std::get<HttpRequest>(one).settings.url.reveal().starts_with("http://heartbeat");
    });
  }

  bool hook_refuses_ = true;
};

TEST_F(ClockSet, ForwardGivesNothingUpThatWasTriedForAMoment) {
  ASSERT_THAT(store_.deliveries, SizeIs(1));
  ASSERT_EQ(store_.deliveries[1].state, DeliveryState::pending);
  clock_.set(30h);
  turns(1);
  EXPECT_NE(store_.deliveries[1].state, DeliveryState::failed) << store_.deliveries[1].last_error;
  hook_refuses_ = false;
  turns(10);
  EXPECT_EQ(store_.deliveries[1].state, DeliveryState::delivered);
}

TEST_F(ClockSet, BackDoesNotLetTheHeartbeatVouchForAReceiverThatTakesNothing) {
  clock_.set(-1h);
  turns(30);
  const std::ptrdiff_t before = pings();
  turns(30);
  EXPECT_EQ(pings(), before);
  hook_refuses_ = false;
  turns(60);
  EXPECT_GT(pings(), before);
}

}  // namespace
}  // namespace tocsin
