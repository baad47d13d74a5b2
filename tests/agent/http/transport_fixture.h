// A CurlTransport and what most of its tests do with it.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "agent/http/curl_transport.h"

namespace tocsin::test {

class TransportTest : public testing::Test {
 protected:
  TransportTest();

  /// Starts it and waits until it has completed.
  Response exchange(Outgoing outgoing);
  Response completed(RequestId id);

  CurlTransport transport{"tocsin/0.0"};
  RequestId last_id = 0;
};

HttpRequest post_to(const std::string& url, const std::string& body = "{}");

/// A directory that goes with the test.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  std::string file(const std::string& name) const { return path_ + "/" + name; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// The certificates of tests/support/make_certificates.sh, made once for all tests.
std::string certificate(const std::string& name);

std::string support_file(const std::string& name);

}  // namespace tocsin::test
