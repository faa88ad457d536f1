# The one place where compiler flags live: an interface target that every library and tool of ours links.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")

option(CDCKIT_WERROR "treat warnings as errors" OFF)
option(CDCKIT_HARDEN "stack protector, fortify, PIE, full RELRO" OFF)
option(CDCKIT_MAN "build the man pages (needs pandoc)" ON)
option(CDCKIT_FUZZ "build the libFuzzer targets (Clang)" OFF)
set(CDCKIT_SANITIZE "" CACHE STRING "sanitizers, e.g. address,undefined")

add_library(cdckit_flags INTERFACE)
target_include_directories(cdckit_flags INTERFACE "${CMAKE_SOURCE_DIR}")
target_compile_definitions(cdckit_flags INTERFACE CDCKIT_VERSION="${PROJECT_VERSION}")
target_compile_options(cdckit_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual
  -Wold-style-cast -Wcast-align -Wcast-qual -Wformat=2 -Wundef -Wimplicit-fallthrough
  $<$<CXX_COMPILER_ID:GNU>:-Wduplicated-cond -Wlogical-op -Wredundant-decls>
  $<$<BOOL:${CDCKIT_WERROR}>:-Werror>)
if(CDCKIT_HARDEN)
  target_compile_options(cdckit_flags INTERFACE -fstack-protector-strong -fstack-clash-protection
    -fcf-protection=full -D_FORTIFY_SOURCE=2 -D_GLIBCXX_ASSERTIONS)
  target_link_options(cdckit_flags INTERFACE -pie -Wl,-z,relro,-z,now,-z,noexecstack)
  set(CMAKE_POSITION_INDEPENDENT_CODE ON)
endif()
if(CDCKIT_SANITIZE)
  target_compile_options(cdckit_flags INTERFACE -fsanitize=${CDCKIT_SANITIZE} -fno-sanitize-recover=all
    -fno-omit-frame-pointer
    # with sanitizers GCC 12 sees overlaps in std::string's operator+ and bare members in std::regex that are not there,
    # and says of atomic_thread_fence (in the standard library) that the thread sanitizer does not know it
    $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict -Wno-maybe-uninitialized -Wno-tsan>)
  target_link_options(cdckit_flags INTERFACE -fsanitize=${CDCKIT_SANITIZE})
endif()
if(CMAKE_INTERPROCEDURAL_OPTIMIZATION AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12's optimiser at link time sees a copy of half the address space in std::string's operator+ of a literal and
  # a string that is moved (GCC bug 105329); when it compiles, the warning stays on
  target_link_options(cdckit_flags INTERFACE -Wno-stringop-overflow)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  target_link_options(cdckit_flags INTERFACE -fuse-ld=lld-19)
endif()
# two builds in two folders must give the same bytes
target_compile_options(cdckit_flags INTERFACE -ffile-prefix-map=${CMAKE_SOURCE_DIR}=. -ffile-prefix-map=${CMAKE_BINARY_DIR}=.)
