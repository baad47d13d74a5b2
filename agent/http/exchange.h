// Exchange: one request and its reply on one curl handle: what HTTP and SMTP have in common.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>

#include "agent/http/curl_easy.h"
#include "agent/http/curl_fault.h"
#include "agent/http/request.h"
#include "agent/http/transport.h"
#include "agent/http/url.h"

namespace tocsin {

/// Engine thread only. curl holds pointers into it: it neither moves nor goes away while its handle is in a multi
/// handle.
class Exchange {
 public:
  virtual ~Exchange();
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  RequestId id() const { return id_; }
  CURL* handle() const { return easy_.get(); }

  /// What has come of it, once curl is done with it.
  Response finish(CURLcode code);
  /// Takes up another request where this one has ended, if all but its body is the same: the handle is set up for it
  /// already. False: it is not.
  virtual bool renew(RequestId, HttpRequest&) { return false; }
  /// The handle, cleared, for the next exchange. Nothing else may be called afterwards.
  CurlEasy release();

 protected:
  /// How to get there.
  struct Path {
    const TlsSettings& tls;
    const Secret& proxy_url;
    Duration timeout;
  };

  Exchange(RequestId id, CurlEasy easy);

  /// Sets everything but the request itself. Ends with the first option that curl refused.
  Result<void> set_connection(Url& url, const Path& path);
  Result<void> accepted_by_curl() const;
  /// As before the first request of this handle.
  void begin_again(RequestId id);

  CurlEasy easy_;
  Response response_;
  std::string exceeded_;  // how the reply passed a limit: "is larger than 32 MiB"; empty: it did not

 private:
  static std::size_t take_header(const char* data, std::size_t size, std::size_t count, void* exchange) noexcept;

  void set_limits(Duration timeout);
  Result<void> set_tls(Url& url, const TlsSettings& tls);
  Result<void> set_proxy(const Secret& proxy_url);
  Failure failure(CURLcode code) const;

  /// One line of the reply's head, or one of the SMTP server's.
  virtual void on_line(std::string_view) {}
  /// Fills in what only this protocol's reply has, and says what the code means in its light.
  virtual CURLcode conclude(CURLcode code) = 0;
  /// The request was on its way.
  virtual bool begun() const = 0;
  /// The peer may have read all of it.
  virtual bool maybe_read() const = 0;
  /// What the peer said about a fault, to be added to its text.
  virtual std::string peer_reason(TransportFault) const { return ""; }

  RequestId id_;
  Peer peer_;
  std::size_t header_bytes_ = 0;
  CurlList connect_to_;
  std::array<char, CURL_ERROR_SIZE> said_{};
};

}  // namespace tocsin
