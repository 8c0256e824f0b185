#include "network.h"

#include <stdint.h>

typedef struct {
    const char *at;
    const char *end;
} cursor;

static void skip_spaces(cursor *c) {
    while (c->at < c->end && (*c->at == ' ' || *c->at == '\t')) {
        c->at++;
    }
}

static bool take(cursor *c, char wanted) {
    if (c->at == c->end || *c->at != wanted) {
        return false;
    }
    c->at++;
    return true;
}

static bool take_number(cursor *c, uint32_t most, uint32_t *number) {
    const char *start = c->at;
    *number = 0;
    while (c->at < c->end && *c->at >= '0' && *c->at <= '9' && c->at - start < 3) {
        *number = *number * 10 + (uint32_t)(*c->at++ - '0');
    }
    return c->at > start && *number <= most;
}

static bool take_address(cursor *c, uint32_t *address) {
    uint32_t part;
    *address = 0;
    for (int i = 0; i < 4; i++) {
        if ((i > 0 && !take(c, '.')) || !take_number(c, 255, &part)) {
            return false;
        }
        *address = *address << 8 | part;
    }
    return true;
}

const char *network_contains(const char *networks, size_t networks_length, const char *addresses,
                             size_t addresses_length, bool *contained) {
    cursor list = {networks, networks + networks_length};
    cursor client = {addresses, addresses + addresses_length};
    uint32_t address, network, bits;
    *contained = false;

    skip_spaces(&client);
    bool known = take_address(&client, &address);
    do {
        skip_spaces(&list);
        if (!take_address(&list, &network)) {
            return "expected a network such as 10.0.0.0/8";
        }
        bits = 32;
        if (take(&list, '/') && !take_number(&list, 32, &bits)) {
            return "a network's prefix has 0 to 32 bits";
        }
        uint32_t mask = bits == 0 ? 0 : UINT32_MAX << (32 - bits);
        if (known && (address & mask) == (network & mask)) {
            *contained = true;
        }
        skip_spaces(&list);
    } while (take(&list, ','));
    return list.at == list.end ? NULL : "networks are separated by commas";
}
