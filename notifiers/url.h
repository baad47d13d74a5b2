// The little that notifiers do with URLs.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tocsin {

/// `base` with `path` behind its own path, which is kept: "https://proxy.example.org/pd" and "/v2/enqueue".
/// A base that ends in `path` already stays as it is.
std::string join_url(std::string_view base, std::string_view path);

/// "https://host:port" of an absolute URL, without user and password; "" where it is none.
std::string origin_of(std::string_view url);

/// An http or https URL that can be put into markup as a link, with every other byte than RFC 3986's percent-encoded.
/// nullopt for another scheme (javascript:, data:), a URL without a host, with blanks or control characters, or over
/// 2000 bytes.
std::optional<std::string> as_link(std::string_view url);

}  // namespace tocsin
