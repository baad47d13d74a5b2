// file_pages: what the start has touched of the program's file and the shared libraries.
#pragma once

namespace tocsin {

/// Gives back the pages of the program and of all shared libraries that nobody writes to: code, constants, symbol
/// tables. What is needed again is mapped again, in the most cases without a look at the disk. See docs/decisions/0013.
/// Does nothing under a debugger, whose breakpoints are writes to the code. So are probes of perf or bpftrace, which
/// are to be set after the start.
void release_file_pages();

}  // namespace tocsin
