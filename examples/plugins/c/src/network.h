// IPv4 networks. Nothing here knows of the host, so a native compiler can test it.
#ifndef NETWORK_H
#define NETWORK_H

#include <stdbool.h>
#include <stddef.h>

// Whether the first address of a list lies in one of the networks of another list. Answers NULL,
// or what is wrong with the networks; what is no address lies nowhere.
const char *network_contains(const char *networks, size_t networks_length, const char *addresses,
                             size_t addresses_length, bool *contained);

#endif
