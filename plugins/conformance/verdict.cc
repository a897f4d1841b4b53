#include "plugins/conformance/verdict.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>

namespace entrepot::conformance {
namespace {

void WriteAll(int fd, const std::string& bytes) {
  for (size_t done = 0; done < bytes.size();) {
    const ssize_t count = write(fd, bytes.data() + done, bytes.size() - done);
    if (count < 0 && errno != EINTR) return;
    if (count > 0) done += static_cast<size_t>(count);
  }
}

// Reads until the child closes its end. False: the time was over first.
bool ReadUntil(int fd, std::chrono::steady_clock::time_point deadline, std::string* bytes) {
  char buffer[4096];
  while (true) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return false;
    pollfd waiting = {fd, POLLIN, 0};
    if (poll(&waiting, 1, static_cast<int>(left.count())) <= 0) continue;
    const ssize_t count = read(fd, buffer, sizeof(buffer));
    if (count == 0) return true;
    if (count > 0) bytes->append(buffer, static_cast<size_t>(count));
    if (count < 0 && errno != EINTR) return true;
  }
}

[[noreturn]] void RunAsChild(const std::function<Verdict()>& check, int fd) {
  const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (nowhere >= 0) dup2(nowhere, STDERR_FILENO);
  const Verdict verdict = check();
  WriteAll(fd, fmt::format("{}{}", static_cast<int>(verdict.kind), verdict.text));
  // No destructors of the connector's statics: they are not what is tested here.
  _exit(0);
}

Verdict Ended(int status, const std::string& said) {
  if (WIFSIGNALED(status)) {
    return Fail(
        fmt::format("crashed with signal {} ({})", WTERMSIG(status), strsignal(WTERMSIG(status))));
  }
  if (said.empty() || said[0] < '0' || said[0] > '2') {
    return Fail(fmt::format("ended the process with exit status {}", WEXITSTATUS(status)));
  }
  return {static_cast<Verdict::Kind>(said[0] - '0'), said.substr(1)};
}

}  // namespace

Verdict VerdictOf(const absl::Status& status) {
  return status.ok() ? Ok() : Fail(std::string(status.message()));
}

Verdict RunIsolated(const std::function<Verdict()>& check, absl::Duration limit) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return Fail("this machine gives no pipe");
  const auto deadline = std::chrono::steady_clock::now() + absl::ToChronoMilliseconds(limit);
  const pid_t child = fork();
  if (child < 0) {
    close(ends[0]);
    close(ends[1]);
    return Fail("this machine gives no process");
  }
  if (child == 0) {
    close(ends[0]);
    RunAsChild(check, ends[1]);
  }
  close(ends[1]);
  std::string said;
  const bool in_time = ReadUntil(ends[0], deadline, &said);
  close(ends[0]);
  if (!in_time) kill(child, SIGKILL);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (!in_time) {
    return Fail(fmt::format("did not return within {} s", absl::ToInt64Seconds(limit)));
  }
  return Ended(status, said);
}

}  // namespace entrepot::conformance
