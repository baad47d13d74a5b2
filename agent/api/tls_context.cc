#include "agent/api/tls_context.h"

#include <fmt/format.h>

#include <boost/asio/buffer.hpp>
#include <cerrno>
#include <fstream>
#include <sstream>
#include <system_error>
#include <tuple>

namespace tocsin {
namespace {

using Context = boost::asio::ssl::context;

Result<std::string> read_pem(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) return fail(fmt::format("{}: cannot be read: {}", path, std::generic_category().message(errno)));
  std::string pem = std::move(text).str();
  if (pem.empty()) return fail(fmt::format("{}: is empty: give a file in PEM format", path));
  return pem;
}

}  // namespace

Result<std::optional<Context>> make_tls_context(const std::string& certificate_file, const std::string& key_file) {
  if (certificate_file.empty() && key_file.empty()) return std::nullopt;
  if (certificate_file.empty()) return fail("[web] tls.cert_file is missing: tls.key_file needs its certificate");
  if (key_file.empty()) return fail("[web] tls.key_file is missing: tls.cert_file needs its private key");
  const Result<std::string> certificate = read_pem(certificate_file);
  if (!certificate) return std::unexpected(certificate.error());
  const Result<std::string> key = read_pem(key_file);
  if (!key) return std::unexpected(key.error());

  std::optional<Context> context(Context::tls_server);
  context->set_options(Context::default_workarounds | Context::no_tlsv1 | Context::no_tlsv1_1);
  // No cache of sessions: nobody who opens many gets memory for it.
  SSL_CTX_set_session_cache_mode(context->native_handle(), SSL_SESS_CACHE_OFF);
  boost::system::error_code error;
  // Or OpenSSL would ask for the password of a key at the terminal, and wait.
  std::ignore = context->set_password_callback([](std::size_t, Context::password_purpose) { return ""; }, error);
  std::ignore = context->use_certificate_chain(boost::asio::buffer(*certificate), error);
  if (!error) std::ignore = context->use_private_key(boost::asio::buffer(*key), Context::pem, error);
  if (error) {
    return fail(fmt::format("{} and {}: not a PEM certificate and its private key without a password", certificate_file,
                            key_file));
  }
  return context;
}

}  // namespace tocsin
