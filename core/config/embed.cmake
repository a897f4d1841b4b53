# Writes the bytes of INPUT into the C++ source OUTPUT, as entrepot::config::kDescriptors.
file(READ ${INPUT} hex HEX)
string(REGEX REPLACE "(..)" "\\\\x\\1" bytes "${hex}")
# One literal a line, so that no line is too long for tools.
string(REGEX REPLACE "((\\\\x..)(\\\\x..)?(\\\\x..)?(\\\\x..)?(\\\\x..)?(\\\\x..)?(\\\\x..)?(\\\\x..)?)"
       "    \"\\1\"\n" lines "${bytes}")
file(WRITE ${OUTPUT}
     "#include \"core/config/descriptors.h\"\n\nnamespace entrepot::config {\n\n"
     "const std::string_view kDescriptors = {\n${lines}    , SIZE};\n\n"
     "}  // namespace entrepot::config\n")
string(LENGTH "${hex}" length)
math(EXPR length "${length} / 2")
file(READ ${OUTPUT} source)
string(REPLACE ", SIZE}" ", ${length}}" source "${source}")
file(WRITE ${OUTPUT} "${source}")
