#include "agent/base/authority.h"

#include <gtest/gtest.h>

namespace tocsin {
namespace {

TEST(Authority, IsHostAndPort) {
  EXPECT_EQ(parse_authority("Example.ORG:9876"), (Authority{"example.org", "9876"}));
  EXPECT_EQ(parse_authority("example.org"), (Authority{"example.org", ""}));
  EXPECT_EQ(parse_authority("[::1]:80"), (Authority{"::1", "80"}));
  EXPECT_EQ(parse_authority(":9876"), (Authority{"", "9876"}));
}

TEST(Authority, RefusesWhatIsNoneOfThat) {
  for (const char* text : {"a@localhost", "local host", "[::1", "[nonsense]:1", "::1", "a:b", "a:123456", "a/b",
                           "a:80:80", "[::1]80", "localhost\\@evil"}) {
    EXPECT_FALSE(parse_authority(text)) << text;
  }
}

TEST(Authority, KnowsTheNamesOfLoopback) {
  for (const char* host : {"localhost", "127.0.0.1", "127.8.9.10", "::1", "0:0:0:0:0:0:0:1"}) {
    EXPECT_TRUE(names_loopback(host)) << host;
  }
  for (const char* host : {"", "localhost.example.org", "127.0.0.1.example.org", "128.0.0.1", "10.0.0.1", "::2",
                           "0.0.0.0", "::ffff:127.0.0.1", "127.1", "0x7f000001"}) {
    EXPECT_FALSE(names_loopback(host)) << host;
  }
}

TEST(OriginOf, IgnoresThePathAndFillsInTheSchemesPort) {
  EXPECT_EQ(origin_of("HTTPS://Tocsin.Example.org/prefix?x#y"), (Origin{"https", {"tocsin.example.org", "443"}}));
  EXPECT_EQ(origin_of("http://[::1]:9876"), (Origin{"http", {"::1", "9876"}}));
  EXPECT_EQ(origin_of("http://example.org"), origin_of("http://example.org:80/"));
  EXPECT_NE(origin_of("http://example.org"), origin_of("https://example.org"));
}

TEST(OriginOf, RefusesWhatIsNoWebOrigin) {
  for (const char* url :
       {"", "null", "file:///etc/passwd", "http://", "http://a@b", "example.org", "chrome-extension://abc"}) {
    EXPECT_FALSE(origin_of(url)) << url;
  }
}

}  // namespace
}  // namespace tocsin
