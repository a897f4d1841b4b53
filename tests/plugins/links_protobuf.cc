// What a connector must not do: it brings protobuf along.
#include <entrepot/sdk/connector.h>
#include <google/protobuf/stubs/common.h>

namespace {
class Links : public entrepot::sdk::Connector {
 public:
  void Open(entrepot::sdk::Call& call, const entrepot::sdk::Settings&) override {
    GOOGLE_PROTOBUF_VERIFY_VERSION;
    call.log().Info("never reached");
  }
};
void Describe(entrepot::sdk::ManifestBuilder& about) { about.Title("Links protobuf"); }
}  // namespace

ENTREPOT_CONNECTOR(Links, "links_protobuf", "1.0.0", Describe)
