#include "rules/template/expression_parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ranges>

#include "agent/base/text.h"
#include "rules/go_string.h"
#include "rules/template/limits.h"
#include "rules/template/number.h"

namespace tocsin::templates {
namespace {

struct NamedField {
  std::string_view token;
  DataField field;
};
constexpr std::array<NamedField, 4> kDataFields{{{".Labels", DataField::labels},
                                                 {".ExternalLabels", DataField::external_labels},
                                                 {".ExternalURL", DataField::external_url},
                                                 {".Value", DataField::value}}};
constexpr std::string_view kKnownFields = "known are .Labels, .ExternalLabels, .ExternalURL and .Value";

bool is_keyword(std::string_view word) {
  return word == "if" || word == "else" || word == "end";
}

bool is_constant(std::string_view word) {
  return word == "true" || word == "false" || word == "nil";
}

const Value* literal_value(const Expression& expression) {
  const auto* literal = std::get_if<Literal>(&expression.form);
  return literal == nullptr ? nullptr : &literal->value;
}

bool takes_string(char parameter) {
  return parameter == 's' || parameter == 'r';
}

std::string wanted_arguments(const Function& function) {
  const std::size_t least = function.arguments_min();
  return fmt::format("{}{} argument{}", function.variadic() ? "at least " : "", least, least == 1 ? "" : "s");
}

}  // namespace

ExpressionParser::ExpressionParser(TokenReader& reader)
    : reader_(reader), scope_{{"$labels", 0}, {"$externalLabels", 1}, {"$externalURL", 2}, {"$value", 3}} {}

Action ExpressionParser::parse_action() {
  Action action;
  const TokenKind sign = reader_.peek(1).kind;
  const bool declares = sign == TokenKind::declare;
  if (!reader_.next_is(TokenKind::variable) || (!declares && sign != TokenKind::assign)) {
    action.expression = parse_pipeline();
    return action;
  }
  const Token variable = reader_.take();
  reader_.take();
  if (variable.text == "$") reader_.fail(variable.at, "a variable needs a name, like $x");
  if (!declares) {
    action.slot = slot_of(variable.text);
    if (!action.slot)
      reader_.fail(variable.at, fmt::format("undefined variable {0}; declare it: {0} := ...", variable.text));
  }
  action.expression = parse_pipeline();
  // The name is known only behind its own declaration: {{ $x := $x }} reads the outer $x.
  if (declares) {
    action.slot = slots_++;
    scope_.emplace_back(variable.text, *action.slot);
  }
  return action;
}

Expression ExpressionParser::parse_pipeline() {
  Expression result = parse_command(std::nullopt);
  while (reader_.accept(TokenKind::pipe)) result = parse_command(std::move(result));
  return result;
}

Expression ExpressionParser::parse_command(std::optional<Expression> piped) {
  const Token first = reader_.peek();
  if (first.kind == TokenKind::word && !is_constant(first.text)) return parse_function(std::move(piped));
  if (!operand_follows()) {
    reader_.fail_unexpected("a value or a function");
    return {};
  }
  Expression value = parse_operand();
  if (piped) {
    reader_.fail(first.at, fmt::format("{} takes no argument: only a function can stand behind |", quote(first.text)));
  }
  if (operand_follows()) {
    reader_.fail(reader_.peek().at,
                 fmt::format("can't give an argument to {}, which is no function", quote(first.text)));
  }
  const Value* literal = literal_value(value);
  if (literal != nullptr && std::holds_alternative<std::monostate>(*literal)) {
    reader_.fail(first.at, "nil is not a command");
  }
  return value;
}

Expression ExpressionParser::parse_function(std::optional<Expression> piped) {
  const Token name = reader_.take();
  const Function* function = function_named(name);
  if (function == nullptr) return {};
  std::vector<Expression> arguments = parse_arguments();
  if (piped) arguments.push_back(*std::move(piped));
  return make_call(name, *function, std::move(arguments));
}

std::vector<Expression> ExpressionParser::parse_arguments() {
  std::vector<Expression> arguments;
  while (operand_follows()) {
    if (!reader_.peek().after_space)
      reader_.fail(reader_.peek().at, "expected a space between a function and its arguments");
    if (!reader_.failed()) arguments.push_back(parse_operand());
  }
  return arguments;
}

bool ExpressionParser::operand_follows() const {
  switch (reader_.peek().kind) {
    case TokenKind::word:
    case TokenKind::field:
    case TokenKind::variable:
    case TokenKind::dot:
    case TokenKind::number:
    case TokenKind::character:
    case TokenKind::string:
    case TokenKind::raw_string:
    case TokenKind::left_parenthesis:
      return true;
    default:
      return false;
  }
}

/// A term and the .fields that follow it without a space.
Expression ExpressionParser::parse_operand() {
  Expression operand = parse_term();
  while (reader_.next_is(TokenKind::field) && !reader_.peek().after_space) {
    const Token field = reader_.take();
    if (literal_value(operand) != nullptr)
      reader_.fail(field.at, fmt::format("unexpected {} after a constant", quote(field.text)));
    Expression member = at_token(field, Member{.of = {}, .name = std::string(field.text.substr(1))}, operand.depth + 1);
    member.begin = operand.begin;
    std::get<Member>(member.form).of.push_back(std::move(operand));
    operand = std::move(member);
    if (operand.depth > kNestingMax) reader_.fail(field.at, fmt::format("more than {} fields in a row", kNestingMax));
  }
  return operand;
}

Expression ExpressionParser::parse_term() {
  switch (reader_.peek().kind) {
    case TokenKind::word:
      return parse_word();
    case TokenKind::variable:
      return parse_variable();
    case TokenKind::field:
      return parse_data_field(reader_.take());
    case TokenKind::left_parenthesis:
      return parse_parentheses();
    case TokenKind::dot:
      reader_.fail(reader_.peek().at, fmt::format("\".\" alone is all of the data and has no text; {}", kKnownFields));
      return {};
    default:
      return parse_literal();
  }
}

Expression ExpressionParser::parse_word() {
  const Token word = reader_.take();
  if (word.text == "nil") return at_token(word, Literal{std::monostate{}});
  if (is_constant(word.text)) return at_token(word, Literal{word.text == "true"});
  const Function* function = function_named(word);
  return function == nullptr ? Expression{} : make_call(word, *function, {});
}

Expression ExpressionParser::parse_variable() {
  const Token variable = reader_.take();
  if (variable.text == "$") {
    if (reader_.next_is(TokenKind::field) && !reader_.peek().after_space) return parse_data_field(reader_.take());
    reader_.fail(variable.at, fmt::format("\"$\" alone is all of the data and has no text; {}", kKnownFields));
    return {};
  }
  const auto slot = slot_of(variable.text);
  if (slot) return at_token(variable, Variable{*slot});
  std::string known;
  for (const auto& [name, unused] : scope_) known += (known.empty() ? "" : ", ") + name;
  reader_.fail(variable.at, fmt::format("undefined variable {}; known here: {}", variable.text, known));
  return {};
}

Expression ExpressionParser::parse_data_field(const Token& field) {
  const auto* const found = std::ranges::find(kDataFields, field.text, &NamedField::token);
  if (found != kDataFields.end()) return at_token(field, found->field);
  reader_.fail(field.at, fmt::format("unknown field {}; {}", field.text, kKnownFields));
  return {};
}

Expression ExpressionParser::parse_parentheses() {
  const Token left = reader_.take();
  reader_.enter(left.at);
  if (reader_.failed()) return {};
  Expression inside = parse_pipeline();
  if (!reader_.accept(TokenKind::right_parenthesis)) reader_.fail_unexpected("a right parenthesis");
  reader_.leave();
  return inside;
}

Expression ExpressionParser::parse_literal() {
  const Token token = reader_.take();
  const std::string_view inside = token.text.size() < 2 ? "" : token.text.substr(1, token.text.size() - 2);
  if (token.kind == TokenKind::raw_string) {
    std::string text(inside);
    std::erase(text, '\r');  // as Go's raw strings
    return at_token(token, Literal{std::move(text)});
  }
  if (token.kind == TokenKind::string) {
    if (auto text = unescape_go(inside)) return at_token(token, Literal{*std::move(text)});
    reader_.fail(token.at, fmt::format("invalid escape in {}; write \\\\ for a backslash, or `...`", token.text));
  } else if (token.kind == TokenKind::character) {
    if (const auto code = parse_character(token.text)) return at_token(token, Literal{*code});
    reader_.fail(token.at, fmt::format("{} is not one character; a text stands in double quotes", token.text));
  } else {
    auto number = parse_number(token.text);
    if (number) return at_token(token, Literal{*std::move(number)});
    reader_.fail(token.at, number.error());
  }
  return {};
}

Expression ExpressionParser::make_call(const Token& name, const Function& function, std::vector<Expression> arguments) {
  if (!function.takes(arguments.size())) {
    reader_.fail(name.at, fmt::format("{} takes {}, not {}", name.text, wanted_arguments(function), arguments.size()));
    return {};
  }
  check_arguments(function, arguments);
  int depth = 1;
  for (const Expression& argument : arguments) depth = std::max(depth, argument.depth + 1);
  if (depth > kNestingMax) reader_.fail(name.at, fmt::format("more than {} calls inside each other", kNestingMax));
  if (reader_.failed()) return {};
  Call call{.function = &function, .arguments = std::move(arguments), .pattern = nullptr};
  compile_pattern(call);
  return at_token(name, std::move(call), depth);
}

void ExpressionParser::check_arguments(const Function& function, const std::vector<Expression>& arguments) {
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const Value* literal = literal_value(arguments[i]);
    if (literal == nullptr || !takes_string(function.parameter(i)) || std::holds_alternative<std::string>(*literal))
      continue;
    reader_.fail(arguments[i].begin,
                 fmt::format("{} takes a string as argument {}, not {}", function.name, i + 1, to_text(*literal)));
  }
}

void ExpressionParser::compile_pattern(Call& call) {
  if (!call.function->parameters.starts_with('r')) return;
  const Value* literal = literal_value(call.arguments.front());
  if (literal == nullptr) return;
  auto regex = compile_regex(std::get<std::string>(*literal));
  if (regex) {
    call.pattern = *std::move(regex);
  } else {
    reader_.fail(call.arguments.front().begin, regex.error());
  }
}

const Function* ExpressionParser::function_named(const Token& name) {
  if (const Function* function = find_function(name.text)) return function;
  if (is_keyword(name.text)) {
    reader_.fail(name.at, fmt::format("unexpected {{{{{}}}}}", name.text));
  } else if (const std::string_view why = why_unsupported(name.text); !why.empty()) {
    reader_.fail(name.at, fmt::format("{} is not supported: {}", name.text, why));
  } else if (const auto meant = nearest_function(name.text)) {
    reader_.fail(name.at, fmt::format("unknown function {}; did you mean {}?", quote(name.text), *meant));
  } else {
    reader_.fail(name.at, fmt::format("unknown function {}; a text stands in double quotes", quote(name.text)));
  }
  return nullptr;
}

std::optional<std::size_t> ExpressionParser::slot_of(std::string_view variable) const {
  for (const auto& [name, slot] : scope_ | std::views::reverse) {
    if (name == variable) return slot;
  }
  return std::nullopt;
}

Expression ExpressionParser::at_token(const Token& token, decltype(Expression::form) form, int depth) const {
  return {.form = std::move(form), .begin = token.at, .end = reader_.end_of_last(), .depth = depth};
}

}  // namespace tocsin::templates
