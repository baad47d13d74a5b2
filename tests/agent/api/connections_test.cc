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

Connections::Body body_of(std::size_t bytes) {
  return std::make_shared<const std::string>(bytes, 'x');
}

class ConnectionsTest : public testing::Test {
 protected:
  Connections connections{{.connections = 3, .request_bytes = 50, .reply_bytes = 100}};
  const Pair first, second, third, fourth;

  void open_three() {
    for (const Pair* pair : {&first, &second, &third}) connections.opened(pair->server());
  }
};

TEST_F(ConnectionsTest, TheOneThatGotOnLongestAgoGoesWhenTheyAreMany) {
  open_three();
  EXPECT_FALSE(first.shut_down());
  connections.opened(fourth.server());
  EXPECT_TRUE(first.shut_down());
  EXPECT_FALSE(second.shut_down() || third.shut_down() || fourth.shut_down());
}

TEST_F(ConnectionsTest, ARequestAndItsReplyAreGettingOn) {
  open_three();
  connections.replying(first.server(), body_of(1));
  connections.replying(second.server(), body_of(1));
  connections.replied(second.server());
  connections.opened(fourth.server());
  EXPECT_TRUE(third.shut_down());
  EXPECT_FALSE(first.shut_down() || second.shut_down());
}

TEST_F(ConnectionsTest, TheOldestRequestGoesWhenTheyAreTooMuchMemory) {
  open_three();
  EXPECT_TRUE(connections.reading(second.server(), 10));
  EXPECT_TRUE(connections.reading(third.server(), 10));
  EXPECT_TRUE(connections.reading(second.server(), 40));
  EXPECT_TRUE(connections.reading(third.server(), 20));
  EXPECT_TRUE(second.shut_down());
  EXPECT_FALSE(first.shut_down()) << "it is between two requests";
  EXPECT_FALSE(third.shut_down());
  EXPECT_FALSE(connections.reading(second.server(), 1)) << "it has gone";
}

TEST_F(ConnectionsTest, AnOldConnectionBeginsANewRequest) {
  open_three();
  EXPECT_TRUE(connections.reading(second.server(), 30));
  EXPECT_TRUE(connections.reading(first.server(), 30));
  EXPECT_TRUE(second.shut_down());
  EXPECT_FALSE(first.shut_down());
}

TEST_F(ConnectionsTest, ARequestThatGrowsBeyondAllRoomGoesItself) {
  open_three();
  EXPECT_TRUE(connections.reading(first.server(), 20));
  EXPECT_TRUE(connections.reading(second.server(), 20));
  EXPECT_FALSE(connections.reading(first.server(), 40));
  EXPECT_TRUE(first.shut_down());
  EXPECT_FALSE(second.shut_down());
}

TEST_F(ConnectionsTest, RequestsThatAreReadOrClosedMakeRoom) {
  open_three();
  for (int i = 0; i < 10; ++i) {
    EXPECT_TRUE(connections.reading(first.server(), 30));
    EXPECT_TRUE(connections.reading(first.server(), 0));
  }
  EXPECT_TRUE(connections.reading(second.server(), 30));
  connections.closed(second.server());
  EXPECT_TRUE(connections.reading(third.server(), 30));
  EXPECT_FALSE(first.shut_down() || second.shut_down() || third.shut_down());
}

TEST_F(ConnectionsTest, ClosedOnesMakeRoom) {
  open_three();
  connections.closed(first.server());
  connections.replied(first.server());
  connections.opened(fourth.server());
  EXPECT_FALSE(first.shut_down() || second.shut_down());
}

TEST_F(ConnectionsTest, TheOldestReaderGoesWhenRepliesAreTooMuchMemory) {
  open_three();
  connections.replying(second.server(), body_of(60));
  connections.replying(third.server(), body_of(60));
  EXPECT_TRUE(second.shut_down());
  EXPECT_FALSE(first.shut_down()) << "it holds no reply";
  EXPECT_FALSE(third.shut_down());
}

TEST_F(ConnectionsTest, ASharedReplyCountsOnce) {
  open_three();
  const Connections::Body page = body_of(60);
  for (const Pair* pair : {&first, &second, &third}) connections.replying(pair->server(), page);
  EXPECT_FALSE(first.shut_down() || second.shut_down() || third.shut_down());
  connections.replied(first.server());
  connections.closed(second.server());
  connections.replying(first.server(), body_of(60));
  EXPECT_TRUE(third.shut_down()) << "it still holds the page";
}

TEST_F(ConnectionsTest, AReplyLargerThanTheLimitIsSentAlone) {
  open_three();
  connections.replying(first.server(), body_of(10));
  connections.replying(second.server(), body_of(1000));
  EXPECT_TRUE(first.shut_down());
  EXPECT_FALSE(second.shut_down());
}

TEST_F(ConnectionsTest, TakenRepliesAreForgotten) {
  open_three();
  for (int i = 0; i < 10; ++i) {
    connections.replying(first.server(), body_of(60));
    connections.replied(first.server());
  }
  connections.replying(second.server(), body_of(60));
  EXPECT_FALSE(first.shut_down());
}

}  // namespace
}  // namespace tocsin
