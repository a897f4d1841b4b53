# Writes OUTPUT: a C++ file with the text of every MIGRATIONS file (a "|"-separated list), in order.
string(REPLACE "|" ";" files "${MIGRATIONS}")
set(entries "")
foreach(file IN LISTS files)
  file(READ ${file} sql)
  get_filename_component(name ${file} NAME_WE)
  string(APPEND entries "    {\"${name}\", R\"sql(${sql})sql\"},\n")
endforeach()
file(WRITE ${OUTPUT} "#include \"core/store/migrations.h\"

namespace entrepot::store {

std::span<const Migration> Migrations() {
  static constexpr Migration kMigrations[] = {
${entries}  };
  return kMigrations;
}

}  // namespace entrepot::store
")
