// libcurl. Its option calls are variadic, which Swift does not import: one wrapper per argument type.
#pragma once

#include <curl/curl.h>

// Without the macros that check argument types, which these wrappers fix anyway.
#undef curl_easy_setopt
#undef curl_easy_getinfo
#undef curl_multi_setopt

static inline CURLcode weir_curl_set_long(CURL *handle, CURLoption option, long value) {
    return curl_easy_setopt(handle, option, value);
}
static inline CURLcode weir_curl_set_size(CURL *handle, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(handle, option, value);
}
static inline CURLcode weir_curl_set_text(CURL *handle, CURLoption option, const char *value) {
    return curl_easy_setopt(handle, option, value);
}
static inline CURLcode weir_curl_set_pointer(CURL *handle, CURLoption option, void *value) {
    return curl_easy_setopt(handle, option, value);
}
typedef size_t (*weir_curl_write)(char *bytes, size_t size, size_t count, void *opaque);
static inline CURLcode weir_curl_set_write(CURL *handle, weir_curl_write function) {
    return curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, function);
}
/// Of the same kind as the function that takes the body.
static inline CURLcode weir_curl_set_header(CURL *handle, weir_curl_write function) {
    return curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, function);
}
typedef curl_socket_t (*weir_curl_open)(void *opaque, curlsocktype purpose, struct curl_sockaddr *address);
static inline CURLcode weir_curl_set_open_socket(CURL *handle, weir_curl_open function) {
    return curl_easy_setopt(handle, CURLOPT_OPENSOCKETFUNCTION, function);
}
typedef int (*weir_curl_close)(void *opaque, curl_socket_t socket);
static inline CURLcode weir_curl_set_close_socket(CURL *handle, weir_curl_close function) {
    return curl_easy_setopt(handle, CURLOPT_CLOSESOCKETFUNCTION, function);
}
typedef int (*weir_curl_before_request)(
    void *opaque, char *remote_address, char *local_address, int remote_port, int local_port);
static inline CURLcode weir_curl_set_before_request(CURL *handle, weir_curl_before_request function) {
    return curl_easy_setopt(handle, CURLOPT_PREREQFUNCTION, function);
}
/// The address alone, which is longer than the type of its field says where it is one of IPv6.
static inline const struct sockaddr *weir_curl_address(const struct curl_sockaddr *address) { return &address->addr; }
static inline CURLcode weir_curl_get_long(CURL *handle, CURLINFO info, long *value) {
    return curl_easy_getinfo(handle, info, value);
}
static inline CURLcode weir_curl_get_size(CURL *handle, CURLINFO info, curl_off_t *value) {
    return curl_easy_getinfo(handle, info, value);
}
static inline CURLcode weir_curl_get_pointer(CURL *handle, CURLINFO info, void **value) {
    return curl_easy_getinfo(handle, info, value);
}
static inline CURLMcode weir_curl_multi_set_long(CURLM *handle, CURLMoption option, long value) {
    return curl_multi_setopt(handle, option, value);
}
static inline CURLcode weir_curl_message_result(const CURLMsg *message) { return message->data.result; }
