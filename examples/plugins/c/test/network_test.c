#include "../src/network.h"

#include <stdio.h>
#include <string.h>

static int failures = 0;

static void check(const char *networks, const char *addresses, int expected) {
    bool contained;
    const char *complaint = network_contains(networks, strlen(networks), addresses,
                                             strlen(addresses), &contained);
    int found = complaint != NULL ? -1 : contained;
    if (found != expected) {
        printf("%s in %s: %d, expected %d\n", addresses, networks, found, expected);
        failures++;
    }
}

int main(void) {
    check("10.0.0.0/8", "10.1.2.3", 1);
    check("10.0.0.0/8", "11.1.2.3", 0);
    check("10.0.0.0/8, 192.168.1.7", "192.168.1.7", 1);
    check("0.0.0.0/0", "8.8.8.8", 1);
    check("192.168.1.0/25", "192.168.1.128", 0);
    check("10.0.0.0/8", " 10.1.2.3, 1.1.1.1", 1);
    check("10.0.0.0/8", "nonsense", 0);
    check("", "10.1.2.3", -1);
    check("10.0.0.0/33", "10.1.2.3", -1);
    check("10.0.0.0/8 11.0.0.0/8", "10.1.2.3", -1);
    check("256.0.0.0/8", "10.1.2.3", -1);
    return failures != 0;
}
