#include "agent/api/connections.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

namespace tocsin {
namespace {

/// One end is the server's, the other tells whether it was shut down.
class Pair {
 public:
  Pair() { socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends_.data()); }
  ~Pair() {
    close(ends_[0]);
    close(ends_[1]);
  }
  Pair(const Pair&) = delete;
  Pair& operator=(const Pair&) = delete;

  int server() const { return ends_[0]; }
  bool shut_down() const {
    char byte = 0;
    return recv(ends_[1], &byte, 1, 0) == 0;
  }

 private:
  std::array<int, 2> ends_{};
};

TEST(Connections, TheOneThatWaitsLongestGoesWhenTheyAreMany) {
  Connections connections(2);
  const Pair first, second, third;
  connections.opened(first.server());
  connections.opened(second.server());
  EXPECT_FALSE(first.shut_down());
  connections.opened(third.server());
  EXPECT_TRUE(first.shut_down());
  EXPECT_FALSE(second.shut_down());
  EXPECT_FALSE(third.shut_down());
}

TEST(Connections, ACompletedRequestCountsAsNew) {
  Connections connections(2);
  const Pair first, second, third;
  connections.opened(first.server());
  connections.opened(second.server());
  connections.served(first.server());
  connections.opened(third.server());
  EXPECT_FALSE(first.shut_down());
  EXPECT_TRUE(second.shut_down());
}

TEST(Connections, ClosedOnesMakeRoom) {
  Connections connections(2);
  const Pair first, second, third;
  connections.opened(first.server());
  connections.opened(second.server());
  connections.closed(first.server());
  connections.served(first.server());
  connections.opened(third.server());
  EXPECT_FALSE(second.shut_down());
}

}  // namespace
}  // namespace tocsin
