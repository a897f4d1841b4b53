#include "core/store/proposals.h"

#include <limits>

#include "core/base/status_macros.h"
#include "core/store/packed_fields.h"

namespace entrepot::store {
namespace {

#define ENTREPOT_PROPOSAL_COLUMNS                                                         \
  "id, record_id, kind, connection, group_name, fields, wanted, made_by, made_at, state," \
  " closed_at"

constexpr char kUpsertSql[] =
    "INSERT INTO proposal (" ENTREPOT_PROPOSAL_COLUMNS
    ") VALUES (nullif(?, 0), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (id) DO UPDATE SET state = excluded.state, closed_at = excluded.closed_at"
    " RETURNING id";
constexpr char kOpenOfSql[] = "SELECT " ENTREPOT_PROPOSAL_COLUMNS
                              " FROM proposal WHERE record_id = ? AND state = 1 ORDER BY id";
constexpr char kOpenPageSql[] = "SELECT " ENTREPOT_PROPOSAL_COLUMNS
                                " FROM proposal WHERE state = 1 AND id < ?"
                                " ORDER BY id DESC LIMIT ?";
constexpr char kPageSql[] =
    "SELECT " ENTREPOT_PROPOSAL_COLUMNS " FROM proposal WHERE id < ? ORDER BY id DESC LIMIT ?";
constexpr char kProposedSql[] =
    "SELECT DISTINCT record_id FROM proposal WHERE state = 1 ORDER BY record_id";
constexpr char kThinSql[] =
    "DELETE FROM proposal WHERE id IN (SELECT id FROM proposal"
    " WHERE state <> 1 AND closed_at < ? ORDER BY closed_at LIMIT ?)";

Proposal Read(const Statement& row, const Names& names) {
  const auto kind = static_cast<domain::Kind>(row.Int(2));
  return {.id = row.Uint(0),
          .record_id = row.Uint(1),
          .kind = kind,
          .connection = names.TextOf(static_cast<uint32_t>(row.Uint(3))),
          .group = row.Text(4),
          .fields = UnpackFields(kind, row.View(5)),
          .wanted = row.Text(6),
          .made_by = row.Text(7),
          .made_at = row.Time(8),
          .state = static_cast<ProposalState>(row.Int(9)),
          .closed_at = row.Time(10)};
}

absl::StatusOr<std::vector<Proposal>> ReadAll(Statement& query, const Names& names) {
  std::vector<Proposal> proposals;
  for (;;) {
    ASSIGN_OR_RETURN(const bool more, query.Step());
    if (!more) return proposals;
    proposals.push_back(Read(query, names));
  }
}

}  // namespace

absl::StatusOr<uint64_t> UpsertProposal(Connection& db, Names* names, const Proposal& proposal) {
  ASSIGN_OR_RETURN(const uint32_t connection, names->Intern(db, proposal.connection));
  const std::string fields = PackFields(proposal.kind, proposal.fields);
  Statement statement = db.Prepare(kUpsertSql);
  statement.Bind(proposal.id)
      .Bind(proposal.record_id)
      .Bind(static_cast<int>(proposal.kind))
      .Bind(connection)
      .BindText(proposal.group)
      .BindBlob(fields)
      .BindBlob(proposal.wanted)
      .BindText(proposal.made_by)
      .Bind(proposal.made_at)
      .Bind(static_cast<int>(proposal.state))
      .Bind(proposal.closed_at);
  ASSIGN_OR_RETURN(const bool saved, statement.Step());
  return saved ? statement.Uint(0) : proposal.id;
}

absl::StatusOr<std::vector<Proposal>> ListOpenProposalsOf(Connection& db, const Names& names,
                                                          uint64_t record_id) {
  Statement query = db.Prepare(kOpenOfSql);
  query.Bind(record_id);
  return ReadAll(query, names);
}

absl::StatusOr<std::vector<Proposal>> ListProposalPage(Connection& db, const Names& names,
                                                       bool settled, const Page& page) {
  Statement query = db.Prepare(settled ? kPageSql : kOpenPageSql);
  const int64_t before =
      page.after == 0 ? std::numeric_limits<int64_t>::max() : static_cast<int64_t>(page.after);
  query.Bind(before).Bind(page.limit);
  return ReadAll(query, names);
}

absl::StatusOr<std::vector<uint64_t>> ListProposed(Connection& db) {
  std::vector<uint64_t> ids;
  Statement query = db.Prepare(kProposedSql);
  for (;;) {
    ASSIGN_OR_RETURN(const bool more, query.Step());
    if (!more) return ids;
    ids.push_back(query.Uint(0));
  }
}

absl::StatusOr<int> ThinProposals(Connection& db, absl::Time before, int limit) {
  RETURN_IF_ERROR(db.Prepare(kThinSql).Bind(before).Bind(limit).Run());
  return static_cast<int>(db.changes());
}

}  // namespace entrepot::store
