#include "rules/template/comparison.h"

#include <fmt/format.h>

namespace tocsin::templates {
namespace {

constexpr const char* kIncompatible = "incompatible types for comparison (write 5.0 rather than 5 beside a float64)";
constexpr const char* kUnordered = "invalid type for comparison";

bool is_nil(const Value& value) {
  return std::holds_alternative<std::monostate>(value);
}

bool is_map(const Value& value) {
  return std::holds_alternative<const Labels*>(value);
}

bool is_ordered(const Value& value) {
  return std::holds_alternative<int64_t>(value) || std::holds_alternative<double>(value) ||
         std::holds_alternative<std::string>(value);
}

std::unexpected<std::string> uncomparable(const Value& value) {
  return std::unexpected(fmt::format("uncomparable type {}: {}", type_name(value), to_text(value)));
}

std::expected<bool, std::string> equal_pair(const Value& a, const Value& b) {
  if (a.index() != b.index()) {
    if (is_nil(a) || is_nil(b)) return false;
    return std::unexpected(kIncompatible);
  }
  if (is_map(b)) return uncomparable(b);
  return a == b;
}

std::expected<std::size_t, std::string> position(const Value& value, std::size_t size, bool end_allowed) {
  const auto* number = std::get_if<int64_t>(&value);
  if (number == nullptr) return std::unexpected(fmt::format("cannot index with type {}", type_name(value)));
  if (*number < 0 || static_cast<uint64_t>(*number) >= size + (end_allowed ? 1 : 0)) {
    return std::unexpected(fmt::format("index out of range: {}", *number));
  }
  return static_cast<std::size_t>(*number);
}

Outcome index_once(const Value& container, const Value& key) {
  if (const auto* labels = std::get_if<const Labels*>(&container)) {
    const auto* name = std::get_if<std::string>(&key);
    if (name == nullptr) return std::unexpected(fmt::format("value has type {}; should be string", type_name(key)));
    return std::string((*labels)->get(*name));
  }
  if (const auto* text = std::get_if<std::string>(&container)) {
    const auto at = position(key, text->size(), false);
    if (!at) return std::unexpected(at.error());
    return int64_t{static_cast<unsigned char>((*text)[*at])};
  }
  if (is_nil(container)) return std::unexpected("index of untyped nil");
  return std::unexpected(fmt::format("can't index item of type {}", type_name(container)));
}

}  // namespace

Outcome equal(std::span<const Value> arguments) {
  const Value& first = arguments.front();
  if (is_map(first)) return uncomparable(first);
  if (arguments.size() == 1) return std::unexpected("missing argument for comparison");
  for (const Value& other : arguments.subspan(1)) {
    const auto same = equal_pair(first, other);
    if (!same) return std::unexpected(same.error());
    if (*same) return true;
  }
  return false;
}

Outcome less(const Value& a, const Value& b) {
  if (!is_ordered(a) && a.index() == b.index()) return std::unexpected(kUnordered);
  if (is_map(a) || is_nil(a) || is_map(b) || is_nil(b)) return std::unexpected(kUnordered);
  if (a.index() != b.index()) return std::unexpected(kIncompatible);
  return a < b;
}

Outcome less_or_equal(const Value& a, const Value& b) {
  const Outcome below = less(a, b);
  if (!below || truth(*below)) return below;
  const auto same = equal_pair(a, b);
  if (!same) return std::unexpected(same.error());
  return *same;
}

Outcome length(const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return static_cast<int64_t>(text->size());
  if (const auto* labels = std::get_if<const Labels*>(&value)) return static_cast<int64_t>((*labels)->size());
  if (is_nil(value)) return std::unexpected("len of nil pointer");
  return std::unexpected(fmt::format("len of type {}", type_name(value)));
}

Outcome index(std::span<const Value> arguments) {
  if (is_nil(arguments.front())) return std::unexpected("index of untyped nil");
  Value item = arguments.front();
  for (const Value& key : arguments.subspan(1)) {
    Outcome next = index_once(item, key);
    if (!next) return next;
    item = *std::move(next);
  }
  return item;
}

Outcome slice(std::span<const Value> arguments) {
  const auto* text = std::get_if<std::string>(&arguments.front());
  if (text == nullptr) return std::unexpected(fmt::format("can't slice item of type {}", type_name(arguments.front())));
  if (arguments.size() > 3) return std::unexpected("cannot 3-index slice a string");
  std::size_t bounds[2] = {0, text->size()};
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    const auto at = position(arguments[i], text->size(), true);
    if (!at) return std::unexpected(at.error());
    bounds[i - 1] = *at;
  }
  if (bounds[0] > bounds[1]) return std::unexpected(fmt::format("invalid slice index: {} > {}", bounds[0], bounds[1]));
  return text->substr(bounds[0], bounds[1] - bounds[0]);
}

}  // namespace tocsin::templates
