// Greets whoever asks, and counts the visits.
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "responder_plugin.h"

typedef responder_plugin_string_t text;
typedef wasmock_host_types_value_t value;

// A text that the host only reads. What the host returns is ours, to be freed; an error that we
// return is the host's, and therefore a copy.
#define TEXT(chars) (&(text){(uint8_t *)(chars), strlen(chars)})

// What JSON has between the quotes for a value that is a text, else the other text.
static char *quoted(const value *from, const char *otherwise) {
    const text *source = from->tag == WASMOCK_HOST_TYPES_VALUE_TEXT ? &from->val.text : TEXT(otherwise);
    char *quoted = malloc(source->len * 6 + 1), *end = quoted;
    for (size_t i = 0; i < source->len; i++) {
        uint8_t c = source->ptr[i];
        if (c < ' ' || c == '"' || c == '\\') {
            end += sprintf(end, "\\u%04x", c);
        } else {
            *end++ = (char)c;
        }
    }
    *end = '\0';
    return quoted;
}

bool exports_wasmock_plugin_responder_respond(text *error) {
    // State belongs to the host: any instance may serve the next request.
    double visits;
    wasmock_host_private_state_failure_t failure;
    if (!wasmock_host_private_state_increment(TEXT("visits"), TEXT(""), 1, &visits, &failure)) {
        wasmock_host_private_state_failure_free(&failure);
        responder_plugin_string_dup(error, "the visits cannot be counted");
        return false;
    }
    // What the response in the environment file says beside the plugin's name.
    value greeting, name;
    if (!wasmock_host_configuration_usage_at(TEXT("greeting"), &greeting, error) ||
        !wasmock_host_exchange_query_at(TEXT("name"), &name, error)) {
        return false;
    }
    char *who = quoted(&name, "world"), *how = quoted(&greeting, "Hello"), *line, *body;
    asprintf(&line, "greeted %s", who);
    asprintf(&body, "{\"text\":\"%s, %s!\",\"visits\":%d}", how, who, (int)visits);
    wasmock_host_log_write(WASMOCK_HOST_LOG_LEVEL_INFO, TEXT(line));
    wasmock_host_answer_set_header(TEXT("Content-Type"), TEXT("application/json; charset=utf-8"));
    wasmock_host_answer_write_text(TEXT(body));
    free(who), free(how), free(line), free(body);
    wasmock_host_types_value_free(&greeting);
    wasmock_host_types_value_free(&name);
    return true;
}
