#include "agent/api/access.h"

#include <gtest/gtest.h>

namespace tocsin {
namespace {

ApiRequest local_post() {
  return {.method = "POST",
          .version = "HTTP/1.1",
          .target = "/-/reload",
          .headers = {{"Host", "localhost:9876"}, {"Content-Type", "application/json"}},
          .body = "{}",
          .from_loopback = true};
}

void set(ApiRequest& request, const std::string& name, const std::string& value) {
  std::erase_if(request.headers, [&](const auto& header) { return header.first == name; });
  request.headers.emplace_back(name, value);
}

Access open_access() {
  return {.token = Secret(), .external_url = "https://tocsin.example.org/alerts"};
}
Access token_access() {
  return {.token = Secret("s3cret"), .external_url = "https://tocsin.example.org"};
}

unsigned int status(const ApiRequest& request, const Access& access) {
  const std::optional<ApiReply> refusal = refuse_change(request, access);
  return refusal ? refusal->status : 200;
}

TEST(Access, WithoutATokenTakesTheSameHostOnly) {
  ApiRequest request = local_post();
  EXPECT_EQ(status(request, open_access()), 200U);
  request.from_loopback = false;
  EXPECT_EQ(status(request, open_access()), 403U);
}

TEST(Access, WithoutATokenTheHostHeaderNamesLoopbackOrExternalUrl) {
  ApiRequest request = local_post();
  for (const char* host :
       {"localhost", "127.0.0.1:9876", "127.1.2.3", "[::1]:1", "tocsin.example.org", "TOCSIN.example.org:8080"}) {
    set(request, "Host", host);
    EXPECT_EQ(status(request, open_access()), 200U) << host;
  }
  for (const char* host : {"", "rebound.example.org", "10.0.0.1", "localhost.example.org", "localhost@example.org"}) {
    set(request, "Host", host);
    EXPECT_EQ(status(request, open_access()), 403U) << host;
  }
  std::erase_if(request.headers, [](const auto& header) { return header.first == "Host"; });
  EXPECT_EQ(status(request, open_access()), 403U);
}

TEST(Access, AnEmptyHostIsNotTheHostOfAMissingExternalUrl) {
  ApiRequest request = local_post();
  set(request, "Host", ":9876");
  EXPECT_EQ(status(request, Access{}), 403U);
}

TEST(Access, WithATokenTakesAnyPeerThatHasIt) {
  ApiRequest request = local_post();
  request.from_loopback = false;
  set(request, "Host", "10.0.0.1:9876");
  set(request, "Authorization", "Bearer s3cret");
  EXPECT_EQ(status(request, token_access()), 200U);
  set(request, "Authorization", "bearer s3cret");
  EXPECT_EQ(status(request, token_access()), 200U);
}

TEST(Access, WithATokenRefusesEverybodyElseAndSaysHow) {
  ApiRequest request = local_post();
  const std::optional<ApiReply> refusal = refuse_change(request, token_access());
  ASSERT_TRUE(refusal.has_value());
  EXPECT_EQ(refusal->headers.back(),
            (std::pair<std::string, std::string>{"WWW-Authenticate", R"(Bearer realm="tocsin")"}));
  for (const char* header : {"", "s3cret", "Bearer", "Bearer ", "Bearer s3cre", "Bearer s3cretx", "Bearer  s3cret",
                             "Bearer s3crets3cret", "Basic czNjcmV0", "Bearer S3CRET"}) {
    set(request, "Authorization", header);
    EXPECT_EQ(status(request, token_access()), 401U) << header;
  }
}

TEST(Access, RefusesPagesOfOtherSitesAlsoWithTheToken) {
  for (const Access& access : {open_access(), token_access()}) {
    ApiRequest request = local_post();
    set(request, "Authorization", "Bearer s3cret");
    for (const char* origin :
         {"http://localhost:9876", "https://tocsin.example.org", "https://tocsin.example.org:443"}) {
      set(request, "Origin", origin);
      EXPECT_EQ(status(request, access), 200U) << origin;
    }
    for (const char* origin : {"null", "", "http://evil.example.org", "http://localhost", "https://localhost:9876",
                               "http://tocsin.example.org", "http://localhost:9876.example.org"}) {
      set(request, "Origin", origin);
      EXPECT_EQ(status(request, access), 403U) << origin;
    }
  }
}

TEST(Access, NamesOfLoopbackAreOneOriginAtTheSamePort) {
  ApiRequest request = local_post();
  for (const char* host : {"localhost:9876", "127.0.0.1:9876", "[::1]:9876"}) {
    set(request, "Host", host);
    for (const char* origin : {"http://localhost:9876", "http://127.0.0.1:9876", "http://[::1]:9876"}) {
      set(request, "Origin", origin);
      EXPECT_EQ(status(request, open_access()), 200U) << host << ' ' << origin;
    }
    for (const char* origin : {"http://127.0.0.1:9877", "https://127.0.0.1:9876", "http://10.0.0.1:9876"}) {
      set(request, "Origin", origin);
      EXPECT_EQ(status(request, open_access()), 403U) << host << ' ' << origin;
    }
  }
  set(request, "Host", "tocsin.example.org:9876");
  set(request, "Origin", "http://localhost:9876");
  EXPECT_EQ(status(request, open_access()), 403U);
}

TEST(Access, RefusesMoreThanOneOrigin) {
  for (const char* second : {"http://evil.example.org", "http://localhost:9876"}) {
    ApiRequest request = local_post();
    request.headers.emplace_back("Origin", "http://localhost:9876");
    request.headers.emplace_back("origin", second);
    EXPECT_EQ(status(request, open_access()), 403U) << second;
  }
}

TEST(Access, OverTlsItsOwnOriginIsHttps) {
  ApiRequest request = local_post();
  request.over_tls = true;
  set(request, "Origin", "https://localhost:9876");
  EXPECT_EQ(status(request, open_access()), 200U);
  set(request, "Origin", "http://localhost:9876");
  EXPECT_EQ(status(request, open_access()), 403U);
}

TEST(Access, ABodyIsJson) {
  ApiRequest request = local_post();
  for (const char* type : {"application/json", "Application/JSON; charset=utf-8", "application/json;charset=utf-8"}) {
    set(request, "Content-Type", type);
    EXPECT_EQ(status(request, open_access()), 200U) << type;
  }
  for (const char* type :
       {"", "text/plain", "application/x-www-form-urlencoded", "application/jsonp", "text/plain; application/json"}) {
    set(request, "Content-Type", type);
    EXPECT_EQ(status(request, open_access()), 415U) << type;
  }
}

TEST(Access, NoBodyNeedsNoContentTypeButAFormIsRefusedAlsoEmpty) {
  ApiRequest request = local_post();
  request.body.clear();
  std::erase_if(request.headers, [](const auto& header) { return header.first == "Content-Type"; });
  EXPECT_EQ(status(request, open_access()), 200U);
  set(request, "Content-Type", "text/plain");
  EXPECT_EQ(status(request, open_access()), 415U);
}

TEST(EqualInConstantTime, ComparesAllOfBoth) {
  EXPECT_TRUE(equal_in_constant_time("abc", "abc"));
  for (const char* given : {"", "ab", "abcd", "abcabc", "xbc", "abx"}) {
    EXPECT_FALSE(equal_in_constant_time(given, "abc")) << given;
  }
  EXPECT_FALSE(equal_in_constant_time("", ""));
}

}  // namespace
}  // namespace tocsin
