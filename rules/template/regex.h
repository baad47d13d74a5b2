// Regular expressions of templates: RE2 with bounded memory, and Go's rules for replacing.
// Source: Go package regexp.
#pragma once

#include <expected>
#include <memory>
#include <string>
#include <string_view>

namespace re2 {
class RE2;
}

namespace tocsin::templates {

using Regex = std::shared_ptr<const re2::RE2>;  // immutable, any thread

/// The error names what is wrong with the pattern.
std::expected<Regex, std::string> compile_regex(std::string_view pattern);

/// Whether the pattern is found anywhere in the text.
bool found_in(const re2::RE2& regex, std::string_view text);

/// Every match replaced; in `replacement`, $1, ${1}, $name and ${name} are what a group matched ("" where there is no
/// such group) and $$ is a dollar sign. Output beyond the limit of a template's text is cut; who called reports it.
std::string replace_all(const re2::RE2& regex, std::string_view replacement, std::string_view text);

}  // namespace tocsin::templates
