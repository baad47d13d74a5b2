#include "agent/api/listen_socket.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace tocsin {
namespace {

using testing::HasSubstr;

TEST(ListenSocket, TakesAFreePortAndTellsIt) {
  for (const char* listen : {"127.0.0.1:0", "localhost:0", ":0"}) {
    const Result<ListenSocket> socket = open_listen_socket(listen);
    ASSERT_TRUE(socket) << listen << ": " << socket.error().text;
    EXPECT_GT(socket->port, 0);
    close(socket->fd);
  }
}

TEST(ListenSocket, ATakenPortIsNamedWithItsRemedy) {
  const Result<ListenSocket> first = open_listen_socket("127.0.0.1:0");
  ASSERT_TRUE(first);
  const std::string taken = "127.0.0.1:" + std::to_string(first->port);
  const Result<ListenSocket> second = open_listen_socket(taken);
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().text, HasSubstr(taken));
  EXPECT_THAT(second.error().text, HasSubstr("another process"));
  close(first->fd);
}

TEST(ListenSocket, RefusesWhatIsNoAddress) {
  for (const char* listen :
       {"", "9876", "127.0.0.1", "127.0.0.1:", "127.0.0.1:http", "127.0.0.1:65536", "::1:80", "a b:1"}) {
    const Result<ListenSocket> socket = open_listen_socket(listen);
    EXPECT_FALSE(socket) << listen;
    EXPECT_THAT(socket.error().text, HasSubstr("HOST:PORT"));
  }
}

TEST(ListenSocket, AnAddressOfAnotherHostIsNamed) {
  const Result<ListenSocket> socket = open_listen_socket("192.0.2.1:0");
  ASSERT_FALSE(socket);
  EXPECT_THAT(socket.error().text, HasSubstr("does not have that address"));
}

}  // namespace
}  // namespace tocsin
