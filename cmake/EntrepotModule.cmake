# One folder of core or plugins is one static library; its tests are one executable.

# entrepot_library(NAME SOURCES … DEPENDS …): includes are written from the repository's root.
function(entrepot_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;DEPENDS" ${ARGN})
  add_library(${name} STATIC ${arg_SOURCES})
  target_include_directories(${name} PUBLIC ${CMAKE_SOURCE_DIR})
  target_link_libraries(${name} PUBLIC ${arg_DEPENDS})
endfunction()

# Everything that `ctest -L below-api` runs: what the sanitizer presets build.
add_custom_target(below_api)

# entrepot_test(NAME SOURCES … DEPENDS … [LABELS …] [TIMEOUT seconds]): every TEST is a test of ctest,
# with the label "below-api" where no other is given.
function(entrepot_test name)
  cmake_parse_arguments(arg "" "TIMEOUT" "SOURCES;DEPENDS;LABELS" ${ARGN})
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 120)
  endif()
  if(NOT arg_LABELS)
    set(arg_LABELS below-api)
    add_dependencies(below_api ${name})
  endif()
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_DEPENDS} GTest::gmock_main)
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR})
  gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST
    PROPERTIES TIMEOUT ${arg_TIMEOUT} LABELS "${arg_LABELS}")
endfunction()
