#include <gmock/gmock.h>

#include <cstdlib>
#include <ctime>
#include <set>
#include <thread>

#include "tests/agent/http/transport_fixture.h"
#include "tests/support/http_server.h"

namespace tocsin {
namespace {

using test::ClosedPort;
using test::HttpServer;
using test::post_to;
using test::Reply;
using test::reply_with;
using test::Seen;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

Reply ok(const Seen&) {
  return reply_with(200, "ok");
}

/// Set as long as this lives. curl reads the environment on the test's own thread.
class EnvironmentVariable {
 public:
  EnvironmentVariable(const char* name, const std::string& value) : name_(name) {
    ::setenv(name, value.c_str(), 1);  // NOLINT(concurrency-mt-unsafe)
  }
  ~EnvironmentVariable() { ::unsetenv(name_); }  // NOLINT(concurrency-mt-unsafe)
  EnvironmentVariable(const EnvironmentVariable&) = delete;
  EnvironmentVariable& operator=(const EnvironmentVariable&) = delete;

 private:
  const char* name_;
};

class Http : public test::TransportTest {
 protected:
  static HttpServer::Script always(const Reply& reply) {
    return [reply](const Seen&) { return reply; };
  }
};

TEST_F(Http, PostCarriesBodyTypeAndAgent) {
  HttpServer server(ok);
  HttpRequest request = post_to(server.url("/a/b?c=d"), "query=up");
  request.content_type = "application/x-www-form-urlencoded";
  const Response response = exchange(request);
  EXPECT_TRUE(response.ok()) << response.fault_text;
  EXPECT_EQ(response.body, "ok");
  EXPECT_TRUE(response.sent);
  const Seen seen = server.seen().at(0);
  EXPECT_EQ(seen.line(), "POST /a/b?c=d HTTP/1.1");
  EXPECT_EQ(seen.body, "query=up");
  EXPECT_EQ(seen.header("content-type"), "application/x-www-form-urlencoded");
  EXPECT_EQ(seen.header("user-agent"), "tocsin/0.0");
  EXPECT_EQ(seen.header("host"), "127.0.0.1:" + std::to_string(server.port()));
}

TEST_F(Http, MethodsGoOutAsGiven) {
  HttpServer server(ok);
  HttpRequest request = post_to(server.url(), "");
  request.method = "GET";
  EXPECT_TRUE(exchange(request).ok());
  request.method = "PUT";
  request.body = "x";
  EXPECT_TRUE(exchange(request).ok());
  request.method = "POST";
  request.body = "";
  EXPECT_TRUE(exchange(request).ok());
  EXPECT_THAT(server.seen().at(0).line(), StartsWith("GET "));
  EXPECT_EQ(server.seen().at(0).header("content-type"), "");
  EXPECT_THAT(server.seen().at(1).line(), StartsWith("PUT "));
  EXPECT_EQ(server.seen().at(1).body, "x");
  EXPECT_EQ(server.seen().at(2).header("content-length"), "0");
}

TEST_F(Http, BodiesMayHoldAnyBytes) {
  HttpServer server([](const Seen& seen) { return reply_with(200, seen.body); });
  const std::string bytes("a\0b\r\n\xff", 6);
  EXPECT_EQ(exchange(post_to(server.url(), bytes)).body, bytes);
}

TEST_F(Http, LargeBodyIsSentWithoutExpect) {
  HttpServer server(ok);
  EXPECT_TRUE(exchange(post_to(server.url(), std::string(3 << 20, 'x'))).ok());
  EXPECT_EQ(server.seen().at(0).header("expect"), "");
  EXPECT_EQ(server.seen().at(0).body.size(), 3U << 20);
}

TEST_F(Http, ConnectionsAndHandlesAreReused) {
  HttpServer server(ok);
  for (int count = 0; count < 5; ++count) EXPECT_TRUE(exchange(post_to(server.url())).ok());
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(Http, NothingOfOneRequestLeaksIntoTheNext) {
  HttpServer server(ok);
  HttpRequest first = post_to(server.url());
  first.settings.basic_auth = BasicAuth{"u", Secret("p")};
  first.settings.headers = {{"X-Scope-OrgID", Secret("tenant")}};
  EXPECT_TRUE(exchange(first).ok());
  EXPECT_TRUE(exchange(post_to(server.url())).ok());
  EXPECT_EQ(server.seen().at(1).header("authorization"), "");
  EXPECT_EQ(server.seen().at(1).header("x-scope-orgid"), "");
}

TEST_F(Http, RequestLikeOneBeforeHasItsOwnBodyAndReply) {
  HttpServer server([](const Seen& seen) {
    return seen.body == "first" ? reply_with(503, "long refusal", "Retry-After: 7\r\n") : reply_with(200, seen.body);
  });
  const Response refused = exchange(post_to(server.url(), "first"));
  EXPECT_EQ(refused.body, "long refusal");
  EXPECT_EQ(refused.retry_after, Duration{7000});
  const Response accepted = exchange(post_to(server.url(), "the second"));
  EXPECT_EQ(accepted.status, 200);
  EXPECT_EQ(accepted.body, "the second");
  EXPECT_EQ(accepted.retry_after, std::nullopt);
  EXPECT_FALSE(accepted.resent);
}

TEST_F(Http, RequestLikeOneThatFailedDoesNotFail) {
  HttpServer server([](const Seen& seen) { return reply_with(200, std::string(seen.body.size(), 'x')); });
  HttpRequest request = post_to(server.url(), std::string(1000, 'x'));
  request.reply_bytes_max = 500;
  EXPECT_EQ(exchange(request).fault, TransportFault::too_large);
  request.body = "short";
  const Response response = exchange(request);
  EXPECT_EQ(response.fault, TransportFault::none);
  EXPECT_EQ(response.fault_text, "");
  EXPECT_EQ(response.body, "xxxxx");
}

TEST_F(Http, ReusedConnectionThatThePeerClosedIsReplaced) {
  HttpServer server(always({.bytes = reply_with(200, "ok").bytes, .close = true}));
  EXPECT_TRUE(exchange(post_to(server.url())).ok());
  EXPECT_TRUE(exchange(post_to(server.url())).ok());
}

TEST_F(Http, WhatWentOutTwiceIsKnownToHaveGoneOutTwice) {
  // The peer takes the second request and goes without an answer; curl sends it again over a new connection.
  int requests = 0;
  HttpServer server([&requests](const Seen&) {
    if (++requests == 2) return Reply{.bytes = "", .close = true};
    return reply_with(requests == 1 ? 200 : 503, "");
  });
  EXPECT_FALSE(exchange(post_to(server.url())).resent);
  const Response response = exchange(post_to(server.url()));
  EXPECT_EQ(response.status, 503);
  EXPECT_TRUE(response.resent);
  EXPECT_EQ(server.seen().size(), 3U);
  EXPECT_FALSE(exchange(post_to(server.url())).resent);
}

TEST_F(Http, ManyRequestsRunAtOnce) {
  HttpServer server(ok);
  std::set<RequestId> open;
  for (RequestId id = 1; id <= 100; ++id) {
    transport.start(id, post_to(server.url()));
    open.insert(id);
  }
  for (int turn = 0; turn < 1000 && !open.empty(); ++turn) {
    for (const Completed& done : transport.wait(1s)) {
      EXPECT_TRUE(done.response.ok()) << done.response.fault_text;
      open.erase(done.id);
    }
  }
  EXPECT_TRUE(open.empty());
  EXPECT_EQ(server.seen().size(), 100U);
}

// `printf %01000d | gzip -9 -n`: 1000 times the digit 0.
const std::string kGzip(
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\x33\x30\x18\x05\xa3\x60\x14\x0c\x77\x00\x00\x83\x99\x5f"
    "\xa8\xe8\x03\x00\x00",
    29);

TEST_F(Http, GzipIsAskedForAndDecodedOnlyWhereAllowed) {
  HttpServer server(always(reply_with(200, kGzip, "Content-Encoding: gzip\r\n")));
  HttpRequest request = post_to(server.url());
  EXPECT_EQ(exchange(request).body, kGzip);
  request.accept_gzip = true;
  EXPECT_EQ(exchange(request).body, std::string(1000, '0'));
  EXPECT_EQ(server.seen().at(0).header("accept-encoding"), "");
  EXPECT_EQ(server.seen().at(1).header("accept-encoding"), "gzip");
}

TEST_F(Http, LimitCountsDecodedBytes) {
  HttpServer server(always(reply_with(200, kGzip, "Content-Encoding: gzip\r\n")));
  HttpRequest request = post_to(server.url());
  request.accept_gzip = true;
  request.reply_bytes_max = 999;
  const Response response = exchange(request);
  EXPECT_EQ(response.fault, TransportFault::too_large);
  EXPECT_EQ(response.status, 200);
  EXPECT_TRUE(response.sent);
  EXPECT_THAT(response.fault_text, HasSubstr("is larger than 999 bytes"));
  request.reply_bytes_max = 1000;
  EXPECT_TRUE(exchange(request).ok());
}

TEST_F(Http, HandleThatNeverConnectedIsGoodForACompressedReplyAndBack) {
  HttpServer server(always(reply_with(200, std::string(100'000, 'x'))));
  HttpRequest plain = post_to("http://" + std::string(64, 'a') + ".example.org");  // which is no name
  plain.reply_bytes_max = 200'000;
  HttpRequest compressed = plain;
  compressed.accept_gzip = true;
  for (HttpRequest& first : std::vector{plain, compressed}) {
    EXPECT_EQ(exchange(first).fault, TransportFault::resolve);
    HttpRequest& second = first.accept_gzip ? plain : compressed;
    second.settings.url = Secret(server.url());
    const Response response = exchange(second);
    EXPECT_TRUE(response.ok()) << response.fault_text;
    EXPECT_EQ(response.body.size(), 100'000U);
  }
}

TEST_F(Http, LimitHoldsForChunkedReplies) {
  const std::string chunk = "1000\r\n" + std::string(4096, 'x') + "\r\n";
  HttpServer server(
      always({.bytes = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk + chunk + "0\r\n\r\n"}));
  HttpRequest request = post_to(server.url());
  request.reply_bytes_max = 4096;
  const Response response = exchange(request);
  EXPECT_EQ(response.fault, TransportFault::too_large);
  EXPECT_THAT(response.fault_text, HasSubstr("is larger than 4 KiB"));
  EXPECT_LE(response.body.size(), 4096U);
  request.reply_bytes_max = 8192;
  EXPECT_EQ(exchange(request).body.size(), 8192U);
}

TEST_F(Http, HeadersAreBoundedToo) {
  std::string headers;
  for (int line = 0; line < 100; ++line) headers += "X-Line: " + std::string(1000, 'x') + "\r\n";
  HttpServer server(always(reply_with(200, "ok", headers)));
  const Response response = exchange(post_to(server.url()));
  EXPECT_EQ(response.fault, TransportFault::too_large);
  EXPECT_THAT(response.fault_text, HasSubstr("has more than 64 KiB of headers"));
}

TEST_F(Http, RedirectIsAnAnswerThatNamesItsTarget) {
  HttpServer server(always(reply_with(302, "", "Location: /login?next=x\r\n")));
  const Response response = exchange(post_to(server.url("/api")));
  EXPECT_EQ(response.fault, TransportFault::none);
  EXPECT_EQ(response.status, 302);
  EXPECT_EQ(response.location, server.url("/login?next=x"));
  EXPECT_EQ(server.seen().size(), 1U);
}

TEST_F(Http, RedirectTargetHoldsNoCredentials) {
  HttpServer server(always(reply_with(302, "", "Location: /login\r\n")));
  const std::string peer = "127.0.0.1:" + std::to_string(server.port());
  EXPECT_EQ(exchange(post_to("http://user:s3cret@" + peer + "/")).location, "http://" + peer + "/login");
}

TEST_F(Http, TheDateOfAReplyIsRead) {
  HttpServer dated(always(reply_with(200, "", "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n")));
  EXPECT_EQ(exchange(post_to(dated.url())).date, from_unix_ms(784'111'777'000));
  HttpServer odd(always(reply_with(200, "", "Date: soon\r\n")));
  EXPECT_EQ(exchange(post_to(odd.url())).date, std::nullopt);
  HttpServer silent(always(reply_with(200, "")));
  EXPECT_EQ(exchange(post_to(silent.url())).date, std::nullopt);
}

TEST_F(Http, RetryAfterIsReadAsSecondsOrDate) {
  Reply reply = reply_with(429, "", "Retry-After: 17\r\n");
  HttpServer seconds(always(reply));
  EXPECT_EQ(exchange(post_to(seconds.url())).retry_after, 17s);
  std::string date(64, '\0');
  const std::time_t later = std::time(nullptr) + 1000;
  std::tm parts{};
  ::gmtime_r(&later, &parts);
  date.resize(std::strftime(date.data(), date.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts));
  HttpServer dated(always(reply_with(503, "", "Retry-After: " + date + "\r\n")));
  const Response response = exchange(post_to(dated.url()));
  EXPECT_GT(response.retry_after.value_or(0s), 0s);
  EXPECT_LE(response.retry_after.value_or(1h), 1000s);
  HttpServer forever(always(reply_with(503, "", "Retry-After: 99999999\r\n")));
  EXPECT_EQ(exchange(post_to(forever.url())).retry_after, limits::kRetryAfterMax);
  HttpServer without(always(reply_with(503, "")));
  EXPECT_FALSE(exchange(post_to(without.url())).retry_after.has_value());
}

TEST_F(Http, CredentialsAndHeadersGoOut) {
  HttpServer server(ok);
  HttpRequest request = post_to(server.url());
  request.settings.basic_auth = BasicAuth{"user", Secret("pass:word")};
  request.settings.headers = {
      {"X-Scope-OrgID", Secret("a b\tc")}, {"X-Empty", Secret("")}, {"content-type", Secret("x/y")}};
  EXPECT_TRUE(exchange(request).ok());
  const Seen seen = server.seen().at(0);
  EXPECT_EQ(seen.header("authorization"), "Basic dXNlcjpwYXNzOndvcmQ=");
  EXPECT_EQ(seen.header("x-scope-orgid"), "a b\tc");
  EXPECT_THAT(seen.head, HasSubstr("X-Empty:"));
  EXPECT_EQ(seen.header("content-type"), "x/y");
  EXPECT_THAT(seen.head, Not(HasSubstr("application/json")));
  request.settings = {};
  request.settings.url = Secret(server.url());
  request.settings.bearer_token = Secret("t0ken");
  EXPECT_TRUE(exchange(request).ok());
  EXPECT_EQ(server.seen().at(1).header("authorization"), "Bearer t0ken");
}

TEST_F(Http, ControlCharactersNeverReachTheWire) {
  HttpServer server(ok);
  std::vector<HttpRequest> requests(7, post_to(server.url()));
  requests[0].settings.headers = {{"X-A", Secret("s3cret\r\nX-B: evil")}};
  requests[1].settings.headers = {{"X-A\r\nX-B: evil", Secret("s3cret")}};
  requests[2].settings.bearer_token = Secret("s3cret\r\nX-B: evil");
  requests[3].content_type = "text/plain\r\nX-B: s3cret";
  requests[4].method = "POST / HTTP/1.1\r\n";
  requests[5].settings.url = Secret(server.url("/s3cret\r\nX-B:%20evil"));
  requests[6].settings.basic_auth = BasicAuth{"u\n", Secret("s3cret")};
  for (const HttpRequest& request : requests) {
    const Response response = exchange(request);
    EXPECT_EQ(response.fault, TransportFault::setup);
    EXPECT_FALSE(response.sent);
    EXPECT_FALSE(response.fault_text.empty());
    EXPECT_THAT(response.fault_text, Not(HasSubstr("s3cret")));
  }
  EXPECT_TRUE(server.seen().empty());
}

TEST_F(Http, OnlyHttpIsSpoken) {
  for (const char* url : {"file:///etc/passwd", "ftp://localhost/", "smtp://localhost/", "gopher://localhost/", "x"}) {
    const Response response = exchange(post_to(url));
    EXPECT_EQ(response.fault, TransportFault::setup) << url;
    EXPECT_FALSE(response.fault_text.empty());
  }
}

TEST_F(Http, UnreadableCaFileIsASetupFault) {
  HttpRequest request = post_to("https://127.0.0.1:1/");
  HttpServer server(ok);
  request.settings.url = Secret("https://127.0.0.1:" + std::to_string(server.port()) + "/");
  request.settings.tls.ca_file = "/nonexistent/ca.crt";
  const Response response = exchange(request);
  EXPECT_EQ(response.fault, TransportFault::setup);
  EXPECT_THAT(response.fault_text, HasSubstr("/nonexistent/ca.crt"));
}

TEST_F(Http, RefusedConnectionIsNotSent) {
  const ClosedPort closed;
  const std::string peer = "127.0.0.1:" + std::to_string(closed.port());
  const Response response = exchange(post_to("http://u:s3cret@" + peer + "/s3cret?s3cret"));
  EXPECT_EQ(response.fault, TransportFault::connect);
  EXPECT_FALSE(response.sent);
  EXPECT_EQ(response.fault_text, "cannot connect to " + peer + ": Connection refused");
}

TEST_F(Http, NameWithoutAddressIsAResolveFault) {
  // A label of 64 characters is no name, so no name server is asked.
  const std::string host = std::string(64, 'a') + ".example.org";
  const Response response = exchange(post_to("http://" + host + "/s3cret"));
  EXPECT_EQ(response.fault, TransportFault::resolve);
  EXPECT_FALSE(response.sent);
  EXPECT_EQ(response.fault_text, "cannot connect to " + host + ":80: the name does not resolve");
}

TEST_F(Http, SilenceIsATimeoutThatMayHaveBeenHeard) {
  HttpServer server(always({}));
  HttpRequest request = post_to(server.url("/s3cret"));
  request.settings.timeout = 50ms;
  const Response response = exchange(request);
  EXPECT_EQ(response.fault, TransportFault::timeout);
  EXPECT_TRUE(response.sent);
  EXPECT_EQ(response.status, 0);
  EXPECT_EQ(response.fault_text, "127.0.0.1:" + std::to_string(server.port()) + ": no reply within 50ms");
}

TEST_F(Http, ReplyThatStopsHalfwayIsATimeout) {
  HttpServer server(always({.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"}));
  HttpRequest request = post_to(server.url());
  request.settings.timeout = 2s;
  const Response response = exchange(request);
  EXPECT_EQ(response.fault, TransportFault::timeout);
  EXPECT_TRUE(response.sent);
  EXPECT_THAT(response.fault_text, HasSubstr("the reply was not complete within 2s"));
}

TEST_F(Http, CutReplyIsBrokenAndMayHaveBeenHeard) {
  const std::vector<Reply> replies{
      {.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", .close = true},
      {.bytes = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nha", .close = true},
      {.bytes = "", .close = true},
      {.bytes = "", .reset = true},
      {.bytes = "SSH-2.0-OpenSSH_9.2\r\n", .close = true},
      {.bytes = std::string(2000, '\0'), .close = true},
  };
  for (const Reply& reply : replies) {
    HttpServer server(always(reply));
    const Response response = exchange(post_to(server.url("/s3cret")));
    EXPECT_EQ(response.fault, TransportFault::broken) << reply.bytes;
    EXPECT_TRUE(response.sent);
    EXPECT_FALSE(response.ok());
    EXPECT_THAT(response.fault_text, StartsWith("the connection to 127.0.0.1:" + std::to_string(server.port())));
    EXPECT_THAT(response.fault_text, Not(HasSubstr("s3cret")));
  }
}

TEST_F(Http, BrokenGzipIsBroken) {
  HttpServer server(always(reply_with(200, "no gzip at all", "Content-Encoding: gzip\r\n")));
  HttpRequest request = post_to(server.url());
  request.accept_gzip = true;
  EXPECT_EQ(exchange(request).fault, TransportFault::broken);
}

TEST_F(Http, ProxyGetsTheWholeUrl) {
  HttpServer proxy(ok);
  HttpRequest request = post_to("http://prometheus.example.org/api");
  request.settings.proxy_url = Secret("http://u:s3cret@127.0.0.1:" + std::to_string(proxy.port()));
  EXPECT_TRUE(exchange(request).ok());
  EXPECT_EQ(proxy.seen().at(0).line(), "POST http://prometheus.example.org/api HTTP/1.1");
  EXPECT_THAT(proxy.seen().at(0).header("proxy-authorization"), StartsWith("Basic "));
}

TEST_F(Http, GivenProxyIsUsedEvenWhereNoProxyIsSet) {
  HttpServer proxy(ok);
  const EnvironmentVariable no_proxy("no_proxy", "*");
  HttpRequest request = post_to("http://prometheus.example.org/");
  request.settings.proxy_url = Secret(proxy.url());
  const Response response = exchange(request);
  EXPECT_TRUE(response.ok()) << response.fault_text;
}

TEST_F(Http, ProxyOfTheEnvironmentIsUsedWhereNoneIsGiven) {
  HttpServer proxy(ok);
  HttpServer direct(ok);
  const EnvironmentVariable http_proxy("http_proxy", proxy.url());
  const EnvironmentVariable no_proxy("no_proxy", "127.0.0.1");
  const Response response = exchange(post_to("http://prometheus.example.org/"));
  EXPECT_TRUE(response.ok()) << response.fault_text;
  EXPECT_TRUE(exchange(post_to(direct.url())).ok());
  EXPECT_EQ(proxy.seen().size(), 1U);
  EXPECT_EQ(direct.seen().size(), 1U);
}

TEST_F(Http, ProxyThatRefusesIsAConnectFault) {
  HttpServer proxy(always(reply_with(403, "no")));
  HttpRequest request = post_to("https://hooks.example.org/s3cret");
  request.settings.bearer_token = Secret("s3cret");
  request.settings.proxy_url = Secret("http://u:s3cret@127.0.0.1:" + std::to_string(proxy.port()));
  const Response response = exchange(request);
  EXPECT_EQ(response.fault, TransportFault::connect);
  EXPECT_FALSE(response.sent);
  EXPECT_EQ(response.fault_text, "cannot connect to hooks.example.org:443: the proxy answered CONNECT with 403");
  EXPECT_THAT(proxy.seen().at(0).head, Not(HasSubstr("s3cret")));
}

TEST_F(Http, ProxyThatIsDownIsNamedAsTheProxy) {
  const ClosedPort closed;
  HttpRequest request = post_to("http://prometheus.example.org/");
  request.settings.proxy_url = Secret("http://u:s3cret@127.0.0.1:" + std::to_string(closed.port()));
  const Response response = exchange(request);
  EXPECT_EQ(response.fault, TransportFault::connect);
  EXPECT_FALSE(response.sent);
  EXPECT_EQ(response.fault_text, "cannot connect to prometheus.example.org:80 through the proxy: Connection refused");
}

TEST_F(Http, ProxyUrlThatIsNoneIsASetupFault) {
  for (const char* url : {"s3cret", "ftp://s3cret:80", "http://s3cret:x"}) {
    HttpRequest request = post_to("http://prometheus.example.org/");
    request.settings.proxy_url = Secret(url);
    const Response response = exchange(request);
    EXPECT_EQ(response.fault, TransportFault::setup);
    EXPECT_THAT(response.fault_text, StartsWith("proxy_url"));
    EXPECT_THAT(response.fault_text, Not(HasSubstr("s3cret")));
  }
}

TEST_F(Http, CancelledRequestDoesNotComplete) {
  HttpServer silent(always({}));
  HttpServer server(ok);
  transport.start(1, post_to(silent.url()));
  transport.start(2, post_to("no url"));
  transport.cancel(1);
  transport.cancel(2);
  transport.cancel(99);
  transport.start(3, post_to(server.url()));
  const auto done = transport.wait(20s);
  ASSERT_EQ(done.size(), 1U);
  EXPECT_EQ(done[0].id, 3U);
  transport.start(1, post_to(server.url()));  // the id is free again
  EXPECT_TRUE(completed(1).ok());
}

TEST_F(Http, WaitWithoutRequestsEndsWithItsTimeout) {
  EXPECT_TRUE(transport.wait(1ms).empty());
  EXPECT_TRUE(transport.wait(0ms).empty());
  EXPECT_TRUE(transport.wait(-5ms).empty());
}

TEST_F(Http, WakeEndsTheNextWait) {
  transport.wake();
  EXPECT_TRUE(transport.wait(1h).empty());
}

TEST_F(Http, WakeOfAnotherThreadEndsAWait) {
  HttpServer silent(always({}));
  transport.start(1, post_to(silent.url()));
  std::thread other([this] { transport.wake(); });
  EXPECT_TRUE(transport.wait(1h).empty());
  other.join();
}

TEST_F(Http, EndOfTheTransportDropsWhatIsUnderWay) {
  HttpServer silent(always({}));
  CurlTransport brief("tocsin/0.0");
  brief.start(1, post_to(silent.url()));
  EXPECT_TRUE(brief.wait(1ms).empty());
}

}  // namespace
}  // namespace tocsin
