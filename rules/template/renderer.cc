#include "rules/template/renderer.h"

#include <fmt/format.h>

#include <optional>
#include <vector>

#include "agent/base/text.h"
#include "rules/template/lexer.h"
#include "rules/template/limits.h"

namespace tocsin::templates {
namespace {

class Renderer {
 public:
  Renderer(const Tree& tree, std::string_view source, const TemplateData& data)
      : source_(source), data_(data), slots_(tree.slots) {
    slots_[0] = &data.labels;
    slots_[1] = &data.external_labels;
    slots_[2] = std::string(data.external_url);
    slots_[3] = data.value;
  }

  void render(const Nodes& nodes) {
    for (const Node& node : nodes) {
      if (error_) return;
      std::visit([this](const auto& form) { render(form); }, node.form);
      if (out_.size() > kTextBytesMax) error_ = too_long();
    }
  }

  std::expected<std::string, std::string> result() && {
    if (error_) return std::unexpected(*std::move(error_));
    return std::move(out_);
  }

 private:
  void render(const Text& text) { out_ += text.text; }

  void render(const Action& action) {
    const auto value = run(action);
    if (!value || action.slot) return;
    out_ += std::holds_alternative<std::monostate>(*value) ? "<no value>" : to_text(*value);
  }

  void render(const If& node) {
    for (const Branch& branch : node.branches) {
      const auto condition = run(branch.condition);
      if (!condition) return;
      if (truth(*condition)) return render(branch.body);
    }
    render(node.otherwise);
  }

  /// nullopt after an error.
  std::optional<Value> run(const Action& action) {
    Outcome value = evaluate(action.expression);
    if (!value) {
      error_ = std::move(value.error());
      return std::nullopt;
    }
    if (action.slot) slots_[*action.slot] = *value;
    return *std::move(value);
  }

  Outcome evaluate(const Expression& expression) {
    if (const auto* literal = std::get_if<Literal>(&expression.form)) return literal->value;
    if (const auto* variable = std::get_if<Variable>(&expression.form)) return slots_[variable->slot];
    if (const auto* field = std::get_if<DataField>(&expression.form)) return data_field(*field);
    if (const auto* member = std::get_if<Member>(&expression.form)) return evaluate_member(*member, expression);
    const auto& call = std::get<Call>(expression.form);
    return call.function->apply == nullptr ? evaluate_logic(call) : evaluate_call(call, expression);
  }

  Value data_field(DataField field) const {
    switch (field) {
      case DataField::labels:
        return &data_.labels;
      case DataField::external_labels:
        return &data_.external_labels;
      case DataField::external_url:
        return std::string(data_.external_url);
      case DataField::value:
        return data_.value;
    }
    return {};
  }

  Outcome evaluate_member(const Member& member, const Expression& expression) {
    Outcome of = evaluate(member.of.front());
    if (!of) return of;
    if (const auto* labels = std::get_if<const Labels*>(&*of)) return std::string((*labels)->get(member.name));
    return fault(expression, fmt::format("can't evaluate field {} in type {}", member.name, type_name(*of)));
  }

  /// `and` yields its first false argument, `or` its first true one, else the last; what follows is not evaluated.
  Outcome evaluate_logic(const Call& call) {
    const bool deciding = call.function->name == "or";
    Outcome value = Value{};
    for (const Expression& argument : call.arguments) {
      value = evaluate(argument);
      if (!value || truth(*value) == deciding) break;
    }
    return value;
  }

  Outcome evaluate_call(const Call& call, const Expression& expression) {
    std::vector<Value> arguments;
    arguments.reserve(call.arguments.size());
    for (std::size_t i = 0; i < call.arguments.size(); ++i) {
      Outcome argument = evaluate(call.arguments[i]);
      if (!argument) return argument;
      const bool string_wanted = call.function->parameter(i) != 'a';
      if (string_wanted && !std::holds_alternative<std::string>(*argument)) {
        return fault(call.arguments[i],
                     fmt::format("wrong type for value; expected string; got {}", type_name(*argument)));
      }
      arguments.push_back(*std::move(argument));
    }
    Outcome result = call.function->apply({.arguments = arguments, .data = data_, .pattern = call.pattern.get()});
    if (!result) return fault(expression, fmt::format("error calling {}: {}", call.function->name, result.error()));
    const auto* text = std::get_if<std::string>(&*result);
    if (text != nullptr && text->size() > kTextBytesMax) return fault(expression, too_long());
    return result;
  }

  std::unexpected<std::string> fault(const Expression& expression, std::string_view what) const {
    constexpr std::size_t kContextBytesMax = 100;
    const TemplateFault place = fault_at(source_, expression.begin, "");
    const std::string_view context = source_.substr(expression.begin, expression.end - expression.begin);
    return std::unexpected(
        fmt::format("{}:{}: at <{}>: {}", place.line, place.column, shorten(context, kContextBytesMax), what));
  }

  static std::string too_long() { return fmt::format("text longer than {} bytes", kTextBytesMax); }

  std::string_view source_;
  const TemplateData& data_;
  std::vector<Value> slots_;
  std::string out_;
  std::optional<std::string> error_;
};

}  // namespace

std::expected<std::string, std::string> render(const Tree& tree, std::string_view source, const TemplateData& data) {
  Renderer renderer(tree, source, data);
  renderer.render(tree.nodes);
  return std::move(renderer).result();
}

}  // namespace tocsin::templates
