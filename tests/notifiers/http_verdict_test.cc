#include "notifiers/http_verdict.h"

#include <gtest/gtest.h>

#include "notifiers/url.h"
#include "tests/notifiers/samples.h"

namespace tocsin {
namespace {

const Redactor kNothing{std::vector<Secret>()};

TEST(HttpVerdict, RetryAfterIsHonouredAndBounded) {
  Response response = samples::http(429);
  response.retry_after = 30s;
  Verdict verdict = http_verdict(response, kNothing);
  EXPECT_EQ(verdict.after, Duration(30s));
  EXPECT_TRUE(verdict.pause_notifier);
  response.retry_after = std::chrono::hours(1000);
  EXPECT_EQ(http_verdict(response, kNothing).after, limits::kRetryAfterMax);
  response.retry_after = -5s;
  EXPECT_EQ(http_verdict(response, kNothing).after, Duration(0));
}

TEST(HttpVerdict, RedirectNamesWhereItPointsWithoutCredentialsAndQuery) {
  Response response = samples::http(302);
  response.location = "https://user:pass@login.example.org:8443/path?token=1";
  EXPECT_EQ(http_verdict(response, kNothing).reason,
            "HTTP 302: points to https://login.example.org:8443/path; redirects are not followed, give the final URL");
  response.location = "/login?token=1";
  EXPECT_EQ(http_verdict(response, kNothing).reason,
            "HTTP 302: points to /login; redirects are not followed, give the final URL");
}

TEST(HttpVerdict, ReplyOverItsLimitIsJudgedByItsStatus) {
  Response response = samples::http(200);
  response.fault = TransportFault::too_large;
  EXPECT_EQ(http_verdict(response, kNothing).outcome, Verdict::Outcome::accepted);
  response.status = 404;
  EXPECT_EQ(http_verdict(response, kNothing).outcome, Verdict::Outcome::refused);
}

TEST(HttpVerdict, ReasonQuotesThePeer) {
  EXPECT_EQ(http_verdict(samples::http(400, "bad\nthing"), kNothing).reason, "HTTP 400: bad thing");
  Response response;
  response.fault = TransportFault::connect;
  response.fault_text = "connection refused";
  EXPECT_EQ(http_verdict(response, kNothing).reason, "cannot connect: connection refused");
}

TEST(Redactor, HidesTheTellingPartsOfAUrl) {
  HttpSettings settings;
  settings.url = Secret("https://user:pa55word@hooks.example.org/services/T0EXAMPLE/abcDEF123456?key=query-value");
  const Redactor redactor(settings);
  EXPECT_EQ(redactor.clean("no such hook abcDEF123456 in T0EXAMPLE"), "no such hook <secret> in <secret>");
  EXPECT_EQ(redactor.clean("/services/T0EXAMPLE/abcDEF123456?key=query-value failed"), "<secret> failed");
  EXPECT_EQ(redactor.clean("pa55word, query-value"), "<secret>, <secret>");
  EXPECT_EQ(redactor.clean("services of hooks.example.org"), "services of hooks.example.org");
}

TEST(Redactor, HidesTheCredentialsOfAProxyAlsoAsTheyAreSent) {
  HttpSettings settings;
  settings.proxy_url = Secret("http://agent:pa55%20word@proxy.example.org:3128");
  const Redactor redactor(settings);
  EXPECT_EQ(redactor.clean("407: agent:pa55%20word, pa55 word"), "407: <secret>, <secret>");
  EXPECT_EQ(redactor.clean("Basic YWdlbnQ6cGE1NSB3b3Jk"), "Basic <secret>");  // agent:pa55 word
  EXPECT_EQ(redactor.clean("agent at proxy.example.org:3128"), "agent at proxy.example.org:3128");
  settings.proxy_url = Secret("http://t0ken@proxy.example.org:3128");
  EXPECT_EQ(Redactor(settings).clean("t0ken, Basic dDBrZW46"), "<secret>, Basic <secret>");  // t0ken:
  settings.proxy_url = Secret("http://proxy.example.org:3128");
  EXPECT_EQ(Redactor(settings).clean("http://proxy.example.org:3128 is down"), "http://proxy.example.org:3128 is down");
}

TEST(Redactor, HidesTheLoginOfAMailServerAsItIsSent) {
  EmailSettings settings;
  settings.username = "tocsin";
  settings.password = Secret("pa55word");
  settings.proxy_url = Secret("socks5://u:0ther@proxy.example.org");
  const Redactor redactor(settings);
  EXPECT_EQ(redactor.clean("535 tocsin: pa55word"), "535 tocsin: <secret>");
  EXPECT_EQ(redactor.clean("535 cGE1NXdvcmQ= AHRvY3NpbgBwYTU1d29yZA=="), "535 <secret> <secret>");
  EXPECT_EQ(redactor.clean("0ther"), "<secret>");
}

TEST(Url, JoinsBehindThePrefix) {
  EXPECT_EQ(join_url("https://a.example.org", "/v2/x"), "https://a.example.org/v2/x");
  EXPECT_EQ(join_url("https://a.example.org/p/", "/v2/x"), "https://a.example.org/p/v2/x");
}

TEST(Url, OnlyWebUrlsAreLinks) {
  EXPECT_EQ(as_link("https://example.org/a?b=c&d=%20#e"), "https://example.org/a?b=c&d=%20#e");
  EXPECT_EQ(as_link("HTTP://example.org"), "HTTP://example.org");
  EXPECT_EQ(as_link("https://example.org/ä\"<>|'"), "https://example.org/%C3%A4%22%3C%3E%7C%27");
  for (const std::string_view text : {"", "javascript:alert(1)", "javascript://x/%0aalert(1)", "data:text/html,x",
                                      "http://", "https://user@", "//example.org", "https://a b", "https://a\n"}) {
    EXPECT_EQ(as_link(text), std::nullopt) << text;
  }
  EXPECT_EQ(as_link("https://example.org/" + std::string(2000, 'x')), std::nullopt);
}

}  // namespace
}  // namespace tocsin
