#include "agent/poll/query.h"

#include <gtest/gtest.h>

namespace tocsin {
namespace {

TEST(Query, AsksForACompressedAnswerOnlyFromAnotherMachine) {
  PrometheusConfig prometheus;
  EXPECT_TRUE(instant_query(prometheus, "up", Timestamp{}).accept_gzip);
  prometheus.on_loopback = true;
  EXPECT_FALSE(instant_query(prometheus, "up", Timestamp{}).accept_gzip);
}

}  // namespace
}  // namespace tocsin
