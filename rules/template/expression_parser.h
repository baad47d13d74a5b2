// What stands inside {{ }}: pipelines, calls, operands, and the variables in scope. One thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rules/template/lexer.h"
#include "rules/template/syntax.h"
#include "rules/template/token_reader.h"

namespace tocsin::templates {

class ExpressionParser {
 public:
  explicit ExpressionParser(TokenReader& reader);

  /// [$x := | $x =] pipeline
  Action parse_action();

  /// A block's variables end with it.
  std::size_t open_scope() const { return scope_.size(); }
  void close_scope(std::size_t mark) { scope_.resize(mark); }
  std::size_t slots() const { return slots_; }

 private:
  Expression parse_pipeline();
  Expression parse_command(std::optional<Expression> piped);
  Expression parse_function(std::optional<Expression> piped);
  std::vector<Expression> parse_arguments();
  Expression parse_operand();
  Expression parse_term();
  Expression parse_word();
  Expression parse_variable();
  Expression parse_data_field(const Token& field);
  Expression parse_parentheses();
  Expression parse_literal();
  Expression make_call(const Token& name, const Function& function, std::vector<Expression> arguments);
  void check_arguments(const Function& function, const std::vector<Expression>& arguments);
  void compile_pattern(Call& call);

  bool operand_follows() const;
  const Function* function_named(const Token& name);
  std::optional<std::size_t> slot_of(std::string_view variable) const;
  Expression at_token(const Token& token, decltype(Expression::form) form, int depth = 1) const;

  TokenReader& reader_;
  std::vector<std::pair<std::string, std::size_t>> scope_;  // the innermost last
  std::size_t slots_ = kDataSlots;
};

}  // namespace tocsin::templates
