#include "agent/http/url.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tocsin {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Url, NamesItsPeerWithThePortOfTheScheme) {
  EXPECT_EQ(Url::parse("http://prometheus/prefix")->authority(), "prometheus:80");
  EXPECT_EQ(Url::parse("https://user:pass@example.org/x?y=z")->authority(), "example.org:443");
  EXPECT_EQ(Url::parse("http://[::1]:9090")->authority(), "[::1]:9090");
  EXPECT_EQ(Url::parse("smtp://mail:587")->authority(), "mail:587");
  EXPECT_EQ(Url::parse("smtps://mail")->authority(), "mail:465");
}

TEST(Url, HostHeaderLeavesOutTheSchemesOwnPort) {
  EXPECT_EQ(Url::parse("https://example.org:443/")->host_header(), "example.org");
  EXPECT_EQ(Url::parse("https://example.org:8443/")->host_header(), "example.org:8443");
}

TEST(Url, KeepsPathAndQuery) {
  EXPECT_EQ(Url::parse("https://example.org/a/b?c=d")->text(), "https://example.org/a/b?c=d");
}

TEST(Url, CredentialsCanBeDropped) {
  auto url = Url::parse("https://user:pass@example.org/a");
  ASSERT_TRUE(url.has_value());
  url->drop_credentials();
  EXPECT_EQ(url->text(), "https://example.org/a");
}

TEST(Url, HostAndPathCanBeReplaced) {
  auto url = Url::parse("smtp://localhost:25");
  ASSERT_TRUE(url.has_value());
  ASSERT_TRUE(url->set_host("mail.example.org").has_value());
  ASSERT_TRUE(url->set_path("/agent.example.org").has_value());
  EXPECT_EQ(url->text(), "smtp://mail.example.org:25/agent.example.org");
}

TEST(Url, ErrorsSayWhatIsWrongAndNeverRepeatTheUrl) {
  for (const std::string text :
       {"", "s3cret", "//s3cret", "http://", "http://host:99999/s3cret", "http://host:x/s3cret", "http://ho st/s3cret",
        "http://host/s3cret\r\nX: y", "http://[::1/s3cret"}) {
    const auto url = Url::parse(text);
    ASSERT_FALSE(url.has_value()) << text;
    EXPECT_THAT(url.error().text, HasSubstr("URL"));
    EXPECT_THAT(url.error().text, Not(HasSubstr("s3cret")));
  }
  EXPECT_FALSE(Url::parse(std::string("http://host/\0x", 14)).has_value());
}

}  // namespace
}  // namespace tocsin
