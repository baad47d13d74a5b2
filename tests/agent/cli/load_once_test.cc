#include "agent/cli/load_once.h"

#include <gtest/gtest.h>
#include <sys/prctl.h>

namespace tocsin {
namespace {

TEST(LoadOnce, FromHereOnTheProcessLeavesNoCore) {
  ASSERT_EQ(::prctl(PR_SET_DUMPABLE, 1), 0);
  EXPECT_FALSE(load_once("/nowhere/tocsin.toml").config);
  EXPECT_EQ(::prctl(PR_GET_DUMPABLE), 0);
  ::prctl(PR_SET_DUMPABLE, 1);
}

}  // namespace
}  // namespace tocsin
