// Two helpers for templates: `{{slug text}}` and `{{dice sides=6}}`.
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "helpers_plugin.h"

typedef exports_wasmock_plugin_helpers_value_t value;

static void slug(const value *text, value *result) {
    // What comes from the request is a text that needs no escaping any more; it lies in the same
    // place of the union.
    bool is_text = text != NULL && (text->tag == WASMOCK_HOST_TYPES_VALUE_TEXT ||
                                    text->tag == WASMOCK_HOST_TYPES_VALUE_SAFE_TEXT);
    size_t length = is_text ? text->val.text.len : 0, end = 0;
    uint8_t *word = malloc(length + 1);
    for (size_t i = 0; i < length; i++) {
        uint8_t c = text->val.text.ptr[i];
        if (c < 128 && isalnum(c)) {
            word[end++] = (uint8_t)tolower(c);
        } else if (end > 0 && word[end - 1] != '-') {
            word[end++] = '-';
        }
    }
    end -= end > 0 && word[end - 1] == '-';
    // The host frees it.
    result->tag = WASMOCK_HOST_TYPES_VALUE_TEXT;
    result->val.text = (helpers_plugin_string_t){word, end};
}

static bool dice(double sides, value *result, helpers_plugin_string_t *error) {
    if (!(sides >= 1)) {
        helpers_plugin_string_dup(error, "dice: a die has at least one side");
        return false;
    }
    result->tag = WASMOCK_HOST_TYPES_VALUE_NUMBER;
    result->val.number = wasmock_host_random_draw() % (uint32_t)sides + 1;
    return true;
}

void exports_wasmock_plugin_helpers_list(exports_wasmock_plugin_helpers_list_helper_t *list) {
    // A helper that draws numbers or reads the request says so; others may be called once at load.
    list->len = 2;
    list->ptr = calloc(list->len, sizeof *list->ptr);
    helpers_plugin_string_dup(&list->ptr[0].name, "slug");
    helpers_plugin_string_dup(&list->ptr[0].usage, "text");
    helpers_plugin_string_dup(&list->ptr[0].about, "A text as a part of an address.");
    list->ptr[1].effects = WASMOCK_HOST_TYPES_EFFECTS_DRAWS_RANDOM;
    helpers_plugin_string_dup(&list->ptr[1].name, "dice");
    helpers_plugin_string_dup(&list->ptr[1].usage, "[sides=6]");
    helpers_plugin_string_dup(&list->ptr[1].about, "A number from 1 to 6.");
}

bool exports_wasmock_plugin_helpers_call(uint32_t index,
                                         exports_wasmock_plugin_helpers_list_value_t *arguments,
                                         exports_wasmock_plugin_helpers_list_tuple2_string_value_t *named,
                                         value *result, helpers_plugin_string_t *error) {
    bool done = true;
    if (index == 0) {
        slug(arguments->len > 0 ? arguments->ptr : NULL, result);
    } else {
        double sides = 6;
        for (size_t i = 0; i < named->len; i++) {
            helpers_plugin_string_t name = named->ptr[i].f0;
            value given = named->ptr[i].f1;
            if (name.len == 5 && memcmp(name.ptr, "sides", 5) == 0 &&
                given.tag == WASMOCK_HOST_TYPES_VALUE_NUMBER) {
                sides = given.val.number;
            }
        }
        done = dice(sides, result, error);
    }
    // Arguments are ours, to be freed.
    exports_wasmock_plugin_helpers_list_value_free(arguments);
    exports_wasmock_plugin_helpers_list_tuple2_string_value_free(named);
    return done;
}
