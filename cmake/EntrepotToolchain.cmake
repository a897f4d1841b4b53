# How everything is compiled and linked.
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 11)
set(CMAKE_CXX_FLAGS_RELEASE "-O2")
set(CMAKE_C_FLAGS_RELEASE "-O2")
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/connectors)

add_compile_options(-Wall -Wextra -Wno-missing-field-initializers -Werror=switch
                    -Werror=unused-result -Werror=return-type)

if(ENTREPOT_SANITIZE)
  add_compile_options(-fsanitize=${ENTREPOT_SANITIZE} -fno-omit-frame-pointer -O1 -g1)
  add_link_options(-fsanitize=${ENTREPOT_SANITIZE})
  if(ENTREPOT_SANITIZE MATCHES "thread")
    # protobuf's maps have two members more where this is defined, and Debian's library is built
    # without: the layouts would differ.
    add_compile_options(-U__SANITIZE_THREAD__)
  endif()
endif()

find_program(CCACHE ccache)
if(CCACHE)
  # Hits in any checkout: paths below it are rewritten relative to the build folder.
  set(launcher ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${launcher})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
endif()

find_program(MOLD mold)
if(MOLD)
  add_link_options(-fuse-ld=mold)
endif()
