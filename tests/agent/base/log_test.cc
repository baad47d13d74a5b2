#include "agent/base/log.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>

#include "agent/base/secret.h"
#include "agent/base/text.h"

namespace tocsin {
namespace {

TEST(Log, LogfmtQuotesOnlyWhatNeedsIt) {
  EXPECT_EQ(log::render(log::Format::logfmt, log::Level::info, "T", "incident opened",
                        {{"incident", "INC-7"}, {"value", 0.5}}),
            R"(time=T level=info msg="incident opened" incident=INC-7 value=0.5)");
}

TEST(Log, NoValueCanForgeALineOrMoveTheCursor) {
  const std::string line =
      log::render(log::Format::logfmt, log::Level::warn, "T", "m", {{"label", "a\nlevel=error \x1b[2J\xC2\x9b"}});
  EXPECT_EQ(line.find('\n'), std::string::npos);
  EXPECT_EQ(line.find('\x1b'), std::string::npos);
  EXPECT_EQ(line.find("\xC2\x9b"), std::string::npos);
}

TEST(Log, JsonIsValidForAnyBytes) {
  EXPECT_EQ(log::render(log::Format::json, log::Level::error, "T", "m", {{"label", "\"\xff\x01"}}),
            "{\"time\":\"T\",\"level\":\"error\",\"msg\":\"m\",\"label\":\"\\\"\xEF\xBF\xBD\\u0001\"}");
}

TEST(Log, JsonShowsNoControlThatATerminalWouldObey) {
  EXPECT_EQ(log::render(log::Format::json, log::Level::error, "T", "\u009b31m \u202e \u2028 \u00e9", {}),
            "{\"time\":\"T\",\"level\":\"error\",\"msg\":\"\\u009b31m \\u202e \\u2028 \u00e9\"}");
}

/// Stderr is a pipe as long as it lives.
class StderrPipe {
 public:
  StderrPipe() : kept_(::dup(STDERR_FILENO)) {
    EXPECT_EQ(::pipe2(ends_.data(), O_CLOEXEC), 0);
    EXPECT_EQ(::dup2(ends_[1], STDERR_FILENO), STDERR_FILENO);
  }
  ~StderrPipe() {
    ::dup2(kept_, STDERR_FILENO);
    for (const int end : {kept_, ends_[0], ends_[1]}) ::close(end);
  }
  StderrPipe(const StderrPipe&) = delete;
  StderrPipe& operator=(const StderrPipe&) = delete;

  void resize(std::size_t bytes) const { EXPECT_GE(::fcntl(ends_[1], F_SETPIPE_SZ, static_cast<int>(bytes)), 0); }

  /// Of what is in it, at most this much.
  std::string read(std::size_t bytes) const {
    std::string text(bytes, 0);
    const ssize_t count = ::read(ends_[0], text.data(), bytes);
    text.resize(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    return text;
  }

 private:
  std::array<int, 2> ends_{};
  int kept_;
};

TEST(Log, AReaderThatHasStoppedMakesNobodyWaitAndIsToldWhatItMissed) {
  constexpr std::size_t kPipeBytes = 8192;
  const StderrPipe pipe;
  pipe.resize(kPipeBytes);
  for (std::size_t bytes = 0; bytes < 4 * kPipeBytes; bytes += 1000) {
    log::error("unread", {{"text", std::string(1000, 'x')}});
  }
  pipe.read(kPipeBytes);
  log::error("read again");
  const std::string last = pipe.read(kPipeBytes);
  EXPECT_THAT(last, testing::ContainsRegex("log lines were lost: stderr took no more\" lines=[1-9][0-9]+\n"));
  EXPECT_THAT(last, testing::EndsWith("msg=\"read again\"\n"));
}

TEST(Log, ALineThatWasCutEndsBeforeTheNext) {
  constexpr std::size_t kPipeBytes = 8192;
  const StderrPipe pipe;
  pipe.resize(kPipeBytes);
  log::error("long", {{"text", std::string(2 * kPipeBytes, 'x')}});
  EXPECT_EQ(pipe.read(kPipeBytes).back(), 'x');
  log::error("read again");
  EXPECT_THAT(pipe.read(kPipeBytes), testing::StartsWith("\ntime="));
}

TEST(Secret, IsTakenOutOfTexts) {
  EXPECT_EQ(redact("token abc and abc", Secret("abc")), "token <secret> and <secret>");
  EXPECT_EQ(redact("nothing", Secret("")), "nothing");
}

TEST(Text, ShortenCutsBetweenCodePoints) {
  EXPECT_EQ(shorten("abc", 3), "abc");
  EXPECT_EQ(shorten("a\xC3\xA9"
                    "bcdef",
                    5),
            "a...");
}

TEST(Text, OneLineHasNoControlsOfAnyKind) {
  EXPECT_EQ(one_line("a\tb\n\u0085c\u009b31m\u2028\u202ed\u2066 \u00e9", 100), "a b c 31m d \u00e9");
}

TEST(Text, InvalidUtf8IsReplaced) {
  EXPECT_EQ(valid_utf8("a\xff"
                       "b\xED\xA0\x80"),
            "a\xEF\xBF\xBD"
            "b\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
}

TEST(Text, NumbersAreWrittenAsPrometheusWritesSamples) {
  EXPECT_EQ(format_number(0.1), "0.1");
  EXPECT_EQ(format_number(1e20), "100000000000000000000");
  EXPECT_EQ(format_number(1e21), "1e+21");
  EXPECT_EQ(format_number(1e-7), "1e-07");
  EXPECT_EQ(format_number(-0.0), "-0");
}

}  // namespace
}  // namespace tocsin
