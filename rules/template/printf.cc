#include "rules/template/printf.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "rules/template/format_verb.h"
#include "rules/template/limits.h"
#include "rules/unicode.h"

namespace tocsin::templates {
namespace {

bool is_string(const Value& value) {
  return std::holds_alternative<std::string>(value);
}

/// Walks one format string. A directive is % flags [index] width .precision [index] verb.
class Printf {
 public:
  Printf(std::string_view format, std::span<const Value> arguments) : format_(format), arguments_(arguments) {}

  std::string run() {
    while (at_ < format_.size() && out_.size() <= kTextBytesMax) {
      const std::size_t percent = std::min(format_.find('%', at_), format_.size());
      out_ += format_.substr(at_, percent - at_);
      at_ = percent;
      if (at_ < format_.size()) directive();
    }
    if (!reordered_ && next_ < arguments_.size()) complain_of_extra();
    return std::move(out_);
  }

 private:
  void directive() {
    ++at_;
    flags_ = {};
    index_good_ = true;
    read_flags();
    bool after_index = read_index();
    after_index = read_width(after_index);
    after_index = read_precision(after_index);
    if (!after_index) read_index();
    if (at_ >= format_.size()) {
      out_ += "%!(NOVERB)";
      return;
    }
    const Rune verb = rune_at(format_, at_);
    at_ += verb.length;
    print(verb.code);
  }

  void print(char32_t verb) {
    if (verb == '%') {
      out_ += '%';
    } else if (!index_good_) {
      complain(verb, "(BADINDEX)");
    } else if (next_ >= arguments_.size()) {
      complain(verb, "(MISSING)");
    } else {
      if (verb == 'v') change_flags_of_v();
      clamp(flags_.width);
      clamp(flags_.precision);
      out_ += format_verb(arguments_[next_++], verb, flags_);
    }
  }

  /// %+v asks for field names and %#v for Go's syntax: no signs, no points.
  void change_flags_of_v() {
    flags_.plus = false;
    flags_.go_syntax = flags_.sharp;
    flags_.sharp = false;
  }

  void read_flags() {
    for (; at_ < format_.size(); ++at_) {
      switch (format_[at_]) {
        case '#':
          flags_.sharp = true;
          break;
        case '0':
          flags_.zero = !flags_.minus;
          break;
        case '+':
          flags_.plus = true;
          break;
        case ' ':
          flags_.space = true;
          break;
        case '-':
          flags_.minus = true;
          flags_.zero = false;
          break;
        default:
          return;
      }
    }
  }

  /// "[2]" makes the second argument the next one. True where a good index was there.
  bool read_index() {
    if (at_ >= format_.size() || format_[at_] != '[') return false;
    reordered_ = true;
    const std::size_t end = format_.find(']', at_);
    if (end == std::string_view::npos) {
      index_good_ = false;
      ++at_;
      return false;
    }
    std::size_t at = at_ + 1;
    const auto index = read_number(at);
    const bool good = index && at == end && *index >= 1 && static_cast<std::size_t>(*index) <= arguments_.size();
    at_ = end + 1;
    if (good) {
      next_ = static_cast<std::size_t>(*index) - 1;
    } else {
      index_good_ = false;
    }
    return index.has_value() && at == end;
  }

  bool read_width(bool after_index) {
    if (at_ < format_.size() && format_[at_] == '*') {
      ++at_;
      flags_.width = argument_number();
      if (!flags_.width) out_ += "%!(BADWIDTH)";
      if (const int width = flags_.width.value_or(0); width < 0) {
        flags_.width = -width;
        flags_.minus = true;
        flags_.zero = false;
      }
      return false;
    }
    flags_.width = read_number(at_);
    if (after_index && flags_.width) index_good_ = false;
    return after_index;
  }

  bool read_precision(bool after_index) {
    if (at_ >= format_.size() || format_[at_] != '.') return after_index;
    ++at_;
    if (after_index) index_good_ = false;
    after_index = read_index();
    if (at_ < format_.size() && format_[at_] == '*') {
      ++at_;
      flags_.precision = argument_number();
      if (flags_.precision.value_or(0) < 0) flags_.precision.reset();
      if (!flags_.precision) out_ += "%!(BADPREC)";
      return false;
    }
    flags_.precision = read_number(at_).value_or(0);
    return after_index;
  }

  /// The next argument as a width or precision.
  std::optional<int> argument_number() {
    if (next_ >= arguments_.size()) return std::nullopt;
    const auto* number = std::get_if<int64_t>(&arguments_[next_++]);
    if (number == nullptr || *number > kNumberMax || *number < -kNumberMax) return std::nullopt;
    return static_cast<int>(*number);
  }

  /// Digits at `at`, which moves behind them; too large a number ends the format, as in Go.
  std::optional<int> read_number(std::size_t& at) const {
    std::optional<int> number;
    for (; at < format_.size() && format_[at] >= '0' && format_[at] <= '9'; ++at) {
      if (number.value_or(0) > kNumberMax) {
        at = format_.size();
        return std::nullopt;
      }
      number = number.value_or(0) * 10 + (format_[at] - '0');
    }
    return number;
  }

  /// One more than the limit is enough to be found too long.
  static void clamp(std::optional<int>& number) {
    if (number) number = std::min(*number, static_cast<int>(kTextBytesMax) + 1);
  }

  void complain(char32_t verb, std::string_view what) {
    out_ += "%!";
    append_rune(out_, verb);
    out_ += what;
  }

  void complain_of_extra() {
    out_ += "%!(EXTRA ";
    for (std::size_t i = next_; i < arguments_.size(); ++i) {
      const bool nil = std::holds_alternative<std::monostate>(arguments_[i]);
      if (i > next_) out_ += ", ";
      if (!nil) out_ += fmt::format("{}=", type_name(arguments_[i]));
      out_ += to_text(arguments_[i]);
    }
    out_ += ')';
  }

  static constexpr int kNumberMax = 1'000'000;

  std::string_view format_;
  std::span<const Value> arguments_;
  std::string out_;
  FormatFlags flags_;
  std::size_t at_ = 0;
  std::size_t next_ = 0;
  bool index_good_ = true;
  bool reordered_ = false;
};

}  // namespace

std::string sprintf(std::string_view format, std::span<const Value> arguments) {
  return Printf(format, arguments).run();
}

std::string sprint(std::span<const Value> arguments) {
  std::string out;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (i > 0 && !is_string(arguments[i]) && !is_string(arguments[i - 1])) out += ' ';
    out += to_text(arguments[i]);
  }
  return out;
}

std::string sprintln(std::span<const Value> arguments) {
  std::string out;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (i > 0) out += ' ';
    out += to_text(arguments[i]);
  }
  return out + '\n';
}

}  // namespace tocsin::templates
