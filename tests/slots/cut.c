/* Ends a whole group of processes before the call number CUT_AT that would change a file below CUT_BELOW, as a cut of
   the mains does between two system calls. CUT_TORN: of that call, when it writes more than a sector, the first (1) or
   what follows it (2) reaches the file before. The calls are counted over all processes in the file CUT_COUNT: how many,
   then a byte for each, 1 for one that could be torn. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SECTOR 512
#define MOST 4096

static struct { volatile long calls; char torn[MOST]; } *count;
static long at, torn;
static const char *below;

__attribute__((constructor)) static void begin(void)
{
    const char *file = getenv("CUT_COUNT");
    int handle = file ? syscall(SYS_openat, AT_FDCWD, file, O_RDWR | O_CLOEXEC, 0) : -1;
    void *found = handle < 0 ? MAP_FAILED : mmap(0, sizeof *count, PROT_READ | PROT_WRITE, MAP_SHARED, handle, 0);
    if (found == MAP_FAILED)
        return;
    close(handle);
    count = found;
    below = getenv("CUT_BELOW");
    at = atol(getenv("CUT_AT"));
    torn = atol(getenv("CUT_TORN"));
}

static int inside(const char *path)
{
    return count && path && !strncmp(path, below, strlen(below));
}

static int is_inside(int handle)
{
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", handle);
    ssize_t length = count ? readlink(link, path, sizeof path - 1) : -1;
    if (length < 0)
        return 0;
    path[length] = 0;
    return inside(path);
}

static int due(int long_write)
{
    long number = __sync_add_and_fetch(&count->calls, 1);
    if (number < MOST)
        count->torn[number] = long_write;
    return number == at;
}

static void cut(void)
{
    kill(0, SIGKILL);
    for (;;)
        pause();
}

static void change(int touched)
{
    if (touched && due(0))
        cut();
}

static void write_at(int handle, const void *data, size_t size, off_t offset)
{
    if (!is_inside(handle) || !due(size > SECTOR))
        return;
    if (torn == 1 && size > SECTOR)
        syscall(SYS_pwrite64, handle, data, (size_t)SECTOR, offset);
    if (torn == 2 && size > SECTOR)
        syscall(SYS_pwrite64, handle, (const char *)data + SECTOR, size - SECTOR, offset + SECTOR);
    cut();
}

static int opened(int folder, const char *path, int flags, mode_t mode)
{
    change((flags & (O_CREAT | O_TRUNC)) && inside(path));
    return syscall(SYS_openat, folder, path, flags, mode);
}

#define MODE(flags) \
    mode_t mode = 0; \
    if ((flags) & (O_CREAT | O_TMPFILE)) { \
        va_list more; \
        va_start(more, flags); \
        mode = va_arg(more, mode_t); \
        va_end(more); \
    }

int open(const char *path, int flags, ...) { MODE(flags) return opened(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE(flags) return opened(AT_FDCWD, path, flags, mode); }
int openat(int folder, const char *path, int flags, ...) { MODE(flags) return opened(folder, path, flags, mode); }
int openat64(int folder, const char *path, int flags, ...) { MODE(flags) return opened(folder, path, flags, mode); }

ssize_t write(int handle, const void *data, size_t size)
{
    write_at(handle, data, size, lseek(handle, 0, SEEK_CUR));
    return syscall(SYS_write, handle, data, size);
}

ssize_t pwrite(int handle, const void *data, size_t size, off_t offset)
{
    write_at(handle, data, size, offset);
    return syscall(SYS_pwrite64, handle, data, size, offset);
}

ssize_t pwrite64(int handle, const void *data, size_t size, off64_t offset) { return pwrite(handle, data, size, offset); }

int renameat2(int from, const char *old, int to, const char *fresh, unsigned flags)
{
    change(inside(old) || inside(fresh));
    return syscall(SYS_renameat2, from, old, to, fresh, flags);
}

int renameat(int from, const char *old, int to, const char *fresh) { return renameat2(from, old, to, fresh, 0); }
int rename(const char *old, const char *fresh) { return renameat2(AT_FDCWD, old, AT_FDCWD, fresh, 0); }

int unlinkat(int folder, const char *path, int flags)
{
    change(inside(path));
    return syscall(SYS_unlinkat, folder, path, flags);
}

int unlink(const char *path) { return unlinkat(AT_FDCWD, path, 0); }

int ftruncate(int handle, off_t length)
{
    change(is_inside(handle));
    return syscall(SYS_ftruncate, handle, length);
}

int ftruncate64(int handle, off64_t length) { return ftruncate(handle, length); }

int fchmodat(int folder, const char *path, mode_t mode, int flags)
{
    change(inside(path));
    return syscall(SYS_fchmodat, folder, path, mode);
}

int chmod(const char *path, mode_t mode) { return fchmodat(AT_FDCWD, path, mode, 0); }
