#include "agent/outbox/delivery.h"

#include <gtest/gtest.h>

namespace tocsin {
namespace {

TEST(DeliveryState, ComesBackFromItsText) {
  for (const DeliveryState state : {DeliveryState::held, DeliveryState::pending, DeliveryState::sending,
                                    DeliveryState::delivered, DeliveryState::collapsed, DeliveryState::failed}) {
    EXPECT_EQ(parse_delivery_state(delivery_state_text(state)), state);
  }
  EXPECT_EQ(delivery_state_text(DeliveryState::collapsed), "collapsed");
  EXPECT_FALSE(parse_delivery_state("sent"));
}

TEST(Delivery, WaitsUntilItHasEnded) {
  Delivery delivery;
  for (const DeliveryState state : {DeliveryState::held, DeliveryState::pending, DeliveryState::sending}) {
    delivery.state = state;
    EXPECT_TRUE(delivery.waiting());
  }
  for (const DeliveryState state : {DeliveryState::delivered, DeliveryState::collapsed, DeliveryState::failed}) {
    delivery.state = state;
    EXPECT_FALSE(delivery.waiting());
  }
}

}  // namespace
}  // namespace tocsin
