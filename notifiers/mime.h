// The body of a mail: plain text and HTML, the reader's program takes the better one (RFC 2046, section 5.1.4).
#pragma once

#include <string>
#include <string_view>

namespace tocsin {

/// Quoted-printable (RFC 2045, section 6.7) with CRLF line ends, lines of at most 76 characters, and no dot at the
/// beginning of one, so that nothing of it can end an SMTP transaction. Takes valid UTF-8 with "\n" line ends.
std::string quoted_printable(std::string_view text);

/// The Content-Type header, the empty line and the parts. `seed` makes the boundary; "=_" of the boundary cannot occur
/// in quoted-printable text.
std::string multipart_alternative(std::string_view plain, std::string_view html, std::string_view seed);

}  // namespace tocsin
