# Does what an author does: installs the SDK, copies the example into an empty folder, builds it
# there against the installed SDK and has it checked. Run as `cmake -D… -P`.
#   HUB_BUILD  the hub's build folder    EXAMPLE  the example's folder
#   SCRATCH    a folder of the test's    CHECK    program that runs the conformance suite
#   GENERATOR, COMPILER                  as the hub itself is built
function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE output
                  ERROR_VARIABLE output)
  if(result)
    message(FATAL_ERROR "${ARGN}\nended with ${result}:\n${output}")
  endif()
endfunction()

file(REMOVE_RECURSE ${SCRATCH})
run(${CMAKE_COMMAND} --install ${HUB_BUILD} --component sdk --prefix ${SCRATCH}/sdk)
file(COPY ${EXAMPLE}/ DESTINATION ${SCRATCH}/project)
run(${CMAKE_COMMAND} -S ${SCRATCH}/project -B ${SCRATCH}/project/build -G ${GENERATOR}
    -DCMAKE_PREFIX_PATH=${SCRATCH}/sdk -DCMAKE_CXX_COMPILER=${COMPILER}
    -DCMAKE_CXX_FLAGS=-Wall\ -Wextra\ -Wpedantic\ -Werror)
run(${CMAKE_COMMAND} --build ${SCRATCH}/project/build)
run(${CHECK} ${SCRATCH}/project/build/connectors/countdown.so --option start=30 --dataset numbers)
