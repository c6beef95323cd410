// What Swift cannot call by itself: libcurl's functions with a variable number of arguments. Each wrapper takes the
// function as it was found at run time, so that neither libcurl's headers nor the library are needed to build.
#ifndef CCURL_H
#define CCURL_H

#include <stdint.h>

static inline int ccurl_set_long(void *function, void *handle, int option, long value) {
    return ((int (*)(void *, int, ...))function)(handle, option, value);
}

static inline int ccurl_set_offset(void *function, void *handle, int option, int64_t value) {
    return ((int (*)(void *, int, ...))function)(handle, option, value);
}

static inline int ccurl_set_pointer(void *function, void *handle, int option, const void *value) {
    return ((int (*)(void *, int, ...))function)(handle, option, value);
}

static inline int ccurl_set_callback(void *function, void *handle, int option, void (*value)(void)) {
    return ((int (*)(void *, int, ...))function)(handle, option, value);
}

static inline int ccurl_get_long(void *function, void *handle, int info, long *value) {
    return ((int (*)(void *, int, ...))function)(handle, info, value);
}

static inline int ccurl_get_offset(void *function, void *handle, int info, int64_t *value) {
    return ((int (*)(void *, int, ...))function)(handle, info, value);
}

static inline int ccurl_get_pointer(void *function, void *handle, int info, void **value) {
    return ((int (*)(void *, int, ...))function)(handle, info, value);
}

/// As libcurl tells of a transfer that ended.
struct ccurl_message {
    int kind;
    void *handle;
    union {
        void *pointer;
        int code;
    } data;
};

/// The start of libcurl's own description of itself, which later versions only add to.
struct ccurl_version {
    int age;
    const char *version;
    unsigned int number;
    const char *host;
    int features;
    const char *tls;
};

#endif
