/* What the parts of the addon have in common. */

#ifndef RAMPART_ADDON_H
#define RAMPART_ADDON_H

#include <node_api.h>

/* Throws an Error with `code`, whose message tells the call. */
napi_value throw_error(napi_env env, const char *call, int error);
napi_value throw_usage(napi_env env, const char *usage);

/* A string, or the bytes of a Buffer, without NUL inside; NULL when it is neither. The caller frees
 * it. */
char *copy_string(napi_env env, napi_value value);

/* listenAt(path, backlog, bytes, take) and sendLast(descriptor, text); src/system/nativeAddon.ts
 * tells them. */
napi_value listen_at(napi_env env, napi_callback_info info);
napi_value send_last(napi_env env, napi_callback_info info);

/* identifyProgram(path, before); there as well. */
napi_value identify_program(napi_env env, napi_callback_info info);

#endif
