// From a template's text to its tree. Source of the grammar: Go text/template/parse.
#pragma once

#include <expected>
#include <string_view>

#include "rules/template/syntax.h"
#include "rules/template/template.h"

namespace tocsin::templates {

/// The tree holds nothing of `source`. The first fault ends it.
std::expected<Tree, TemplateFault> parse_template(std::string_view source);

}  // namespace tocsin::templates
