// libcurl, and its functions of variable arguments with one type each: Swift calls no others.

#include <curl/curl.h>

static inline CURLcode ck_curl_set_number(CURL *handle, CURLoption option, long value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode ck_curl_set_size(CURL *handle, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode ck_curl_set_text(CURL *handle, CURLoption option, const char *value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode ck_curl_set_pointer(CURL *handle, CURLoption option, void *value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode ck_curl_set_receiver(CURL *handle, curl_write_callback receiver) {
    return curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, receiver);
}

static inline CURLcode ck_curl_set_watcher(CURL *handle, curl_xferinfo_callback watcher) {
    return curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, watcher);
}

static inline CURLcode ck_curl_get_number(CURL *handle, CURLINFO info, long *value) {
    return curl_easy_getinfo(handle, info, value);
}

// What may be asked for at first, and after a redirect; "http,https" or "file", for example.
static inline CURLcode ck_curl_set_protocols(CURL *handle, const char *first, const char *redirected) {
#if LIBCURL_VERSION_NUM >= 0x075500
    CURLcode code = curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, first);
    return code != CURLE_OK ? code : curl_easy_setopt(handle, CURLOPT_REDIR_PROTOCOLS_STR, redirected);
#else
#error "libcurl 7.85 or later is needed"
#endif
}
