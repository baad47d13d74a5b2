// From a tree and the data of one series to text. Source: Go text/template/exec.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "rules/template/syntax.h"
#include "rules/template/template.h"

namespace tocsin::templates {

/// `source` is the text that the tree was parsed from. The error says where and what, as Go's template errors do.
std::expected<std::string, std::string> render(const Tree& tree, std::string_view source, const TemplateData& data);

}  // namespace tocsin::templates
