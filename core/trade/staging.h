// What every projection of trade does the same way: it counts what is staged over all of its
// tables, so that the store can drop the tail of it.
#pragma once

#include <vector>

#include "core/store/projection.h"
#include "core/trade/owned_rows.h"

namespace entrepot::trade {

// The changes of several tables in the order in which they were staged. Of the writer alone.
class Staging {
 public:
  template <typename Table>
  void Set(Table& table, uint64_t owner, typename Table::RowType row) {
    table.StageSet(owner, std::move(row));
    Note(table);
  }
  template <typename Table>
  void Add(Table& table, uint64_t owner, typename Table::RowType row) {
    table.StageAdd(owner, std::move(row));
    Note(table);
  }
  template <typename Table>
  void Remove(Table& table, uint64_t owner, uint64_t key) {
    table.StageRemove(owner, key);
    Note(table);
  }

  size_t size() const { return undo_.size(); }
  void DropTo(size_t count) {
    for (; undo_.size() > count; undo_.pop_back()) undo_.back().drop(undo_.back().table);
  }
  void Clear() { undo_.clear(); }

 private:
  struct Undo {
    void* table;
    void (*drop)(void*);
  };
  template <typename Table>
  void Note(Table& table) {
    undo_.push_back({&table, [](void* t) { static_cast<Table*>(t)->DropLast(); }});
  }
  std::vector<Undo> undo_;
};

// A body whose kind says that it is a T.
template <typename T>
const T& As(const google::protobuf::Message& body) {
  return static_cast<const T&>(body);
}
template <typename T>
const T* As(const google::protobuf::Message* body) {
  return static_cast<const T*>(body);
}

// Ways to put a record's rows into tables: at once while the store loads, staged afterwards.
struct LoadRow {
  template <typename Table>
  void operator()(Table& table, uint64_t owner, typename Table::RowType row) {
    table.Load(owner, std::move(row));
  }
};
struct AddRow {
  template <typename Table>
  void operator()(Table& table, uint64_t owner, typename Table::RowType row) {
    staging.Add(table, owner, std::move(row));
  }
  Staging& staging;
};
struct RemoveRow {
  template <typename Table>
  void operator()(Table& table, uint64_t owner, typename Table::RowType row) {
    staging.Remove(table, owner, row.key);
  }
  Staging& staging;
};

}  // namespace entrepot::trade
