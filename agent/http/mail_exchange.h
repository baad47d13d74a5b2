// MailExchange: one SMTP transaction (RFC 5321): one envelope with one recipient, one message.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "agent/http/exchange.h"

namespace tocsin {

/// A server that refuses answers all the same: Response.status is its last code and body its last line, without a
/// fault. `starttls = opportunistic` sends no password in clear text: with a login it is as `required`.
class MailExchange final : public Exchange {
 public:
  /// An error where the request cannot be made: a bad URL, a control character in an address.
  static Result<std::unique_ptr<Exchange>> make(RequestId id, CurlEasy easy, MailRequest request);

 private:
  MailExchange(RequestId id, CurlEasy easy, MailRequest request);

  static std::size_t give_message(char* to, std::size_t size, std::size_t count, void* exchange) noexcept;
  static int rewind_message(void* exchange, curl_off_t offset, int origin) noexcept;

  Result<void> prepare();
  Result<void> set_envelope();
  Result<void> set_login();
  void set_message();
  void on_line(std::string_view line) override;
  CURLcode conclude(CURLcode code) override;
  bool begun() const override { return response_.status != 0; }
  bool maybe_read() const override { return handed_over_; }
  std::string peer_reason(TransportFault fault) const override;

  MailRequest request_;
  std::vector<Secret> login_;  // as a server may repeat it
  CurlList recipients_;
  std::size_t given_ = 0;     // bytes of the message that curl has
  bool handed_over_ = false;  // curl has had all of it, so the final dot may be out
};

/// Every line end as CRLF. A lone LF or CR would let a line of the text end the message at some servers.
std::string with_crlf(std::string_view text);

}  // namespace tocsin
