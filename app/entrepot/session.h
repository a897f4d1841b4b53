// What every command gets: the global options, the output, and the hub, found when it is needed.
// One thread.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "app/entrepot/exit_code.h"
#include "app/entrepot/hub.h"
#include "app/entrepot/output.h"

namespace entrepot::cli {

// Options that stand before or after any command.
struct GlobalOptions {
  std::string socket;
  std::string config;
  std::string actor;
};

class Session {
 public:
  GlobalOptions options;
  Output out;

  // The command that the command line chose; main runs it once all options are read.
  std::function<Outcome()> command;

  // The configuration: --config, ENTREPOT_CONFIG, entrepot.yaml in the current folder,
  // /etc/entrepot/entrepot.yaml. Usage error where none is there.
  absl::StatusOr<std::filesystem::path> ConfigFile() const;

  // By --socket, --config, ENTREPOT_SOCKET, or the configuration. Usage error where none is known.
  absl::StatusOr<Hub*> hub();

  // `given`, or a new UUID.
  static std::string RequestId(const std::string& given);

  // The answer to a write. Where it is not known whether the hub has done it, the error says how to
  // ask again.
  template <typename Response>
  static absl::StatusOr<Response> Write(absl::StatusOr<Response> answer,
                                        const std::string& request_id) {
    if (answer.ok()) return answer;
    return WithRequestId(answer.status(), request_id);
  }

 private:
  absl::StatusOr<std::filesystem::path> SocketPath() const;
  static absl::Status WithRequestId(const absl::Status& error, const std::string& request_id);

  std::optional<Hub> hub_;
};

}  // namespace entrepot::cli
