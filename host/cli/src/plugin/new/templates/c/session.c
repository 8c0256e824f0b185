// A countdown over a WebSocket: send a number, and it counts down once a second.
#include <stdio.h>
#include <string.h>

#include "session_plugin.h"

typedef session_plugin_string_t text;
// In how many milliseconds to call `tick`; `is_some` is false for: not at all.
typedef session_plugin_option_u32_t next_tick;

static void send_text(const char *chars) {
    wasmock_host_types_frame_t frame = {.tag = WASMOCK_HOST_TYPES_FRAME_TEXT};
    session_plugin_string_set(&frame.val.text, chars);
    wasmock_host_answer_send(&frame);
}

static void count(uint8_t left, next_tick *next) {
    next->is_some = left > 0;
    if (left == 0) {
        send_text("go");
        text reason;
        session_plugin_string_set(&reason, "done");
        wasmock_host_answer_close(1000, &reason);
        return;
    }
    char number[4];
    snprintf(number, sizeof number, "%d", left);
    send_text(number);
    // Between two events a connection's state is bytes in the host.
    session_plugin_list_u8_t state = {&(uint8_t){left - 1}, 1};
    wasmock_host_session_state_failure_t failure;
    if (!wasmock_host_session_state_set(&state, &failure)) {
        wasmock_host_session_state_failure_free(&failure);
    }
    next->val = 1000;
}

bool exports_wasmock_plugin_session_opened(next_tick *next, text *error) {
    (void)error; // false, with a copy of a text in it, would close the connection with 1011
    next->is_some = false;
    send_text("send me a number");
    return true;
}

bool exports_wasmock_plugin_session_message(next_tick *next, text *error) {
    (void)error;
    wasmock_host_exchange_frame_t frame;
    unsigned number = 0;
    if (wasmock_host_exchange_message(&frame)) {
        text digits = frame.val.text;
        for (size_t i = 0; frame.tag == WASMOCK_HOST_TYPES_FRAME_TEXT && i < digits.len; i++) {
            bool is_digit = digits.ptr[i] >= '0' && digits.ptr[i] <= '9' && number <= 100;
            number = is_digit ? number * 10 + (digits.ptr[i] - '0') : 1000;
        }
        // What the host returns is ours, to be freed.
        wasmock_host_exchange_frame_free(&frame);
    }
    next->is_some = false;
    if (number >= 1 && number <= 100) {
        count((uint8_t)number, next);
    } else {
        send_text("that is no number from 1 to 100");
    }
    return true;
}

bool exports_wasmock_plugin_session_tick(next_tick *next, text *error) {
    (void)error;
    session_plugin_list_u8_t state;
    wasmock_host_session_state_get(&state);
    count(state.len == 1 ? state.ptr[0] : 0, next);
    session_plugin_list_u8_free(&state);
    return true;
}

void exports_wasmock_plugin_session_closed(uint16_t code) { (void)code; }
