#include "agent/http/console.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>

#include "tests/agent/http/transport_fixture.h"

namespace tocsin {
namespace {

class Pipe {
 public:
  Pipe() { EXPECT_EQ(::pipe2(ends_.data(), O_CLOEXEC), 0); }
  ~Pipe() {
    close_reader();
    ::close(ends_[1]);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  int writer() const { return ends_[1]; }
  void close_reader() {
    if (ends_[0] >= 0) ::close(ends_[0]);
    ends_[0] = -1;
  }
  std::string read() const {
    std::array<char, 256> buffer{};
    const ssize_t count = ::read(ends_[0], buffer.data(), buffer.size());
    return {buffer.data(), static_cast<std::size_t>(count > 0 ? count : 0)};
  }

 private:
  std::array<int, 2> ends_{};
};

class Console : public test::TransportTest {};

TEST_F(Console, LineIsOutBeforeWaitAndCompletesWith200) {
  Pipe pipe;
  CurlTransport to_pipe("tocsin/0.0", pipe.writer());
  to_pipe.start(7, ConsoleLine{"INC-1 opened"});
  EXPECT_EQ(pipe.read(), "INC-1 opened\n");
  const auto done = to_pipe.wait(0ms);
  ASSERT_EQ(done.size(), 1U);
  EXPECT_EQ(done[0].id, 7U);
  EXPECT_TRUE(done[0].response.ok());
}

TEST_F(Console, AReaderThatHasStoppedMakesNobodyWait) {
  const Pipe pipe;
  const ConsoleLine line{std::string(1000, 'x')};
  Response response = write_console(pipe.writer(), line);
  for (int lines = 0; response.ok() && lines < 1000; ++lines) response = write_console(pipe.writer(), line);
  EXPECT_EQ(response.fault, TransportFault::timeout);
  EXPECT_FALSE(response.sent);
  while (pipe.read().size() == 256) {
    if (write_console(pipe.writer(), line).ok()) return;
  }
  FAIL() << "it is read again, and takes nothing";
}

TEST_F(Console, ALineIsLongerThanAPipeTakesAtOnce) {
  const Pipe pipe;
  EXPECT_TRUE(write_console(pipe.writer(), {std::string(10'000, 'x')}).ok());
}

TEST_F(Console, ClosedStdoutIsBroken) {
  Pipe pipe;
  pipe.close_reader();
  const Response response = write_console(pipe.writer(), {"text"});
  EXPECT_EQ(response.fault, TransportFault::broken);
  EXPECT_FALSE(response.sent);
  EXPECT_THAT(response.fault_text, testing::HasSubstr("stdout: Broken pipe"));
}

}  // namespace
}  // namespace tocsin
