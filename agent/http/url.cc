#include "agent/http/url.h"

#include <fmt/format.h>

#include <new>

namespace tocsin {
namespace {

bool has_nul(const std::string& text) {
  return text.find('\0') != std::string::npos;
}

}  // namespace

Result<Url> Url::parse(const std::string& text) {
  Url url(curl_url());
  if (!url.handle_) throw std::bad_alloc();
  if (auto set = url.set(CURLUPART_URL, text, "URL"); !set) return std::unexpected(set.error());
  if (url.host().empty()) return fail("the URL names no host");
  return url;
}

std::string Url::part(CURLUPart part, unsigned flags) const {
  char* found = nullptr;
  if (curl_url_get(handle_.get(), part, &found, flags) != CURLUE_OK) return "";
  const std::unique_ptr<char, decltype(&curl_free)> owned(found, &curl_free);
  return found;
}

Result<void> Url::set(CURLUPart part, const std::string& value, const char* name) {
  if (has_nul(value)) return fail(fmt::format("the {} has a NUL byte", name));
  // Schemes are checked by who knows which one is right; here any of them parses.
  const CURLUcode code = curl_url_set(handle_.get(), part, value.c_str(), CURLU_NON_SUPPORT_SCHEME);
  if (code == CURLUE_OK) return {};
  return fail(fmt::format("the {} is not valid: {}", name, curl_url_strerror(code)));
}

std::string Url::scheme() const {
  return part(CURLUPART_SCHEME);
}

std::string Url::host() const {
  return part(CURLUPART_HOST);
}

std::string Url::port() const {
  return part(CURLUPART_PORT, CURLU_DEFAULT_PORT);
}

std::string Url::authority() const {
  const std::string number = port();
  return number.empty() ? host() : host() + ":" + number;
}

std::string Url::host_header() const {
  const std::string number = part(CURLUPART_PORT, CURLU_NO_DEFAULT_PORT);
  return number.empty() ? host() : host() + ":" + number;
}

std::string Url::text() const {
  return part(CURLUPART_URL);
}

void Url::drop_credentials() {
  for (const CURLUPart part : {CURLUPART_USER, CURLUPART_PASSWORD}) curl_url_set(handle_.get(), part, nullptr, 0);
}

Result<void> Url::set_host(const std::string& host) {
  return set(CURLUPART_HOST, host, "host name");
}

Result<void> Url::set_path(const std::string& path) {
  return set(CURLUPART_PATH, path, "path");
}

}  // namespace tocsin
