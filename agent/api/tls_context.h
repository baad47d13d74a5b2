// The certificate and key that the HTTP port speaks TLS with.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <optional>
#include <string>

#include "agent/base/result.h"

namespace tocsin {

/// Of files in PEM format: the certificate (with its chain, where it has one) and its private key. TLS 1.2 and 1.3.
/// nullopt where neither file is given. Errors name the file and what would help.
Result<std::optional<boost::asio::ssl::context>> make_tls_context(const std::string& certificate_file,
                                                                  const std::string& key_file);

}  // namespace tocsin
