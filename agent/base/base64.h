// Base64 (RFC 4648, section 4): encoded words in mail headers, logins.
#pragma once

#include <string>
#include <string_view>

namespace tocsin {

std::string base64(std::string_view bytes);

}  // namespace tocsin
