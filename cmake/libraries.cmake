# One static library per room. The pure rooms (base, rules, notifiers, core) do not link
# curl, SQLite, the HTTP server or toml++: what touches the world lives in tocsin_io.
# What nearly every file includes is parsed once, by the first library; each file still names what it needs.
set(TOCSIN_PRECOMPILED <algorithm> <array> <charconv> <chrono> <cmath> <cstdint> <expected> <functional> <map> <memory>
    <optional> <set> <span> <string> <string_view> <system_error> <tuple> <utility> <variant> <vector>
    <fmt/chrono.h> <fmt/format.h> <nlohmann/json.hpp>)

function(tocsin_library name)
  cmake_parse_arguments(ARG "" "" "FOLDERS;LINK" ${ARGN})
  set(sources)
  foreach(folder ${ARG_FOLDERS})
    file(GLOB found CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${folder}/*.cc)
    list(APPEND sources ${found})
  endforeach()
  if(NOT sources)
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE tocsin_options ${ARG_LINK})
    return()
  endif()
  add_library(${name} STATIC ${sources})
  target_link_libraries(${name} PUBLIC tocsin_options ${ARG_LINK})
  if(name STREQUAL "tocsin_base")
    target_precompile_headers(${name} PRIVATE ${TOCSIN_PRECOMPILED})
  else()
    target_precompile_headers(${name} REUSE_FROM tocsin_base)
  endif()
endfunction()

tocsin_library(tocsin_base FOLDERS agent/base LINK fmt::fmt Threads::Threads)
tocsin_library(tocsin_rules FOLDERS rules rules/template LINK tocsin_base PkgConfig::RE2)
tocsin_library(tocsin_notifiers FOLDERS notifiers LINK tocsin_base nlohmann_json::nlohmann_json)
tocsin_library(tocsin_core
  FOLDERS agent/poll agent/evaluate agent/incident agent/route agent/outbox agent/notify agent/engine
  LINK tocsin_rules tocsin_notifiers simdjson::simdjson)
tocsin_library(tocsin_io
  FOLDERS agent/config agent/http agent/store agent/api
  LINK tocsin_core CURL::libcurl SQLiteCpp SQLite::SQLite3 Boost::headers OpenSSL::SSL
       nlohmann_json::nlohmann_json)

if(TOCSIN_SANITIZE MATCHES undefined)
  # toml++ 3.3 calls a place unreachable that a letter such as U+0396 reaches, where it means to say "no white space".
  set_source_files_properties(${CMAKE_SOURCE_DIR}/agent/config/toml.cc PROPERTIES COMPILE_OPTIONS -fno-sanitize=unreachable)
endif()

# The migrations are part of the binary, so that it can never meet a database without them.
file(GLOB migrations CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/agent/store/migrations/*.sql)
set(generated ${CMAKE_BINARY_DIR}/generated/migrations.inc)
add_custom_command(OUTPUT ${generated}
  COMMAND ${CMAKE_COMMAND} -DOUT=${generated} "-DFILES=${migrations}" -P ${CMAKE_SOURCE_DIR}/cmake/embed_sql.cmake
  DEPENDS ${migrations} ${CMAKE_SOURCE_DIR}/cmake/embed_sql.cmake VERBATIM)
get_target_property(io_type tocsin_io TYPE)
if(io_type STREQUAL "STATIC_LIBRARY")
  target_sources(tocsin_io PRIVATE ${generated})
  target_include_directories(tocsin_io PRIVATE ${CMAKE_BINARY_DIR}/generated)
endif()

if(NOT EXISTS ${CMAKE_SOURCE_DIR}/agent/main.cc)
  return()
endif()
tocsin_library(tocsin_cli FOLDERS agent/cli LINK tocsin_io)
if(TOCSIN_MIMALLOC AND NOT TOCSIN_SANITIZE)  # sanitizers bring an allocator of their own
  target_link_libraries(tocsin_cli PUBLIC mimalloc)
  target_compile_definitions(tocsin_cli PRIVATE TOCSIN_MIMALLOC)
endif()

add_executable(tocsin ${CMAKE_SOURCE_DIR}/agent/main.cc)
target_link_libraries(tocsin PRIVATE tocsin_cli)
set_target_properties(tocsin PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
