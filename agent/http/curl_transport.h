// CurlTransport: polls and notifications over one curl_multi: HTTP/1.1 with kept-alive connections, SMTP, and stdout.
#pragma once

#include <curl/curl.h>

#include <atomic>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "agent/http/exchange.h"
#include "agent/http/large_bodies.h"
#include "agent/http/open_sockets.h"
#include "agent/http/transport.h"

namespace tocsin {

/// Engine thread only, except wake(). Redirects are never followed: the Response has the status 3xx and `location`.
/// A TLS peer is verified unless its settings say otherwise; with TlsSettings::server_name, under that name.
/// The process must ignore SIGPIPE: curl and OpenSSL do not.
class CurlTransport final : public Transport {
 public:
  /// `user_agent`: "tocsin/<version>". `console_fd` takes ConsoleLines and stays the caller's.
  explicit CurlTransport(std::string user_agent, int console_fd = 1);
  /// Drops what is under way. Does not wait for any peer.
  ~CurlTransport() override;
  CurlTransport(const CurlTransport&) = delete;
  CurlTransport& operator=(const CurlTransport&) = delete;

  void start(RequestId id, Outgoing outgoing) override;
  void cancel(RequestId id) override;
  std::vector<Completed> wait(Duration timeout) override;
  void wake() override;

 private:
  struct Cleanup {
    void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
  };

  void begin(RequestId id, HttpRequest request);
  void begin(RequestId id, MailRequest request);
  void begin(RequestId id, const ConsoleLine& line);
  void begin(RequestId id, Result<std::unique_ptr<Exchange>> exchange);
  std::unique_ptr<Exchange> renew(RequestId id, HttpRequest& request);
  CurlEasy take_handle();
  void drop(std::unique_ptr<Exchange> exchange);
  void collect();
  void resume();
  void end(RequestId id, CURLcode code);

  const std::string user_agent_;
  const int console_fd_;
  LargeBodies large_bodies_;
  OpenSockets mail_sockets_;  // outlives multi_, which closes them
  std::unique_ptr<CURLM, Cleanup> multi_;
  std::unordered_map<RequestId, std::unique_ptr<Exchange>> exchanges_;
  std::vector<std::unique_ptr<Exchange>> idle_;  // ended, and still set up for a request like theirs
  std::vector<Completed> completed_;
  std::atomic<bool> woken_ = false;
};

}  // namespace tocsin
