#include "agent/cli/version.h"

#include <curl/curl.h>
#include <fmt/format.h>
#include <simdjson.h>
#include <sqlite3.h>
#include <toml++/toml.h>

#include <CLI/Version.hpp>
#include <boost/version.hpp>
#include <nlohmann/json.hpp>
#ifdef TOCSIN_MIMALLOC
#include <mimalloc.h>
#endif

namespace tocsin {
namespace {

std::string three(int major, int minor, int patch) {
  return fmt::format("{}.{}.{}", major, minor, patch);
}

/// With the TLS library: the half of curl that answers for certificates.
std::string curl_text() {
  const curl_version_info_data* info = curl_version_info(CURLVERSION_NOW);
  return fmt::format("{} with {}", info->version, info->ssl_version);
}

}  // namespace

std::string version_text() {
  std::string text = fmt::format("tocsin {}", TOCSIN_VERSION);
  const auto line = [&text](std::string_view name, std::string_view version) {
    text += fmt::format("\n  {:<14} {}", name, version);
  };
#ifdef __clang__
  line("compiler", "clang " __clang_version__);
#else
  line("compiler", "g++ " __VERSION__);
#endif
  line("libcurl", curl_text());
  line("SQLite", sqlite3_libversion());
  line("Boost", three(BOOST_VERSION / 100000, BOOST_VERSION / 100 % 1000, BOOST_VERSION % 100));
  line("simdjson",
       three(simdjson::SIMDJSON_VERSION_MAJOR, simdjson::SIMDJSON_VERSION_MINOR, simdjson::SIMDJSON_VERSION_REVISION));
#ifdef TOCSIN_MIMALLOC
  line("mimalloc", three(mi_version() / 100, mi_version() / 10 % 10, mi_version() % 10));
#endif
  line("nlohmann/json", three(NLOHMANN_JSON_VERSION_MAJOR, NLOHMANN_JSON_VERSION_MINOR, NLOHMANN_JSON_VERSION_PATCH));
  line("toml++", three(TOML_LIB_MAJOR, TOML_LIB_MINOR, TOML_LIB_PATCH));
  line("fmt", three(FMT_VERSION / 10000, FMT_VERSION / 100 % 100, FMT_VERSION % 100));
  line("CLI11", CLI11_VERSION);
  return text;
}

}  // namespace tocsin
