// The tree of a parsed template. Pipelines are resolved into calls (`a | f b` is f(b, a)), variables into slots, and
// functions, their number of arguments and literal patterns are checked; so rendering finds no unknown name.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "rules/template/functions.h"
#include "rules/template/value.h"

namespace tocsin::templates {

struct Expression;

struct Literal {
  Value value;
};
struct Variable {
  std::size_t slot;
};
enum class DataField { labels, external_labels, external_url, value };  // .Labels, .ExternalLabels, ...
/// `of`.name: a label's value.
struct Member {
  std::vector<Expression> of;  // exactly one
  std::string name;
};
struct Call {
  const Function* function;
  std::vector<Expression> arguments;
  Regex pattern;  // the compiled first argument, where that is a literal and a pattern
};

struct Expression {
  std::variant<Literal, Variable, DataField, Member, Call> form;
  std::size_t begin = 0;  // bytes of the source it was read from, for error texts
  std::size_t end = 0;
  int depth = 1;  // of the tree below it
};

struct Node;
using Nodes = std::vector<Node>;

struct Text {
  std::string text;
};
/// {{ expression }}, or {{ $x := expression }}, which prints nothing.
struct Action {
  Expression expression;
  std::optional<std::size_t> slot;
};
struct Branch {
  Action condition;
  Nodes body;
};
struct If {
  std::vector<Branch> branches;  // if, else if, ...
  Nodes otherwise;
};
struct Node {
  std::variant<Text, Action, If> form;
};

/// Slots of the variables that every template has from the start, in the order of DataField.
inline constexpr std::size_t kDataSlots = 4;

struct Tree {
  Nodes nodes;
  std::size_t slots = kDataSlots;
};

}  // namespace tocsin::templates
