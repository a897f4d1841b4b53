#include "core/sync/pretended_sink.h"

#include "core/base/status_macros.h"

namespace entrepot::sync {
namespace {

// Only Apply is ever called: what is unknown is kept from being looked for.
class PretendedSink final : public Connector {
 public:
  PretendedSink(const connector::Manifest& manifest, const OnApply& on_apply)
      : manifest_(manifest), on_apply_(on_apply) {}

  const connector::Manifest& manifest() const override { return manifest_; }
  absl::Status Check(connector::CheckResponse*) override { return absl::OkStatus(); }
  absl::Status Discover(connector::DiscoverResponse*) override { return absl::OkStatus(); }
  absl::Status Read(const connector::ReadRequest&, connector::ReadResponse*) override {
    return NotThere();
  }
  absl::Status Apply(const connector::ApplyRequest& request,
                     connector::ApplyResponse* response) override {
    RETURN_IF_ERROR(on_apply_(request));
    for (const connector::ApplyItem& item : request.items()) {
      connector::ApplyResult* result = response->add_results();
      result->set_outcome(connector::APPLY_OUTCOME_APPLIED);
      result->set_outside_id(item.outside_id());
    }
    return absl::OkStatus();
  }
  absl::Status Find(const connector::FindRequest&, connector::FindResponse*) override {
    return NotThere();
  }
  absl::Status List(const connector::ListRequest&, connector::ListResponse*) override {
    return NotThere();
  }
  void Interrupt() override {}

 private:
  static absl::Status NotThere() {
    return absl::UnimplementedError("the outside is not asked while a plan is made");
  }

  const connector::Manifest& manifest_;
  const OnApply& on_apply_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Connector>> PretendedSinks::Open(const std::string&,
                                                                const connector::OpenRequest&) {
  return std::make_unique<PretendedSink>(manifest_, on_apply_);
}

}  // namespace entrepot::sync
