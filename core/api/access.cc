#include "core/api/access.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <pwd.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "core/base/reason.h"
#include "core/base/status_macros.h"

namespace entrepot::api {
namespace {

constexpr size_t kTokenBytes = 32;
constexpr size_t kTokenLength = 2 * kTokenBytes;  // in hexadecimal digits
constexpr size_t kActorLengthMax = 64;
constexpr std::string_view kScheme = "Bearer ";

absl::Status TokenIo(const std::filesystem::path& file, std::string_view verb) {
  return Failure(
      absl::StatusCode::kUnavailable, "TOKEN_IO",
      fmt::format("the access token {} cannot be {}: {}", file.string(), verb, strerror(errno)));
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

// The file appears whole under its name, so that a crash in between leaves none.
absl::StatusOr<std::string> MakeToken(const std::filesystem::path& file) {
  std::array<unsigned char, kTokenBytes> bytes;
  randombytes_buf(bytes.data(), bytes.size());
  std::string token(kTokenLength + 1, '\0');
  sodium_bin2hex(token.data(), token.size(), bytes.data(), bytes.size());
  token.back() = '\n';

  const std::string temporary = file.string() + ".new";
  unlink(temporary.c_str());
  Descriptor out(open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (out.get() < 0) return TokenIo(file, "made");
  const ssize_t written = write(out.get(), token.data(), token.size());
  if (written != static_cast<ssize_t>(token.size()) || fsync(out.get()) != 0) {
    return TokenIo(file, "written");
  }
  if (rename(temporary.c_str(), file.c_str()) != 0) return TokenIo(file, "written");
  token.pop_back();
  return token;
}

absl::StatusOr<std::string> ReadToken(const std::filesystem::path& file) {
  Descriptor in(open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (in.get() < 0) {
    if (errno == ENOENT) return MakeToken(file);
    return TokenIo(file, "read");
  }
  struct stat info;
  if (fstat(in.get(), &info) != 0) return TokenIo(file, "read");
  if ((info.st_mode & 077) != 0) {
    return Failure(absl::StatusCode::kPermissionDenied, "TOKEN_EXPOSED",
                   fmt::format("others may read the access token {0}: delete it, so that a new one "
                               "is made, or run 'chmod 600 {0}' if nobody has seen it",
                               file.string()));
  }
  std::string token(4096, '\0');
  const ssize_t size = read(in.get(), token.data(), token.size());
  if (size < 0) return TokenIo(file, "read");
  token.resize(static_cast<size_t>(size));
  while (!token.empty() && (token.back() == '\n' || token.back() == '\r')) token.pop_back();
  if (token.size() < kTokenLength) {
    return Failure(absl::StatusCode::kFailedPrecondition, "TOKEN_SHORT",
                   fmt::format("the access token {} has {} characters, {} are needed: delete the "
                               "file, so that a new one is made",
                               file.string(), token.size(), kTokenLength));
  }
  return token;
}

std::string UserName() {
  std::array<char, 4096> buffer;
  passwd entry;
  passwd* found = nullptr;
  getpwuid_r(geteuid(), &entry, buffer.data(), buffer.size(), &found);
  return found != nullptr ? found->pw_name : fmt::format("uid-{}", geteuid());
}

// The value of a metadata key; empty where there is none.
std::string_view MetadataOf(const grpc::ServerContextBase& context, const char* key) {
  auto found = context.client_metadata().find(key);
  if (found == context.client_metadata().end()) return {};
  return {found->second.data(), found->second.size()};
}

bool IsLocal(const grpc::ServerContextBase& context) { return context.peer().starts_with("unix:"); }

absl::Status CheckActor(std::string_view actor) {
  bool printable = actor.size() <= kActorLengthMax;
  for (unsigned char c : actor) printable = printable && c > ' ' && c < 0x7F;
  if (printable) return absl::OkStatus();
  return Failure(absl::StatusCode::kInvalidArgument, "BAD_ACTOR",
                 fmt::format("x-entrepot-actor must be 1 to {} printable ASCII characters without "
                             "spaces",
                             kActorLengthMax));
}

}  // namespace

absl::StatusOr<Access> Access::Open(const std::filesystem::path& token_file) {
  if (sodium_init() < 0) return absl::InternalError("libsodium cannot be initialised");
  ASSIGN_OR_RETURN(std::string token, ReadToken(token_file));
  return Access(std::move(token), UserName());
}

absl::StatusOr<Caller> Access::Admit(const grpc::ServerContextBase& context) const {
  const bool local = IsLocal(context);
  if (!local) {
    const std::string_view given = MetadataOf(context, "authorization");
    if (given.empty()) {
      return Failure(absl::StatusCode::kUnauthenticated, "NO_TOKEN",
                     "this address needs the metadata 'authorization: Bearer <token>' with the "
                     "token from the file 'token' in the hub's data folder");
    }
    const bool right =
        given.starts_with(kScheme) && given.size() == kScheme.size() + token_.size() &&
        sodium_memcmp(given.data() + kScheme.size(), token_.data(), token_.size()) == 0;
    if (!right) {
      return Failure(absl::StatusCode::kUnauthenticated, "BAD_TOKEN",
                     "the token is not the one in the file 'token' of the hub's data folder");
    }
  }
  const std::string_view actor = MetadataOf(context, "x-entrepot-actor");
  RETURN_IF_ERROR(CheckActor(actor));
  if (!actor.empty()) return Caller{fmt::format("api:{}", actor)};
  return Caller{local ? "api:" + user_ : "api:token"};
}

}  // namespace entrepot::api
