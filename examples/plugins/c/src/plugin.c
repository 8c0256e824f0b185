// The predicate: whether an address lies in one of the networks that the rule's value names,
// e.g. `10.0.0.0/8, 192.168.0.0/16`. The rule's target is the address: a header such as
// X-Forwarded-For (its first entry counts), or anything else that is a text.
#include "network.h"
#include "predicate_plugin.h"

// What the host returns is ours: each text is freed where it was asked for. (There are no
// handles in the contract, so nothing else can be forgotten.)
bool exports_wasmock_plugin_predicate_test(bool *holds, predicate_plugin_string_t *error) {
    wasmock_host_rule_value_t target;
    predicate_plugin_string_t networks;
    wasmock_host_rule_target(&target);
    wasmock_host_rule_expected(&networks);

    const char *complaint = NULL;
    *holds = false;
    if (target.tag == WASMOCK_HOST_TYPES_VALUE_TEXT) {
        predicate_plugin_string_t text = target.val.text;
        complaint = network_contains((const char *)networks.ptr, networks.len,
                                     (const char *)text.ptr, text.len, holds);
    }
    wasmock_host_types_value_free(&target);
    predicate_plugin_string_free(&networks);

    if (complaint != NULL) {
        // A copy, because the host frees it.
        predicate_plugin_string_dup(error, complaint);
        return false;
    }
    return true;
}
