#include "agent/http/large_bodies.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/agent/http/transport_fixture.h"
#include "tests/support/http_server.h"

namespace tocsin {
namespace {

using test::HttpServer;
using test::post_to;
using test::Reply;
using test::reply_with;
using test::Seen;
using testing::Contains;
using testing::HasSubstr;
using testing::Key;
using testing::Not;

constexpr std::size_t kMiB = 1 << 20;
constexpr RequestId kFirstSmall = 10;

HttpServer::Script always(const Reply& reply) {
  return [reply](const Seen&) { return reply; };
}

std::string chunked(const std::string& chunk, int count) {
  std::string body;
  for (int number = 0; number < count; ++number) body += fmt::format("{:x}\r\n{}\r\n", chunk.size(), chunk);
  return "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + body + "0\r\n\r\n";
}

/// Two megabytes of the digit 0, in blocks that are all the same. curl reads them at once.
std::string compressed_zeros() {
  const std::string head("\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03", 10);
  const std::string block = "\xec\xc1\x81" + std::string(4, '\0') + "\x80\x20\xa5\xfd\xe9\x16\xa9\x0a" +
                            std::string(63, '\0') + "\x6a" + std::string(3, '\0') + "\xff\xff";
  const std::string tail("\x03\x00\xfe\x54\x03\x34\x00\x00\x20\x00", 10);
  std::string bytes = head;
  for (int number = 0; number < 32; ++number) bytes += block;
  return bytes + tail;
}

class LargeBody : public test::TransportTest {
 protected:
  HttpRequest request(const HttpServer& server) {
    HttpRequest request = post_to(server.url());
    request.settings.timeout = 1min;
    request.accept_gzip = true;
    request.reply_bytes_max = 32 * kMiB;
    return request;
  }

  /// What completes while some small requests are asked and answered, one after the other.
  void ask_small_ones() {
    for (RequestId id = kFirstSmall; id < kFirstSmall + 100; ++id) {
      transport.start(id, request(small_));
      EXPECT_TRUE(wait_for(id).ok());
    }
  }

  Response wait_for(RequestId id) {
    constexpr int kTurnsMax = 600;
    for (int turn = 0; turn < kTurnsMax && !done_.contains(id); ++turn) turn_once();
    if (auto found = done_.extract(id)) return std::move(found.mapped());
    ADD_FAILURE() << "request " << id << " did not complete";
    for (RequestId other = 1; other < kFirstSmall; ++other) transport.cancel(other);  // no server waits for its reader
    return {};
  }

  void turn_once() {
    for (Completed& found : transport.wait(100ms)) done_[found.id] = std::move(found.response);
  }

  /// Begins an answer that never ends, and returns once more of it has come in than is small.
  void begin_endless(RequestId id, const HttpServer& endless, Duration timeout = 1min) {
    HttpRequest one = request(endless);
    one.settings.timeout = timeout;
    transport.start(id, one);
    // What is sent and not read fits in no socket.
    while (endless.replies() == 0 && !done_.contains(id)) turn_once();
  }

  const std::string half_ = "HTTP/1.1 200 OK\r\nContent-Length: 33554432\r\n\r\n" + std::string(31 * kMiB, 'x');
  HttpServer small_{always(reply_with(200, "ok"))};
  std::map<RequestId, Response> done_;
};

TEST_F(LargeBody, WaitsUntilTheOneBeforeHasBeenDealtWith) {
  HttpServer first_server(always(reply_with(200, std::string(3 * kMiB, 'a'))));
  HttpServer second_server(always({.bytes = chunked(std::string(kMiB / 16, 'b'), 48)}));
  transport.start(1, request(first_server));
  Response first = wait_for(1);
  EXPECT_TRUE(first.body == std::string(3 * kMiB, 'a'));
  transport.start(2, request(second_server));
  ask_small_ones();
  EXPECT_THAT(done_, Not(Contains(Key(2))));
  first = {};
  const Response second = wait_for(2);
  EXPECT_TRUE(second.ok()) << second.fault_text;
  EXPECT_TRUE(second.body == std::string(3 * kMiB, 'b'));
}

TEST_F(LargeBody, AllArriveOneAfterTheOther) {
  std::vector<std::unique_ptr<HttpServer>> servers;
  for (RequestId id = 1; id <= 8; ++id) {
    servers.push_back(std::make_unique<HttpServer>(always(reply_with(200, std::string(2 * kMiB, 'x')))));
    transport.start(id, request(*servers.back()));
  }
  for (std::size_t left = servers.size(); left > 0;) {
    while (done_.empty()) turn_once();
    EXPECT_EQ(done_.size(), 1U);
    EXPECT_EQ(done_.begin()->second.body.size(), 2 * kMiB);
    left -= std::min(left, done_.size());
    done_.clear();
  }
}

TEST_F(LargeBody, CompressedOneComesInWhole) {
  HttpServer server(always(reply_with(200, std::string(2 * kMiB, 'x'))));
  HttpServer zeros(always(reply_with(200, compressed_zeros(), "Content-Encoding: gzip\r\n")));
  transport.start(1, request(server));
  Response first = wait_for(1);
  transport.start(2, request(zeros));
  ask_small_ones();
  first = {};
  EXPECT_TRUE(wait_for(2).body == std::string(2 * kMiB, '0'));
}

TEST_F(LargeBody, CompressedOneThatPassesItsLimitInTurnIsTooLarge) {
  HttpServer server(always(reply_with(200, std::string(2 * kMiB, 'x'))));
  HttpServer zeros(always(reply_with(200, compressed_zeros(), "Content-Encoding: gzip\r\n")));
  transport.start(1, request(server));
  Response first = wait_for(1);
  HttpRequest limited = request(zeros);
  limited.reply_bytes_max = 2 * kMiB - 1;
  transport.start(2, limited);
  transport.start(3, request(server));
  ask_small_ones();
  first = {};
  // Either may have grown first. What has come in is not kept: the other waits for it.
  std::map<RequestId, std::string> faults;
  while (faults.size() < 2 && !HasFailure()) {
    turn_once();
    for (const auto& [id, response] : std::exchange(done_, {})) faults[id] = response.fault_text;
  }
  EXPECT_THAT(faults[2], HasSubstr("is larger than 2097151 bytes"));
  EXPECT_EQ(faults[3], "");
}

TEST_F(LargeBody, NextGoesOnOnceTheOneBeforeIsCancelled) {
  HttpServer endless(always({.bytes = half_}));
  HttpServer server(always(reply_with(200, std::string(2 * kMiB, 'x'))));
  begin_endless(1, endless);
  transport.start(2, request(server));
  ask_small_ones();
  EXPECT_THAT(done_, Not(Contains(Key(2))));
  transport.cancel(1);
  EXPECT_TRUE(wait_for(2).ok());
}

TEST_F(LargeBody, NextGoesOnOnceTheOneBeforeHasTimedOut) {
  HttpServer endless(always({.bytes = half_}));
  HttpServer server(always(reply_with(200, std::string(2 * kMiB, 'x'))));
  begin_endless(1, endless, 3s);
  transport.start(2, request(server));
  EXPECT_EQ(wait_for(1).fault, TransportFault::timeout);
  EXPECT_TRUE(wait_for(2).ok());
}

TEST_F(LargeBody, OneThatWaitsTooLongHasTimedOutAndIsNotWaitedFor) {
  HttpServer server(always(reply_with(200, std::string(2 * kMiB, 'x'))));
  transport.start(1, request(server));
  Response first = wait_for(1);
  HttpServer late(always(reply_with(200, std::string(2 * kMiB, 'x'))));
  HttpRequest impatient = request(late);
  impatient.settings.timeout = 1s;
  transport.start(2, impatient);
  const Response second = wait_for(2);
  EXPECT_EQ(second.fault, TransportFault::timeout);
  EXPECT_THAT(second.fault_text, HasSubstr("the reply was not complete within 1s"));
  HttpServer cancelled(always(reply_with(200, std::string(2 * kMiB, 'x'))));
  transport.start(3, request(cancelled));
  transport.start(4, request(server));
  ask_small_ones();
  transport.cancel(3);
  first = {};
  EXPECT_TRUE(wait_for(4).ok());
}

TEST_F(LargeBody, EndOfTheTransportDropsThoseThatWait) {
  HttpServer server(always(reply_with(200, std::string(2 * kMiB, 'x'))));
  HttpServer other(always(reply_with(200, std::string(2 * kMiB, 'x'))));
  Response kept;
  {
    CurlTransport brief("tocsin/0.0");
    brief.start(1, request(server));
    brief.start(2, request(other));
    while (kept.body.empty()) {
      for (Completed& found : brief.wait(1s)) kept = std::move(found.response);
    }
  }
  EXPECT_EQ(kept.body.size(), 2 * kMiB);
}

TEST(LargeBodies, TurnsAreTakenInTheOrderInWhichTheyWereAskedFor) {
  LargeBodies bodies;
  LargeBodies::Turn turn = bodies.take(1);
  EXPECT_NE(turn, nullptr);
  EXPECT_EQ(bodies.take(2), nullptr);
  EXPECT_EQ(bodies.take(3), nullptr);
  EXPECT_EQ(bodies.take(2), nullptr);
  EXPECT_EQ(bodies.next(), std::nullopt);
  turn.reset();
  EXPECT_EQ(bodies.next(), 2U);
  EXPECT_EQ(bodies.take(3), nullptr) << "not before the one that has waited longer";
  turn = bodies.take(2);
  EXPECT_NE(turn, nullptr);
  const LargeBodies::Turn copy = turn;
  turn.reset();
  EXPECT_EQ(bodies.next(), std::nullopt) << "a copy is left";
  bodies.leave(3);
  EXPECT_EQ(bodies.take(4), nullptr);
}

}  // namespace
}  // namespace tocsin
