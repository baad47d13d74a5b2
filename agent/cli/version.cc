#include "agent/cli/version.h"

#include <curl/curl.h>
#include <fmt/format.h>
#include <microhttpd.h>
#include <simdjson.h>
#include <spdlog/version.h>
#include <sqlite3.h>
#include <toml++/toml.h>

#include <CLI/Version.hpp>
#include <nlohmann/json.hpp>

namespace tocsin {
namespace {

std::string three(int major, int minor, int patch) {
  return fmt::format("{}.{}.{}", major, minor, patch);
}

}  // namespace

std::string version_text() {
  std::string text = fmt::format("tocsin {}\n", TOCSIN_VERSION);
  const auto line = [&text](std::string_view name, std::string_view version) {
    text += fmt::format("  {:<14} {}\n", name, version);
  };
#ifdef __clang__
  line("compiler", "clang " __clang_version__);
#else
  line("compiler", "g++ " __VERSION__);
#endif
  line("libcurl", curl_version());
  line("SQLite", sqlite3_libversion());
  line("libmicrohttpd", MHD_get_version());
  line("simdjson",
       three(simdjson::SIMDJSON_VERSION_MAJOR, simdjson::SIMDJSON_VERSION_MINOR, simdjson::SIMDJSON_VERSION_REVISION));
  line("nlohmann/json", three(NLOHMANN_JSON_VERSION_MAJOR, NLOHMANN_JSON_VERSION_MINOR, NLOHMANN_JSON_VERSION_PATCH));
  line("toml++", three(TOML_LIB_MAJOR, TOML_LIB_MINOR, TOML_LIB_PATCH));
  line("fmt", three(FMT_VERSION / 10000, FMT_VERSION / 100 % 100, FMT_VERSION % 100));
  line("spdlog", three(SPDLOG_VER_MAJOR, SPDLOG_VER_MINOR, SPDLOG_VER_PATCH));
  line("CLI11", CLI11_VERSION);
  return text;
}

}  // namespace tocsin
