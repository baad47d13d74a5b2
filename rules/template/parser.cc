#include "rules/template/parser.h"

#include <fmt/format.h>

#include <utility>

#include "rules/template/expression_parser.h"
#include "rules/template/lexer.h"

namespace tocsin::templates {
namespace {

/// Text, actions and ifs; what stands inside the braces is left to ExpressionParser.
class Parser {
 public:
  Parser(std::string_view source, std::vector<Token> tokens)
      : reader_(source, std::move(tokens)), expressions_(reader_) {}

  std::expected<Tree, TemplateFault> run() {
    Tree tree;
    tree.nodes = parse_nodes();
    if (!reader_.failed() && !reader_.next_is(TokenKind::end)) {
      reader_.fail(reader_.peek().at, fmt::format("unexpected {{{{{}}}}} without if", reader_.peek(1).text));
    }
    if (const auto& fault = reader_.fault()) return std::unexpected(*fault);
    tree.slots = expressions_.slots();
    return tree;
  }

 private:
  /// Up to the end, or to the {{ of {{end}} or {{else}}.
  Nodes parse_nodes() {
    Nodes nodes;
    while (!reader_.next_is(TokenKind::end) && !block_ends()) {
      if (reader_.next_is(TokenKind::text)) {
        nodes.push_back({Text{std::string(reader_.take().text)}});
        continue;
      }
      reader_.take();  // the {{
      const Token first = reader_.peek();
      if (reader_.accept_word("if")) {
        nodes.push_back({parse_if(first)});
      } else {
        nodes.push_back({expressions_.parse_action()});
        expect_close();
      }
    }
    return nodes;
  }

  bool block_ends() const {
    const Token& word = reader_.peek(1);
    return reader_.next_is(TokenKind::open) && word.kind == TokenKind::word &&
           (word.text == "end" || word.text == "else");
  }

  If parse_if(const Token& first) {
    reader_.enter(first.at);
    const std::size_t scope = expressions_.open_scope();
    If node;
    bool more = true;
    while (more) {
      node.branches.push_back(parse_branch());
      more = at_else_if();
    }
    if (reader_.accept_word("else")) {
      expect_close();
      node.otherwise = parse_block();
      if (!reader_.failed() && reader_.peek(1).text == "else") reader_.fail(reader_.peek(1).at, "a second {{else}}");
      reader_.accept(TokenKind::open);
    }
    finish_if(first);
    expressions_.close_scope(scope);
    reader_.leave();
    return node;
  }

  /// After a branch the {{ of its {{else}} or {{end}} is taken; "else if" begins the next branch.
  bool at_else_if() {
    reader_.accept(TokenKind::open);
    if (!reader_.next_is_word("else") || reader_.peek(1).text != "if") return false;
    reader_.take();
    reader_.take();
    return true;
  }

  void finish_if(const Token& first) {
    if (reader_.accept_word("end")) return expect_close();
    reader_.fail(first.at, "unclosed if: its {{end}} is missing");
  }

  Branch parse_branch() {
    Branch branch;
    branch.condition = expressions_.parse_action();
    expect_close();
    branch.body = parse_block();
    return branch;
  }

  Nodes parse_block() {
    const std::size_t scope = expressions_.open_scope();
    Nodes nodes = parse_nodes();
    expressions_.close_scope(scope);
    return nodes;
  }

  void expect_close() {
    if (!reader_.accept(TokenKind::close)) reader_.fail_unexpected("}}");
  }

  TokenReader reader_;
  ExpressionParser expressions_;
};

}  // namespace

std::expected<Tree, TemplateFault> parse_template(std::string_view source) {
  auto tokens = tokenize(source);
  if (!tokens) return std::unexpected(tokens.error());
  return Parser(source, *std::move(tokens)).run();
}

}  // namespace tocsin::templates
