#include "notifiers/mail_address.h"

#include <fmt/format.h>

#include <algorithm>

#include "agent/base/text.h"
#include "notifiers/mail_header.h"
#include "notifiers/text.h"

namespace tocsin {
namespace {

constexpr std::size_t kNameMax = 100;
constexpr std::size_t kAddressBytesMax = 320;  // 64 + "@" + 255, RFC 5321, section 4.5.3.1

bool may_stand_in_address(char byte) {
  const auto code = static_cast<unsigned char>(byte);
  return code > 0x20 && code != 0x7F && std::string_view("<>()[]\\,;:\"").find(byte) == std::string_view::npos;
}

std::string address_only(std::string_view text) {
  std::string address;
  std::ranges::copy_if(valid_utf8(text), std::back_inserter(address), may_stand_in_address);
  return std::string(truncate_bytes(address, kAddressBytesMax));
}

std::string_view unquoted(std::string_view name) {
  const bool quoted = name.size() >= 2 && name.front() == '"' && name.back() == '"';
  return quoted ? name.substr(1, name.size() - 2) : name;
}

}  // namespace

std::string MailAddress::domain() const {
  const std::size_t at = address.rfind('@');
  std::string domain = at == std::string::npos ? std::string() : address.substr(at + 1);
  const auto is_host = [](char byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
           byte == '.' || byte == '-';
  };
  std::erase_if(domain, [&](char byte) { return !is_host(byte); });
  return domain.empty() ? "localhost" : domain;
}

std::string MailAddress::header() const {
  return name.empty() ? address : fmt::format("{} <{}>", header_phrase(name), address);
}

MailAddress parse_mail_address(std::string_view text) {
  const std::size_t open = text.rfind('<');
  if (open == std::string_view::npos) {
    return {.name = {}, .address = address_only(text)};
  }
  const std::string name = clean_line(text.substr(0, open));
  return {.name = truncate(clean_line(unquoted(name)), kNameMax), .address = address_only(text.substr(open))};
}

}  // namespace tocsin
