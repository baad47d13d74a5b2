// HttpExchange: one HTTP/1.1 request and its reply.
#pragma once

#include <memory>
#include <string>

#include "agent/http/exchange.h"
#include "agent/http/large_bodies.h"

namespace tocsin {

class HttpExchange final : public Exchange {
 public:
  /// An error where the request cannot be made: a bad URL, a control character in a header. Where a large body has to
  /// wait for its turn, curl pauses. REQUIRES: `large_bodies` outlives the exchange's time in a multi handle.
  static Result<std::unique_ptr<Exchange>> make(RequestId id, CurlEasy easy, HttpRequest request,
                                                const std::string& user_agent, LargeBodies& large_bodies);

  bool renew(RequestId id, HttpRequest& request) override;

 private:
  HttpExchange(RequestId id, CurlEasy easy, HttpRequest request, LargeBodies& large_bodies);

  static std::size_t take_body(const char* data, std::size_t size, std::size_t count, void* exchange) noexcept;

  static int count_request(void* exchange, char* peer, char* own, int peer_port, int own_port) noexcept;

  Result<void> prepare(const std::string& user_agent);
  Result<void> set_headers(const std::string& host_header);
  Result<void> set_credentials();
  void set_method_and_body();
  std::size_t body_bytes_announced() const;
  std::size_t large_body_bytes() const;
  CURLcode conclude(CURLcode code) override;
  bool begun() const override;
  bool maybe_read() const override { return begun(); }

  HttpRequest request_;
  const bool has_body_;
  CurlList headers_;
  LargeBodies& large_bodies_;
  int requests_ = 0;  // times that curl sent it
};

}  // namespace tocsin
