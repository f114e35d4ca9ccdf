// A library for LD_PRELOAD that stands between SQLite and the disk. It writes down
// what SQLite does to the files of one folder, in the order in which it is done, and
// makes calls fail when it is told to.
//
//   ESGEN_DISK_DIR      the folder; calls for other files pass through
//   ESGEN_DISK_LOG      where to append the record; may be left out
//   ESGEN_DISK_CONTROL  a file of eight 32-bit integers that says which calls fail,
//                       and may change at any time; may be left out
//
// The record is a sequence of lines, two of which are followed by as many bytes as
// they say:
//
//   open FD NAME          a name of "." is the folder itself
//   close FD
//   write FD OFFSET LENGTH, and the bytes
//   truncate FD SIZE
//   sync FD RESULT        -1 where it failed
//   unlink NAME
//   blind WHAT            something was done that is not recorded as it should be
//   mark LENGTH, and the bytes: not from here, but from the process itself
//
// A call and its line are made under one lock, so that the order of lines is that of
// the calls; and a line is one write to a file that is open for appending, so that
// the process can add its marks without the lock.
//
// The shared memory of a WAL (NAME-shm) is left out: SQLite makes it anew after a
// crash.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define MOST_FDS 4096

enum { OTHER = 0, MAIN = 1, WAL = 2, JOURNAL = 4, FOLDER = 8 };
enum { WRITE = 1, SYNC = 2, TRUNCATE = 4 };

struct control {
  int32_t calls;    // which calls fail: a sum of WRITE, SYNC, TRUNCATE
  int32_t files;    // on which files: a sum of MAIN, WAL, JOURNAL
  int32_t every;    // each how manieth of those calls fails
  int32_t error;    // with which errno
  int32_t half;     // whether a write that fails has written its first half
  int32_t seen;     // how many of those calls there were
  int32_t injected; // how many failed
  int32_t room;     // bytes that main file, WAL and journal may have together; 0 is no limit
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char kinds[MOST_FDS]; // what an open file is; OTHER is none of ours
static const char *dir;
static size_t dir_length;
static int record = -1;
static struct control *control;

static int (*real_open)(const char *, int, ...);
static int (*real_close)(int);
static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
static int (*real_ftruncate)(int, off_t);
static int (*real_fsync)(int);
static int (*real_fdatasync)(int);
static int (*real_unlink)(const char *);
static int (*real_rename)(const char *, const char *);
static void *(*real_mmap)(void *, size_t, int, int, int, off_t);

static void begin(void) {
  real_open = dlsym(RTLD_NEXT, "open");
  real_close = dlsym(RTLD_NEXT, "close");
  real_write = dlsym(RTLD_NEXT, "write");
  real_pwrite = dlsym(RTLD_NEXT, "pwrite");
  real_ftruncate = dlsym(RTLD_NEXT, "ftruncate");
  real_fsync = dlsym(RTLD_NEXT, "fsync");
  real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
  real_unlink = dlsym(RTLD_NEXT, "unlink");
  real_rename = dlsym(RTLD_NEXT, "rename");
  real_mmap = dlsym(RTLD_NEXT, "mmap");
  const char *path = getenv("ESGEN_DISK_LOG");
  if (path) {
    record = real_open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (record < 0) abort();
  }
  path = getenv("ESGEN_DISK_CONTROL");
  if (path) {
    int fd = real_open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0) abort();
    control = real_mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (control == MAP_FAILED) abort();
    real_close(fd);
  }
  dir = getenv("ESGEN_DISK_DIR");
  dir_length = dir ? strlen(dir) : 0;
}

static void note(const void *data, size_t length, const char *format, ...) {
  if (record < 0) return;
  char line[PATH_MAX + 64];
  va_list args;
  va_start(args, format);
  int n = vsnprintf(line, sizeof line, format, args);
  va_end(args);
  struct iovec parts[2] = {{line, n}, {(void *)data, length}};
  if (writev(record, parts, 2) != (ssize_t)(n + length)) abort();
}

static int ends(const char *s, const char *suffix) {
  size_t n = strlen(s), m = strlen(suffix);
  return n >= m && strcmp(s + n - m, suffix) == 0;
}

// name is that of a file in the folder, NULL for every other.
static const char *name(const char *path) {
  if (!dir || strncmp(path, dir, dir_length) != 0) return NULL;
  if (path[dir_length] == 0) return ".";
  if (path[dir_length] != '/' || ends(path, "-shm")) return NULL;
  return path + dir_length + 1;
}

static char kind(int fd) { return fd >= 0 && fd < MOST_FDS ? kinds[fd] : OTHER; }

// fails says whether a call is to fail, and sets errno then.
static int fails(int call, int fd) {
  if (!control || !(control->calls & call) || !(control->files & kind(fd)) || control->every <= 0) return 0;
  if (++control->seen % control->every != 0) return 0;
  control->injected++;
  errno = control->error;
  return 1;
}

// left is how much of a write there is room for.
static size_t left(int fd, size_t n, off_t offset) {
  if (!control || control->room <= 0) return n;
  off_t used = 0, size = 0;
  struct stat st;
  for (int other = 0; other < MOST_FDS; other++) {
    // Several connections have a file open: it is counted by the first.
    if (!(kinds[other] & (MAIN | WAL | JOURNAL)) || fstat(other, &st) != 0) continue;
    ino_t inode = st.st_ino;
    int counted = 0;
    for (int earlier = 0; earlier < other && !counted; earlier++)
      counted = (kinds[earlier] & (MAIN | WAL | JOURNAL)) && fstat(earlier, &st) == 0 && st.st_ino == inode;
    if (!counted && fstat(other, &st) == 0) used += st.st_size;
  }
  if (fstat(fd, &st) == 0) size = st.st_size;
  off_t most = size + (control->room > used ? control->room - used : 0);
  if (offset + (off_t)n <= most) return n;
  control->injected++;
  return offset < most ? most - offset : 0;
}

int open(const char *path, int flags, ...) {
  pthread_once(&once, begin);
  mode_t mode = 0;
  if (flags & O_CREAT) {
    va_list args;
    va_start(args, flags);
    mode = va_arg(args, mode_t);
    va_end(args);
  }
  const char *of = name(path);
  if (!of) return real_open(path, flags, mode);
  pthread_mutex_lock(&lock);
  int fd = real_open(path, flags, mode);
  int error = errno;
  if (fd >= MOST_FDS) note(NULL, 0, "blind too many files\n");
  else if (fd >= 0) {
    kinds[fd] = strcmp(of, ".") == 0 ? FOLDER : ends(of, "-wal") ? WAL : ends(of, "-journal") ? JOURNAL : MAIN;
    note(NULL, 0, "open %d %s\n", fd, of);
    if (flags & O_TRUNC) note(NULL, 0, "blind open with O_TRUNC\n");
  }
  pthread_mutex_unlock(&lock);
  errno = error;
  return fd;
}

int open64(const char *path, int flags, ...) {
  mode_t mode = 0;
  if (flags & O_CREAT) {
    va_list args;
    va_start(args, flags);
    mode = va_arg(args, mode_t);
    va_end(args);
  }
  return open(path, flags, mode);
}

int close(int fd) {
  pthread_once(&once, begin);
  if (!kind(fd)) return real_close(fd);
  pthread_mutex_lock(&lock);
  kinds[fd] = OTHER;
  note(NULL, 0, "close %d\n", fd);
  int result = real_close(fd);
  int error = errno;
  pthread_mutex_unlock(&lock);
  errno = error;
  return result;
}

ssize_t pwrite(int fd, const void *data, size_t n, off_t offset) {
  pthread_once(&once, begin);
  if (!kind(fd)) return real_pwrite(fd, data, n, offset);
  pthread_mutex_lock(&lock);
  ssize_t result;
  int error;
  if (fails(WRITE, fd)) {
    error = errno;
    result = control->half ? real_pwrite(fd, data, n / 2, offset) : 0;
    if (result > 0) note(data, result, "write %d %lld %zd\n", fd, (long long)offset, result);
    result = -1;
  } else {
    size_t room = left(fd, n, offset);
    if (room == 0 && n > 0) {
      result = -1;
      error = ENOSPC;
    } else {
      result = real_pwrite(fd, data, room, offset);
      error = errno;
      if (result > 0) note(data, result, "write %d %lld %zd\n", fd, (long long)offset, result);
    }
  }
  pthread_mutex_unlock(&lock);
  errno = error;
  return result;
}

ssize_t pwrite64(int fd, const void *data, size_t n, off64_t offset) { return pwrite(fd, data, n, offset); }

int ftruncate(int fd, off_t size) {
  pthread_once(&once, begin);
  if (!kind(fd)) return real_ftruncate(fd, size);
  pthread_mutex_lock(&lock);
  int result = fails(TRUNCATE, fd) ? -1 : real_ftruncate(fd, size);
  int error = errno;
  if (result == 0) note(NULL, 0, "truncate %d %lld\n", fd, (long long)size);
  pthread_mutex_unlock(&lock);
  errno = error;
  return result;
}

int ftruncate64(int fd, off64_t size) { return ftruncate(fd, size); }

static int synced(int fd, int (*real)(int)) {
  if (!kind(fd)) return real(fd);
  pthread_mutex_lock(&lock);
  int result = fails(SYNC, fd) ? -1 : real(fd);
  int error = errno;
  note(NULL, 0, "sync %d %d\n", fd, result);
  pthread_mutex_unlock(&lock);
  errno = error;
  return result;
}

int fsync(int fd) {
  pthread_once(&once, begin);
  return synced(fd, real_fsync);
}

int fdatasync(int fd) {
  pthread_once(&once, begin);
  return synced(fd, real_fdatasync);
}

int unlink(const char *path) {
  pthread_once(&once, begin);
  const char *of = name(path);
  if (!of) return real_unlink(path);
  pthread_mutex_lock(&lock);
  int result = real_unlink(path);
  int error = errno;
  if (result == 0) note(NULL, 0, "unlink %s\n", of);
  pthread_mutex_unlock(&lock);
  errno = error;
  return result;
}

// SQLite does none of the following with the files that matter, as it is built today.
// If that changes the record says so.

ssize_t write(int fd, const void *data, size_t n) {
  pthread_once(&once, begin);
  if (kind(fd)) note(NULL, 0, "blind write\n");
  return real_write(fd, data, n);
}

int rename(const char *from, const char *to) {
  pthread_once(&once, begin);
  if (name(from) || name(to)) note(NULL, 0, "blind rename\n");
  return real_rename(from, to);
}

void *mmap(void *address, size_t n, int protection, int flags, int fd, off_t offset) {
  pthread_once(&once, begin);
  if (kind(fd) && (protection & PROT_WRITE) && (flags & MAP_SHARED)) note(NULL, 0, "blind mmap\n");
  return real_mmap(address, n, protection, flags, fd, offset);
}

void *mmap64(void *address, size_t n, int protection, int flags, int fd, off64_t offset) {
  return mmap(address, n, protection, flags, fd, offset);
}
