#include "rules/template/template.h"

#include <fmt/format.h>

#include <utility>

#include "rules/template/limits.h"
#include "rules/template/parser.h"
#include "rules/template/renderer.h"

namespace tocsin {

struct Template::Program {
  std::string source;
  templates::Tree tree;
};

Template::Template() {
  static const auto empty = std::make_shared<const Program>();
  program_ = empty;
}

Template::Template(std::shared_ptr<const Program> program) : program_(std::move(program)) {}

std::expected<Template, TemplateFault> Template::parse(std::string_view text) {
  if (text.size() > templates::kSourceBytesMax) {
    return std::unexpected(
        TemplateFault{.text = fmt::format("a template of more than {} bytes", templates::kSourceBytesMax)});
  }
  auto tree = templates::parse_template(text);
  if (!tree) return std::unexpected(std::move(tree.error()));
  return Template(std::make_shared<const Program>(Program{.source = std::string(text), .tree = *std::move(tree)}));
}

std::string Template::render(const TemplateData& data) const {
  auto text = templates::render(program_->tree, program_->source, data);
  if (text) return *std::move(text);
  return fmt::format("<error expanding template: error executing template: {}>", text.error());
}

const std::string& Template::source() const {
  return program_->source;
}

}  // namespace tocsin
