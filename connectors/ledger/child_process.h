// A program that is run for its output. Its standard input is empty; what it says on standard error
// is kept. It runs with a UTF-8 locale, whatever ours is. Not thread-safe.
#pragma once

#include <entrepot/sdk/connector.h>
#include <sys/types.h>

#include <istream>
#include <memory>
#include <streambuf>
#include <string>
#include <vector>

namespace entrepot::ledger {

class ChildProcess {
 public:
  // Starts it. Throws sdk::Error (kUnavailable) where it cannot be started. `call` outlives it.
  ChildProcess(const std::vector<std::string>& arguments, const sdk::Call& call);
  // Kills what still runs.
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  // Its standard output. Reading throws Interrupted when the call is cancelled.
  std::istream& output() { return output_; }

  // Waits for its end; its exit status, or 128 and more for a signal.
  int Wait();

  // The start of what it said on standard error, in one line.
  std::string Complaint() const;

 private:
  class Buffer : public std::streambuf {
   public:
    Buffer(int file, const sdk::Call& call) : file_(file), call_(call) {}
    ~Buffer() override;

   protected:
    int_type underflow() override;

   private:
    int file_;
    const sdk::Call& call_;
    char bytes_[1 << 16];
  };

  pid_t process_ = -1;
  int errors_ = -1;
  std::unique_ptr<Buffer> buffer_;
  std::istream output_{nullptr};
};

}  // namespace entrepot::ledger
