// hot_functions NAME: does the work of one hot function several times in measured(), whose instructions
// test_instructions.py counts under callgrind. Without a name it lists what there is.
#include <fmt/format.h>

#include <map>

#include "bench/micro/hot_functions.h"

/// A name that callgrind finds. What sets up is not in it.
extern "C" [[gnu::noinline]] void measured(const tocsin::Work& work, int times) {
  for (int time = 0; time < times; ++time) work();
}

namespace tocsin {
namespace {

using Make = Work (*)();

const std::map<std::string_view, Make> kHotFunctions = {
    {"commit one opening", [] { return commit_openings(1); }},
    {"join 50 queries", [] { return join_rules(50); }},
    {"parse a joined answer of 50 rules", [] { return parse_joined_answer(50); }},
    {"parse an answer without series", [] { return parse_answer(0); }},
    {"parse an answer of 5 series", [] { return parse_answer(5); }},
    {"parse an answer of 1000 series", [] { return parse_answer(1000); }},
    {"parse an answer of 1000 healthy series", [] { return parse_healthy_answer(1000); }},
    {"render a summary", render_summary},
    {"step a rule with 5 pending series", [] { return step_rule(5, kBreached); }},
    {"step a rule with 1000 healthy series", [] { return step_rule(1000, kHealthy); }},
};

int run(std::string_view name) {
  const auto found = kHotFunctions.find(name);
  if (found == kHotFunctions.end()) return 64;
  const Work work = found->second();
  work();  // the first time pays for what later ones find done
  measured(work, 10);
  return 0;
}

}  // namespace
}  // namespace tocsin

int main(int argc, char** argv) {
  if (argc == 2) return tocsin::run(argv[1]);
  for (const auto& [name, make] : tocsin::kHotFunctions) fmt::print("{}\n", name);
}
