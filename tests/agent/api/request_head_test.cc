#include "agent/api/request_head.h"

#include <gtest/gtest.h>

namespace tocsin {
namespace {

using Headers = decltype(ApiRequest::headers);

unsigned int status(const Headers& headers, const std::string& version = "HTTP/1.1") {
  ApiRequest request;
  request.version = version;
  request.headers = headers;
  const std::optional<ApiReply> refusal = refuse_head(request);
  return refusal ? refusal->status : 200;
}

TEST(RequestHead, NamesOneHost) {
  EXPECT_EQ(status({{"host", "localhost"}}), 200U);
  EXPECT_EQ(status({}), 400U);
  EXPECT_EQ(status({}, "HTTP/1.0"), 200U);
  EXPECT_EQ(status({{"Host", "localhost"}, {"HOST", "evil.example.org"}}), 400U);
}

TEST(RequestHead, SaysOnceHowLongTheBodyIs) {
  EXPECT_EQ(status({{"Host", "a"}, {"Content-Length", "2"}}), 200U);
  EXPECT_EQ(status({{"Host", "a"}, {"Transfer-Encoding", "Chunked"}}), 200U);
  EXPECT_EQ(status({{"Host", "a"}, {"Content-Length", "2"}, {"Content-Length", "2"}}), 400U);
  EXPECT_EQ(status({{"Host", "a"}, {"Content-Length", "2"}, {"Transfer-Encoding", "chunked"}}), 400U);
  EXPECT_EQ(status({{"Host", "a"}, {"Transfer-Encoding", "gzip, chunked"}}), 400U);
  EXPECT_EQ(status({{"Host", "a"}, {"Transfer-Encoding", "chunked"}}, "HTTP/1.0"), 400U);
}

ApiRequest taken(const std::string& target, const Headers& headers = {{"host", "evil.example.org"}}) {
  ApiRequest request;
  request.target = target;
  request.headers = headers;
  take_absolute_form(request);
  return request;
}

TEST(RequestHead, AuthorityOfAnAbsoluteTargetTakesThePlaceOfTheHost) {
  const ApiRequest request = taken("http://127.0.0.1:9876/api/v1/rules?a=http://b/");
  EXPECT_EQ(request.target, "/api/v1/rules?a=http://b/");
  EXPECT_EQ(request.headers, (Headers{{"Host", "127.0.0.1:9876"}}));
  EXPECT_EQ(taken("HTTPS://[::1]").target, "/");
  EXPECT_EQ(taken("https://localhost?a=1").target, "/?a=1");
  EXPECT_EQ(taken("http://localhost/-/healthy", {}).header("Host"), "localhost");
}

TEST(RequestHead, TargetsOfAnyOtherFormStayWhatTheyAre) {
  for (const std::string target : {"/x", "/x?y=http://b/", "*", "", "localhost:80", "ftp://localhost/x", "http:///x",
                                   "http://user@localhost/x", "//localhost/x"}) {
    const ApiRequest request = taken(target);
    EXPECT_EQ(request.target, target);
    EXPECT_EQ(request.header("Host"), "evil.example.org") << target;
  }
}

}  // namespace
}  // namespace tocsin
