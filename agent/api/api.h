// Api: one request in, one reply out, without a socket in sight: routing, access and errors. Any thread.
#pragma once

#include <memory>
#include <mutex>

#include "agent/api/access.h"
#include "agent/api/context.h"

namespace tocsin {

class Api {
 public:
  /// `engine` and `store` must outlive it.
  Api(Control& engine, StoreReader& store, Access access);

  ApiReply answer(const ApiRequest& request);
  /// After a reload: the next request is held against it.
  void set_access(Access access);

 private:
  std::shared_ptr<const Access> access();

  ApiContext context_;
  std::mutex access_mutex_;
  std::shared_ptr<const Access> access_;
};

}  // namespace tocsin
