# entrepot_add_connector(NAME SOURCES … [LIBRARIES …]): a connector plugin, "NAME.so", where NAME is
# the connector's id. Exports the entry and nothing else, and resolves every symbol at link time, so
# that two connectors in one hub cannot meet. LIBRARIES must not be protobuf, gRPC or spdlog: two
# copies of those in one process abort or corrupt it, and the hub refuses such a connector.
# Works in the hub's own tree and, through find_package(EntrepotSdk), anywhere else.
set(ENTREPOT_CONNECTOR_MAP ${CMAKE_CURRENT_LIST_DIR}/connector.map CACHE INTERNAL "")

function(entrepot_add_connector name)
  cmake_parse_arguments(arg "" "" "SOURCES;LIBRARIES" ${ARGN})
  if(NOT arg_SOURCES)
    message(FATAL_ERROR "entrepot_add_connector(${name}): give its SOURCES")
  endif()
  if(TARGET entrepot::entrepot_sdk)
    set(sdk entrepot::entrepot_sdk)
  else()
    set(sdk entrepot_sdk)
  endif()
  # A library of the same name may exist in the tree, hence the target's own prefix.
  set(target connector_${name})
  add_library(${target} MODULE ${arg_SOURCES})
  target_link_libraries(${target} PRIVATE ${sdk} ${arg_LIBRARIES})
  target_compile_features(${target} PRIVATE cxx_std_20)
  target_compile_options(${target} PRIVATE
    $<$<AND:$<COMPILE_LANGUAGE:CXX>,$<CXX_COMPILER_ID:GNU>>:-fno-gnu-unique>)
  target_link_options(${target} PRIVATE
    -Wl,--version-script=${ENTREPOT_CONNECTOR_MAP} -Wl,-z,now)
  # Sanitizers leave their runtime's symbols to the executable.
  if(NOT ENTREPOT_SANITIZE)
    target_link_options(${target} PRIVATE -Wl,-z,defs)
  endif()
  set_target_properties(${target} PROPERTIES
    OUTPUT_NAME ${name} PREFIX "" SUFFIX ".so"
    C_VISIBILITY_PRESET hidden CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
    LINK_DEPENDS ${ENTREPOT_CONNECTOR_MAP}
    LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/connectors)
endfunction()
