# Warnings and hardening of our own targets; libraries come in as SYSTEM and stay silent.
add_library(tocsin_options INTERFACE)
target_include_directories(tocsin_options INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(tocsin_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Woverloaded-virtual
  -pthread -fstack-protector-strong -fstack-clash-protection -ffile-prefix-map=${CMAKE_SOURCE_DIR}/=)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  target_compile_options(tocsin_options INTERFACE -fcf-protection=full)
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "aarch64|arm64")
  target_compile_options(tocsin_options INTERFACE -mbranch-protection=standard)
endif()
target_link_options(tocsin_options INTERFACE -Wl,-z,relro,-z,now)
target_compile_definitions(tocsin_options INTERFACE _GLIBCXX_ASSERTIONS TOCSIN_VERSION="${PROJECT_VERSION}")
# Boost.Beast 1.74 asserts that the end of a chunked body comes in at least five bytes; a client may send it one by one.
target_compile_definitions(tocsin_options INTERFACE $<$<CONFIG:Debug>:BOOST_DISABLE_ASSERTS>)

option(TOCSIN_WERROR "warnings are errors" ON)
if(TOCSIN_WERROR)
  target_compile_options(tocsin_options INTERFACE -Werror)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # False positives of g++ 12 inside std::string, which a precompiled header does not mark as the system's.
  target_compile_options(tocsin_options INTERFACE -Wno-array-bounds -Wno-stringop-overflow -Wno-stringop-overread)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # The deprecated function is called by libstdc++ 12's own stable_sort.
  target_compile_options(tocsin_options INTERFACE -Wthread-safety -Wno-deprecated-declarations)
endif()

if(TOCSIN_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

set(TOCSIN_SANITIZE "" CACHE STRING "address,undefined or thread")
if(TOCSIN_SANITIZE)
  add_compile_options(-fsanitize=${TOCSIN_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${TOCSIN_SANITIZE})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-Wno-maybe-uninitialized)  # false positives of g++ 12 on instrumented variants
  endif()
  if(TOCSIN_SANITIZE MATCHES thread)
    add_compile_definitions(BOOST_ASIO_DISABLE_FENCED_BLOCK)  # g++ 12 cannot instrument fences; asio's mutexes order the rest
  endif()
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND TOCSIN_SANITIZE MATCHES address)
    # Some tests preload libfaketime, and a runtime inside the program would be initialized from within it, twice.
    execute_process(COMMAND ${CMAKE_CXX_COMPILER} -print-resource-dir OUTPUT_VARIABLE resources
                    OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
    add_link_options(-shared-libasan -Wl,-rpath,${resources}/lib/linux)
  endif()
else()
  target_compile_definitions(tocsin_options INTERFACE $<$<CONFIG:RelWithDebInfo,Release,MinSizeRel>:_FORTIFY_SOURCE=3>)
endif()
