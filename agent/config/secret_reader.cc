#include "agent/config/secret_reader.h"

#include <fmt/format.h>

#include <cstdlib>
#include <string>

#include "agent/config/characters.h"
#include "agent/config/read_file.h"

namespace tocsin {
namespace {

constexpr std::size_t kSecretBytesMax = 64UL << 10;

std::string file_key(std::string_view key) {
  return fmt::format("{}_file", key);
}

Result<std::string> read_secret_file(const std::string& path) {
  auto content = read_file(path, kSecretBytesMax);
  if (!content) return fail(unreadable(path, content.error()));
  while (content->ends_with('\n') || content->ends_with('\r')) content->pop_back();
  if (content->empty()) return fail(fmt::format("{} is empty; write the secret into it", path));
  if (has_control_character(*content)) {
    return fail(fmt::format("{} holds control characters or several lines; write only the secret", path));
  }
  return content;
}

Result<std::string> inline_secret(std::string_view text) {
  auto value = expand_environment(text);
  if (!value) return value;
  if (value->empty()) return fail("it is empty; give a value or leave the key out");
  if (has_control_character(*value)) return fail("it holds control characters; write only the secret");
  return value;
}

bool is_environment(std::string_view text) {
  return text.starts_with("${") && text.ends_with('}');
}

/// `remedy` is what to do instead of chmod.
void warn_of_exposure(Table& table, std::string_view key, const Located<std::string>& given,
                      const std::string& remedy) {
  const std::string& file = table.file().name();
  if (is_environment(given.value) || !readable_by_others(file)) return;
  table.faults().warn(given.place, fmt::format("`{0}`: others than its owner can read {1} and the secret in it; {2}, "
                                               "or chmod go-r {1}",
                                               key, file, remedy));
}

}  // namespace

Result<std::string> expand_environment(std::string_view text) {
  if (!is_environment(text)) return std::string(text);
  const std::string name(text.substr(2, text.size() - 3));
  if (!is_identifier(name))
    return fail("it looks like an environment variable, but ${NAME} takes letters, digits and _");
  // Nothing in this process changes its environment, so that reading it is safe in any thread.
  const char* value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe)
  if (value == nullptr)
    return fail(fmt::format("the environment variable {} is not set; set it where tocsin runs", name));
  return std::string(value);
}

bool has_secret(Table& table, std::string_view key) {
  const bool given = table.has(key), file = table.has(file_key(key));
  return given || file;
}

std::optional<Located<Secret>> read_secret(Table& table, std::string_view key) {
  const auto given = table.string(key);
  const auto file = table.string(file_key(key));
  if (given && file) {
    table.fault(file_key(key), fmt::format("`{}` is there too; keep one of them", key));
    return std::nullopt;
  }
  if (!given && !file) return std::nullopt;
  const std::string path = file ? resolve_path(folder_of(table.file().name()), file->value) : "";
  const auto value = file ? read_secret_file(path) : inline_secret(given->value);
  const Place& place = file ? file->place : given->place;
  if (!value) {
    table.fault_at(place, file ? file_key(key) : std::string(key), value.error().text);
    return std::nullopt;
  }
  if (file) warn_if_world_readable(table, place, path, "the secret");
  return Located<Secret>{Secret(*value), place};
}

void read_secret(Table& table, std::string_view key, Secret& out) {
  if (auto secret = read_secret(table, key)) out = std::move(secret->value);
  warn_if_exposed(table, key);
}

void warn_if_exposed(Table& table, std::string_view key) {
  const std::string remedy = fmt::format("move it into a file that `{}` names", file_key(key));
  if (const auto given = table.string(key)) warn_of_exposure(table, key, *given, remedy);
}

void warn_if_exposed(Table& table, std::string_view key, const Located<std::string>& given) {
  warn_of_exposure(table, key, given, "move it into the environment and write \"${NAME}\"");
}

void warn_if_world_readable(Table& table, const Place& place, const std::string& path, std::string_view what) {
  if (!world_readable(path)) return;
  table.faults().warn(place, fmt::format("everybody on this machine can read {} in {}; chmod o-r it", what, path));
}

}  // namespace tocsin
