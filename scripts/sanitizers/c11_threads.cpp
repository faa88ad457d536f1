// The C11 threads that librdkafka uses, as pthreads: glibc's go past what the thread sanitizer
// watches, which then crashes in the first allocation of such a thread and sees none of its locks.
// Linked with -fsanitize=thread only. The types of both are the same in glibc but for their names;
// their sizes are checked below.
#include <cerrno>
#include <cstdint>
#include <pthread.h>
#include <threads.h>

static_assert(sizeof(mtx_t) >= sizeof(pthread_mutex_t) && sizeof(cnd_t) >= sizeof(pthread_cond_t));

namespace {

int result(int error) {
  if (error == 0) return thrd_success;
  if (error == ETIMEDOUT) return thrd_timedout;
  return error == EBUSY ? thrd_busy : thrd_error;
}
pthread_mutex_t* mutex(mtx_t* lock) {
  return reinterpret_cast<pthread_mutex_t*>(lock);
}
pthread_cond_t* condition(cnd_t* about) {
  return reinterpret_cast<pthread_cond_t*>(about);
}

struct Start {
  thrd_start_t function;
  void* argument;
};

void* begin(void* given) {
  const auto* start = static_cast<Start*>(given);
  const Start copy = *start;
  delete start;
  return reinterpret_cast<void*>(static_cast<std::intptr_t>(copy.function(copy.argument)));
}

}  // namespace

extern "C" {

int thrd_create(thrd_t* thread, thrd_start_t function, void* argument) {
  return result(pthread_create(thread, nullptr, begin, new Start{function, argument}));
}

int thrd_join(thrd_t thread, int* code) {
  void* value = nullptr;
  const int error = pthread_join(thread, &value);
  if (code != nullptr) *code = static_cast<int>(reinterpret_cast<std::intptr_t>(value));
  return result(error);
}

int mtx_init(mtx_t* lock, int kind) {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  const bool recursive = (kind & mtx_recursive) != 0;
  pthread_mutexattr_settype(&attributes,
                            recursive ? PTHREAD_MUTEX_RECURSIVE : PTHREAD_MUTEX_NORMAL);
  const int error = pthread_mutex_init(mutex(lock), &attributes);
  pthread_mutexattr_destroy(&attributes);
  return result(error);
}
int mtx_lock(mtx_t* lock) {
  return result(pthread_mutex_lock(mutex(lock)));
}
int mtx_unlock(mtx_t* lock) {
  return result(pthread_mutex_unlock(mutex(lock)));
}
void mtx_destroy(mtx_t* lock) {
  pthread_mutex_destroy(mutex(lock));
}

int cnd_init(cnd_t* about) {
  return result(pthread_cond_init(condition(about), nullptr));
}
int cnd_signal(cnd_t* about) {
  return result(pthread_cond_signal(condition(about)));
}
int cnd_broadcast(cnd_t* about) {
  return result(pthread_cond_broadcast(condition(about)));
}
int cnd_wait(cnd_t* about, mtx_t* lock) {
  return result(pthread_cond_wait(condition(about), mutex(lock)));
}
int cnd_timedwait(cnd_t* about, mtx_t* lock, const timespec* until) {
  return result(pthread_cond_timedwait(condition(about), mutex(lock), until));
}
void cnd_destroy(cnd_t* about) {
  pthread_cond_destroy(condition(about));
}

}  // extern "C"
