// Holds when the rule's target is a card number with the right check digit (Luhn).
#include "predicate_plugin.h"

static bool is_card_number(const uint8_t *digits, size_t length) {
    unsigned sum = 0, count = 0;
    for (size_t i = length; i-- > 0;) {
        if (digits[i] == ' ') {
            continue;
        }
        if (digits[i] < '0' || digits[i] > '9') {
            return false;
        }
        unsigned digit = (unsigned)(digits[i] - '0') << (count++ % 2);
        sum += digit > 9 ? digit - 9 : digit;
    }
    return count >= 12 && sum % 10 == 0;
}

bool exports_wasmock_plugin_predicate_test(bool *holds, predicate_plugin_string_t *error) {
    (void)error; // false, with a copy of a text in it, would say why the rule cannot be decided
    wasmock_host_rule_value_t target;
    wasmock_host_rule_target(&target);
    *holds = target.tag == WASMOCK_HOST_TYPES_VALUE_TEXT &&
             is_card_number(target.val.text.ptr, target.val.text.len);
    // What the host returns is ours, to be freed.
    wasmock_host_rule_value_free(&target);
    return true;
}
