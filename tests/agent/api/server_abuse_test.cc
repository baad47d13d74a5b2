// The HTTP port against clients that are wrong, hostile or slow.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "agent/api/server.h"
#include "agent/base/limits.h"
#include "tests/agent/api/client.h"
#include "tests/agent/api/fakes.h"

namespace tocsin {
namespace {

using test::Connection;
using test::get;
using test::post_json;
using test::Reply;
using test::request;
using testing::HasSubstr;

class ServerAbuse : public testing::Test {
 protected:
  ServerAbuse() {
    control.model = test::busy_model();
    store.records = {{1, test::make_record(1)}};
  }

  uint16_t start(Access access = {}) {
    Result<std::unique_ptr<ApiServer>> started =
        ApiServer::start({.listen = "127.0.0.1:0", .access = std::move(access)}, control, store, watchdog);
    EXPECT_TRUE(started);
    server = std::move(*started);
    return server->port();
  }

  test::FakeControl control;
  test::FakeStore store;
  Watchdog watchdog{std::chrono::hours(1), end_of_hung_process};
  std::unique_ptr<ApiServer> server;
};

TEST_F(ServerAbuse, TheTokenIsNeededForChangesAndNotForReading) {
  const uint16_t port = start({.token = Secret("s3cret"), .external_url = ""});
  EXPECT_EQ(get(port, "/api/v1/incidents").status, 200);
  for (const char* path : {"/-/reload", "/api/v1/incidents/INC-1/acknowledge", "/api/v1/incidents/INC-1/resolve",
                           "/api/v1/incidents/INC-1/notes"}) {
    const Reply refused = post_json(port, path, R"({"text":"x"})");
    EXPECT_EQ(refused.status, 401) << path;
    EXPECT_EQ(refused.header("WWW-Authenticate"), R"(Bearer realm="tocsin")");
    EXPECT_EQ(post_json(port, path, R"({"text":"x"})", {"Authorization: Bearer wrong"}).status, 401) << path;
    EXPECT_EQ(post_json(port, path, R"({"text":"x"})", {"Authorization: Bearer s3cret"}).status, 200) << path;
  }
  EXPECT_EQ(control.actions().size(), 3U);
}

TEST_F(ServerAbuse, ANewTokenCountsFromTheNextRequestOn) {
  const uint16_t port = start({.token = Secret("old"), .external_url = ""});
  server->set_access({.token = Secret("new"), .external_url = ""});
  EXPECT_EQ(post_json(port, "/-/reload", "{}", {"Authorization: Bearer old"}).status, 401);
  EXPECT_EQ(post_json(port, "/-/reload", "{}", {"Authorization: Bearer new"}).status, 200);
}

TEST_F(ServerAbuse, PagesOfOtherSitesCannotAct) {
  const uint16_t port = start({.token = Secret(), .external_url = "https://tocsin.example.org"});
  const char* path = "/api/v1/incidents/INC-1/resolve";
  EXPECT_EQ(post_json(port, path, "{}", {"Origin: https://evil.example.org"}).status, 403);
  EXPECT_EQ(post_json(port, path, "{}", {"Host: rebound.example.org"}).status, 403);
  EXPECT_EQ(request(port, "POST", path, {"Content-Type: text/plain"}, "{}").status, 415);
  EXPECT_EQ(request(port, "POST", path, {"Content-Type: application/x-www-form-urlencoded"}).status, 415);
  EXPECT_EQ(request(port, "POST", path, {"Host: localhost", "Host: evil.example.org"}).status, 400);
  EXPECT_EQ(post_json(port, std::string("http://rebound.example.org") + path, "{}").status, 403);
  EXPECT_EQ(post_json(port, path, "{}", {"Origin: http://localhost", "Origin: https://evil.example.org"}).status, 403);
  EXPECT_TRUE(control.actions().empty());
  EXPECT_EQ(post_json(port, std::string("http://localhost:80") + path, "{}", {"Host: rebound.example.org"}).status,
            200);
  EXPECT_EQ(post_json(port, path, "{}", {"Origin: https://tocsin.example.org"}).status, 200);
  EXPECT_EQ(post_json(port, path, "{}", {"Host: tocsin.example.org"}).status, 200);
}

TEST_F(ServerAbuse, ABodyThatAnnouncesTooMuchIsRefusedUnread) {
  Connection connection(start());
  connection.send(
      "POST /-/reload HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
      "Content-Length: 2147483648\r\n\r\n");
  const Reply reply = connection.read_reply();
  EXPECT_EQ(reply.status, 413);
  EXPECT_THAT(reply.body, HasSubstr("errorType"));
  EXPECT_TRUE(connection.closed_by_server());
}

TEST_F(ServerAbuse, ABodyOfTheLargestSizeIsTaken) {
  const uint16_t port = start();
  const std::string padding(limits::kRequestBodyBytesMax - 20, ' ');
  const std::string body = R"({"text":"note"})" + padding;
  EXPECT_EQ(post_json(port, "/api/v1/incidents/INC-1/notes", body).status, 200);
  EXPECT_EQ(post_json(port, "/api/v1/incidents/INC-1/notes", body + padding).status, 413);
}

TEST_F(ServerAbuse, AChunkedBodyIsTakenWithinTheSameBound) {
  const uint16_t port = start();
  const std::string head =
      "POST /api/v1/incidents/INC-1/notes HTTP/1.1\r\nHost: localhost\r\n"
      "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
  Connection small(port);
  small.send(head + "8\r\n{\"text\":\r\n4\r\n\"x\"}\r\n0\r\n\r\n");
  EXPECT_EQ(small.read_reply().status, 200);
  Connection large(port);
  large.send(head);
  const std::string chunk = "4000\r\n" + std::string(0x4000, ' ') + "\r\n";
  for (int i = 0; i < 5; ++i) large.send(chunk);
  large.send("0\r\n\r\n");
  EXPECT_EQ(large.read_reply().status, 413);
}

TEST_F(ServerAbuse, AChunkedBodyIsTakenInPiecesOfAnySize) {
  const uint16_t port = start();
  for (const char* chunks : {"c\r\n{\"text\":\"x\"}\r\n0\r\n\r\n", "0\r\n\r\n"}) {
    Connection connection(port);
    connection.send(
        "POST /api/v1/incidents/INC-1/notes HTTP/1.1\r\nHost: localhost\r\n"
        "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (const char piece : std::string(chunks)) connection.send(std::string(1, piece));
    EXPECT_EQ(connection.read_reply().status, chunks[0] == 'c' ? 200 : 400) << chunks;
  }
  EXPECT_EQ(get(port, "/metrics").status, 200);
}

TEST_F(ServerAbuse, AnEndlessChunkedBodyIsCutOff) {
  Connection connection(start());
  connection.send(
      "POST /-/reload HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
      "Transfer-Encoding: chunked\r\n\r\n");
  const std::string chunk = "4000\r\n" + std::string(0x4000, ' ') + "\r\n";
  int sent = 0;
  while (sent < 100'000 && connection.send(chunk)) ++sent;
  EXPECT_LT(sent, 100'000);
  EXPECT_EQ(control.reloads, 0);
}

TEST_F(ServerAbuse, EndlessHeadersAreRefused) {
  Connection connection(start());
  connection.send("GET /metrics HTTP/1.1\r\nHost: localhost\r\n");
  const std::string header = "X-Padding: " + std::string(1000, 'x') + "\r\n";
  for (int i = 0; i < 100 && connection.send(header); ++i) {
  }
  EXPECT_EQ(connection.read_reply().status, 431);
}

TEST_F(ServerAbuse, HeadersAreCounted) {
  const uint16_t port = start();
  std::vector<std::string> headers(limits::kRequestHeadersMax - 2, "a: b");  // the others: Host, Connection
  EXPECT_EQ(request(port, "GET", "/metrics", headers).status, 200);
  headers.emplace_back("a: b");
  EXPECT_EQ(request(port, "GET", "/metrics", headers).status, 431);
}

TEST_F(ServerAbuse, AHeadOfTheLargestSizeIsTaken) {
  const uint16_t port = start();
  const std::string begin = "GET /metrics HTTP/1.1\r\nHost: localhost\r\nX-Padding: ";
  const std::string padding(limits::kRequestHeadBytesMax - begin.size() - 4, 'x');
  Connection largest(port);
  largest.send(begin + padding + "\r\n\r\n");
  EXPECT_EQ(largest.read_reply().status, 200);
  Connection larger(port);
  larger.send(begin + padding + "x\r\n\r\n");
  EXPECT_EQ(larger.read_reply().status, 431);
}

TEST_F(ServerAbuse, WhoSendsHalfARequestAndReadsIsTold) {
  const uint16_t port = start();
  for (const char* half :
       {"GET /metrics HTTP/1.1\r\nHo", "POST /-/reload HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{"}) {
    Connection connection(port);
    connection.send(half);
    connection.end_sending();
    const Reply reply = connection.read_reply();
    EXPECT_EQ(reply.status, 400) << half;
    EXPECT_THAT(reply.body, HasSubstr("ended before the request did")) << half;
  }
  EXPECT_EQ(control.reloads, 0);
}

TEST_F(ServerAbuse, UnfinishedRequestsKeepNobodyOut) {
  const uint16_t port = start();
  const std::string body(limits::kRequestBodyBytesMax, ' ');
  const std::string unfinished =
      "POST /-/reload HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: " +
      std::to_string(body.size()) + "\r\n\r\n" + body.substr(1);
  std::vector<Connection> clients;
  for (std::size_t i = 0; i < 2 * limits::kRequestsBytesMax / body.size(); ++i) {
    clients.emplace_back(port).send(unfinished);
  }
  EXPECT_EQ(post_json(port, "/-/reload", body).status, 200);
  for (Connection* client : {&clients.front(), &clients.back()}) client->send(" ");
  EXPECT_EQ(clients.front().read_reply().status, 0);
  EXPECT_EQ(clients.back().read_reply().status, 200);
}

TEST_F(ServerAbuse, NonsenseIsRefused) {
  const uint16_t port = start();
  for (const char* text :
       {"nonsense\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\nHost: x\r\n\r\n", "\x16\x03\x01\x02\x00\x01",
        "POST /-/reload HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
        "POST /-/reload HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999999999999\r\n\r\n",
        "POST /-/reload HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"}) {
    Connection connection(port);
    connection.send(text);
    connection.send("\r\n\r\n");
    const Reply reply = connection.read_reply();
    EXPECT_EQ(reply.status, 400) << text;
    EXPECT_THAT(reply.body, HasSubstr(R"("errorType":"bad_data")")) << text;
    EXPECT_EQ(reply.header("Connection"), "close") << text;
    EXPECT_TRUE(connection.closed_by_server()) << text;
  }
  EXPECT_EQ(control.reloads, 0);
  EXPECT_EQ(get(port, "/metrics").status, 200);
}

TEST_F(ServerAbuse, ABodyOfUnknownLengthNeverPassesForARequest) {
  const uint16_t port = start();
  for (const char* lengths :
       {"Transfer-Encoding: gzip\r\n", "Transfer-Encoding: chunked, gzip\r\n",
        "Content-Length: 0\r\nContent-Length: 0\r\n", "Content-Length: 0\r\nTransfer-Encoding: gzip\r\n"}) {
    Connection connection(port);
    connection.send(std::string("POST /-/reload HTTP/1.1\r\nHost: localhost\r\n") + lengths +
                    "\r\nPOST /-/reload HTTP/1.1\r\nHost: localhost\r\n\r\n");
    const Reply reply = connection.read_reply();
    EXPECT_EQ(reply.status, 400) << lengths;
    EXPECT_EQ(reply.header("Connection"), "close") << lengths;
    EXPECT_EQ(connection.read_reply().status, 0) << lengths;
  }
  EXPECT_EQ(control.reloads, 0);
}

TEST_F(ServerAbuse, SlowClientsKeepNobodyOut) {
  const uint16_t port = start();
  std::vector<Connection> slow;
  for (int i = 0; i < 200; ++i) {
    slow.emplace_back(port).send("GET /metrics HTTP/1.1\r\nHo");
  }
  for (int round = 0; round < 5; ++round) {
    for (Connection& connection : slow) connection.send("s");
    EXPECT_EQ(get(port, "/metrics").status, 200);
  }
}

TEST_F(ServerAbuse, MoreSlowClientsThanThereIsRoomForKeepNobodyOut) {
  const uint16_t port = start();
  std::vector<Connection> slow;
  for (unsigned int i = 0; i < limits::kRequestConnectionsMax + 100; ++i) {
    slow.emplace_back(port).send("GET /metrics HTTP/1.1\r\nHo");
    if (i % 100 == 0) {
      EXPECT_EQ(get(port, "/metrics").status, 200);
    }
  }
  EXPECT_TRUE(slow.front().closed_by_server());
  EXPECT_EQ(get(port, "/metrics").status, 200);
}

}  // namespace
}  // namespace tocsin
