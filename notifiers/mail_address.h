// A mail address as settings give it: "ada@example.org" or "Ada <ada@example.org>".
#pragma once

#include <string>
#include <string_view>

namespace tocsin {

struct MailAddress {
  std::string name;     // clean UTF-8, may be empty
  std::string address;  // for the envelope

  /// "example.org"; "localhost" where the address has none that can stand in a Message-ID.
  std::string domain() const;
  /// As a header shows it (RFC 5322, section 3.4): the name quoted or encoded where it must be.
  std::string header() const;
};

/// Never fails: whatever cannot stand in an address (blanks, control characters, brackets, separators) is left out, so
/// that no header or SMTP command can be injected; a server refuses what remains if it is none.
MailAddress parse_mail_address(std::string_view text);

}  // namespace tocsin
