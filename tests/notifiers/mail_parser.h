// Reads a mail back, strictly: every rule that a hostile text could break is a test failure.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tocsin {

struct ParsedMail {
  std::vector<std::pair<std::string, std::string>> headers;  // unfolded, encoded words decoded
  std::string plain;
  std::string html;

  /// The only header of that name; a failure where there are several or none.
  std::string header(std::string_view name) const;
  std::size_t count(std::string_view name) const;
};

ParsedMail parse_mail(const std::string& bytes);

}  // namespace tocsin
