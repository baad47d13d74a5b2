// Runs a fuzz target without a fuzzer: each file of its corpus as it is, then so many times changed at random.
//   replay CORPUS [RUNS [SEED]]
// What it prints of a crash is enough to do it again: the seed.
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size);

namespace {

using Random = std::mt19937_64;

std::vector<std::string> read_corpus(const std::filesystem::path& folder) {
  std::vector<std::string> inputs;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::ifstream file(entry.path(), std::ios::binary);
    inputs.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return inputs;
}

void run(const std::string& input) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(input.data()), input.size());
}

std::size_t below(std::size_t bound, Random& random) {
  return bound == 0 ? 0 : random() % bound;
}

/// A byte changed, a part left out, said twice, or taken from another input.
std::string changed(std::string input, const std::vector<std::string>& inputs, Random& random) {
  for (std::size_t times = 1 + below(4, random); times > 0; --times) {
    const std::size_t at = below(input.size() + 1, random);
    const std::size_t length = below(std::min<std::size_t>(input.size() - at, 16) + 1, random);
    const std::string& other = inputs[below(inputs.size(), random)];
    switch (below(5, random)) {
      case 0:
        if (at < input.size()) input[at] = static_cast<char>(random());
        break;
      case 1:
        input.erase(at, length);
        break;
      case 2:
        input.insert(at, input.substr(at, length));
        break;
      case 3:
        input.insert(at, other.substr(below(other.size() + 1, random), 16));
        break;
      default:
        input.resize(at);
    }
  }
  return input;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2 || argc > 4) {
    std::fputs("usage: replay CORPUS [RUNS [SEED]]\n", stderr);
    return 64;
  }
  const std::vector<std::string> inputs = read_corpus(argv[1]);
  if (inputs.empty()) {
    std::fprintf(stderr, "%s has no files\n", argv[1]);
    return 1;
  }
  for (const std::string& input : inputs) run(input);
  const long runs = argc > 2 ? std::atol(argv[2]) : 0;
  const uint64_t seed = argc > 3 ? std::strtoull(argv[3], nullptr, 10) : static_cast<uint64_t>(std::time(nullptr));
  std::printf("%zu files, then %ld runs from seed %lu\n", inputs.size(), runs, static_cast<unsigned long>(seed));
  std::fflush(stdout);
  Random random(seed);
  for (long run_index = 0; run_index < runs; ++run_index) {
    run(changed(inputs[below(inputs.size(), random)], inputs, random));
  }
  return 0;
}
