// Header fields of a mail (RFC 5322, section 2.2; RFC 2047 for what is not ASCII).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "agent/base/time.h"

namespace tocsin {

/// "Name: value" and CRLF, folded. Values that are not printable ASCII go out as encoded words, so no value can end the
/// line it stands on.
std::string unstructured_header(std::string_view name, std::string_view value);

/// A display name: as it is, quoted, or as encoded words.
std::string header_phrase(std::string_view text);

/// RFC 2047 encoded words of at most 75 characters, none cut inside a code point, joined by CRLF and a blank. `used`
/// characters of the first line are taken.
std::string encoded_words(std::string_view text, std::size_t used = 1);

/// "Sat, 21 Nov 2026 10:20:59 +0000".
std::string mail_date(Timestamp at);

/// Only what can stand left or right of the @ in a Message-ID; other bytes become "-".
std::string message_id_part(std::string_view text);

}  // namespace tocsin
