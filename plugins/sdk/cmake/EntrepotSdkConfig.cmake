# find_package(EntrepotSdk): entrepot::entrepot_sdk and entrepot_add_connector. Needs protozero 1.7
# (Debian: libprotozero-dev), headers only.
include(CMakeFindDependencyMacro)
find_dependency(Threads)
find_path(PROTOZERO_INCLUDE_DIR protozero/pbf_reader.hpp)
if(NOT PROTOZERO_INCLUDE_DIR)
  set(EntrepotSdk_FOUND FALSE)
  set(EntrepotSdk_NOT_FOUND_MESSAGE
      "the connector SDK needs protozero's headers (Debian: apt-get install libprotozero-dev)")
  return()
endif()
include(${CMAKE_CURRENT_LIST_DIR}/EntrepotSdkTargets.cmake)
target_include_directories(entrepot::entrepot_sdk SYSTEM INTERFACE ${PROTOZERO_INCLUDE_DIR})
include(${CMAKE_CURRENT_LIST_DIR}/EntrepotAddConnector.cmake)
