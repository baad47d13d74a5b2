// Url: an absolute URL, taken apart and put together by libcurl's own parser, so that what is checked is what is used.
#pragma once

#include <curl/curl.h>

#include <memory>
#include <string>

#include "agent/base/result.h"

namespace tocsin {

/// Move only. Errors never repeat the URL: a webhook's is a secret.
class Url {
 public:
  /// Spaces and control characters are refused; a scheme has to be given.
  static Result<Url> parse(const std::string& text);

  std::string scheme() const;
  std::string host() const;         // IPv6 addresses in brackets
  std::string port() const;         // the scheme's where none is given; empty where neither is known
  std::string authority() const;    // "host:port": how a peer is named in texts
  std::string host_header() const;  // as HTTP sends it: without the scheme's own port
  std::string text() const;         // the whole URL, credentials included

  void drop_credentials();
  Result<void> set_host(const std::string& host);
  Result<void> set_path(const std::string& path);

 private:
  struct Cleanup {
    void operator()(CURLU* handle) const { curl_url_cleanup(handle); }
  };
  explicit Url(CURLU* handle) : handle_(handle) {}
  std::string part(CURLUPart part, unsigned flags = 0) const;
  Result<void> set(CURLUPart part, const std::string& value, const char* name);

  std::unique_ptr<CURLU, Cleanup> handle_;
};

}  // namespace tocsin
