// Who may call, and in whose name. The unix socket's mode (0600) is its access control; TCP needs
// the token of the data folder as `authorization: Bearer <token>`. The actor is what the caller
// says in `x-entrepot-actor`: it names a person in the history and grants nothing. Thread-safe.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "grpcpp/server_context.h"

namespace entrepot::api {

struct Caller {
  std::string actor;  // "api:anna": the origin of what the call writes
};

class Access {
 public:
  // Reads the token, or makes one at first start (256 random bits, mode 0600). PERMISSION_DENIED
  // (TOKEN_EXPOSED) when others may read the file; FAILED_PRECONDITION (TOKEN_SHORT); UNAVAILABLE
  // (TOKEN_IO).
  static absl::StatusOr<Access> Open(const std::filesystem::path& token_file);

  // UNAUTHENTICATED (NO_TOKEN, BAD_TOKEN); INVALID_ARGUMENT (BAD_ACTOR).
  absl::StatusOr<Caller> Admit(const grpc::ServerContextBase& context) const;

  const std::string& token() const { return token_; }

 private:
  Access(std::string token, std::string user) : token_(std::move(token)), user_(std::move(user)) {}

  std::string token_;
  std::string user_;  // of this process: only this user (and root) reaches the unix socket
};

}  // namespace entrepot::api
