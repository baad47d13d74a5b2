#include "agent/base/log.h"

#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <mutex>

#include "agent/base/clock.h"
#include "agent/base/limits.h"
#include "agent/base/text.h"
#include "agent/base/time.h"
#include "agent/base/write_out.h"

namespace tocsin::log {
namespace {

std::atomic<Level> g_level{Level::info};
std::atomic<Format> g_format{Format::logfmt};

constexpr std::string_view kLevelNames[] = {"debug", "info", "warn", "error"};

std::string_view level_name(Level level) {
  return kLevelNames[static_cast<std::size_t>(level)];
}

bool plain(std::string_view value) {
  if (value.empty()) return false;
  for (const char c : value) {
    if (c <= ' ' || c == '"' || c == '=' || c == '\\' || c == 0x7f || static_cast<unsigned char>(c) >= 0x80)
      return false;
  }
  return true;
}

void append_logfmt(std::string& line, std::string_view name, std::string_view value) {
  if (!line.empty()) line += ' ';
  line += name;
  line += '=';
  line += plain(value) ? std::string(value) : quote(value);
}

std::string json_string(std::string_view value) {
  std::string out = "\"";
  while (!value.empty()) {
    const std::string_view code_point = take_code_point(value);
    if (code_point == "\"" || code_point == "\\") out += '\\';
    out += is_control(code_point) ? escape_control(code_point) : std::string(code_point);
  }
  return out + '"';
}

void append_json(std::string& line, std::string_view name, std::string_view value) {
  line += line.empty() ? "{" : ",";
  line += json_string(name);
  line += ':';
  line += json_string(value);
}

/// Stderr. Lines that it does not take are lost, and counted: the first that it takes again says so.
class Sink {
 public:
  void put(const std::string& line) {
    const std::lock_guard one_at_a_time(mutex_);
    if (lost_ > 0 && takes(what_is_lost())) lost_ = 0;
    if (lost_ > 0 || !takes(line)) ++lost_;
  }

 private:
  bool takes(const std::string& line) {
    const std::string text = (is_cut_ ? "\n" : "") + line + "\n";
    const std::size_t bytes = write_out(STDERR_FILENO, text, lost_ > 0 ? Duration{0} : limits::kLogPatience).bytes;
    if (bytes > 0) is_cut_ = bytes < text.size();
    return bytes == text.size();
  }
  std::string what_is_lost() const {
    return render(g_format, Level::warn, format_rfc3339(SystemClock().now()),
                  "log lines were lost: stderr took no more", {{"lines", lost_}});
  }

  std::mutex mutex_;
  uint64_t lost_ = 0;
  bool is_cut_ = false;  // the last line that was written
};

}  // namespace

void configure(Level level, Format format) {
  g_level = level;
  g_format = format;
}

Result<Level> parse_level(std::string_view text) {
  for (std::size_t index = 0; index < std::size(kLevelNames); ++index) {
    if (kLevelNames[index] == text) return static_cast<Level>(index);
  }
  return fail(fmt::format("\"{}\" is no log level; use debug, info, warn or error", text));
}

Result<Format> parse_format(std::string_view text) {
  if (text == "logfmt") return Format::logfmt;
  if (text == "json") return Format::json;
  return fail(fmt::format("\"{}\" is no log format; use logfmt or json", text));
}

std::string render(Format format, Level level, std::string_view time, std::string_view message, Fields fields) {
  std::string line;
  const auto append = format == Format::json ? append_json : append_logfmt;
  append(line, "time", time);
  append(line, "level", level_name(level));
  append(line, "msg", message);
  for (const Field& field : fields) append(line, field.name, field.value);
  if (format == Format::json) line += '}';
  return line;
}

void write(Level level, std::string_view message, Fields fields) {
  if (level < g_level.load(std::memory_order_relaxed)) return;
  static Sink sink;
  sink.put(render(g_format, level, format_rfc3339(SystemClock().now()), message, fields));
}

}  // namespace tocsin::log
