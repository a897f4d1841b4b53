#include "child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

extern char** environ;

namespace entrepot::ledger {
namespace {

constexpr int kPollMs = 50;
constexpr size_t kComplaintBytesMax = 2000;

// Ours, but with a locale in which every name can be read.
std::vector<std::string> Environment() {
  std::vector<std::string> variables;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string_view text = *variable;
    if (text.rfind("LANG", 0) == 0 || text.rfind("LC_", 0) == 0) continue;
    variables.emplace_back(text);
  }
  variables.emplace_back("LANG=C.UTF-8");
  variables.emplace_back("LC_ALL=C.UTF-8");
  return variables;
}

std::vector<char*> Pointers(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

ChildProcess::Buffer::~Buffer() { close(file_); }

ChildProcess::Buffer::int_type ChildProcess::Buffer::underflow() {
  while (true) {
    call_.ThrowIfCancelled();
    pollfd ready = {file_, POLLIN, 0};
    if (poll(&ready, 1, kPollMs) <= 0) continue;
    const ssize_t count = read(file_, bytes_, sizeof(bytes_));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return traits_type::eof();
    setg(bytes_, bytes_, bytes_ + count);
    return traits_type::to_int_type(bytes_[0]);
  }
}

ChildProcess::ChildProcess(const std::vector<std::string>& arguments, const sdk::Call& call) {
  int output[2];
  if (pipe2(output, O_CLOEXEC) != 0) {
    throw sdk::Unavailable(std::string("cannot make a pipe: ") + std::strerror(errno));
  }
  buffer_ = std::make_unique<Buffer>(output[0], call);
  output_.rdbuf(buffer_.get());
  errors_ = memfd_create("complaint", MFD_CLOEXEC);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, output[1], STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, errors_, STDERR_FILENO);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  // The hub may ignore or block signals; the program starts as from a shell.
  sigset_t none, defaults;
  sigemptyset(&none);
  sigemptyset(&defaults);
  sigaddset(&defaults, SIGPIPE);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &defaults);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  std::vector<std::string> words = arguments;
  std::vector<std::string> variables = Environment();
  const int error = posix_spawnp(&process_, words[0].c_str(), &actions, &attributes,
                                 Pointers(words).data(), Pointers(variables).data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  close(output[1]);
  if (error != 0) {
    process_ = -1;
    close(errors_);
    errors_ = -1;
    throw sdk::Unavailable("cannot run '" + arguments[0] + "': " + std::strerror(error) +
                           "; install hledger, or name it with option hledger");
  }
}

ChildProcess::~ChildProcess() {
  if (process_ > 0) {
    kill(process_, SIGKILL);
    Wait();
  }
  if (errors_ >= 0) close(errors_);
}

int ChildProcess::Wait() {
  int status = 0;
  while (waitpid(process_, &status, 0) < 0 && errno == EINTR) {
  }
  process_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::string ChildProcess::Complaint() const {
  std::string text(kComplaintBytesMax, '\0');
  const ssize_t count = pread(errors_, text.data(), text.size(), 0);
  text.resize(count > 0 ? static_cast<size_t>(count) : 0);
  while (!text.empty() && text.back() == '\n') text.pop_back();
  for (char& c : text) {
    if (c == '\n' || c == '\t') c = ' ';
  }
  return text;
}

}  // namespace entrepot::ledger
