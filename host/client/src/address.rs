//! Hosts as users grant them, and what an address really is.
//!
//! A grant names hosts: `api.example.com`, `*.example.com`, `*`, `localhost:8080`, `10.0.0.0/8`,
//! `[::1]:*`. Without a port it means 80 and 443, whichever the scheme uses. Names reach public
//! addresses only: one that leads to a loopback, private or otherwise special address needs that
//! address granted as well, so that no name server decides what a plugin reaches on the machine
//! or beside it. Hosts are read as browsers read them (`0x7f.1`, `2130706433` and
//! `[::ffff:127.0.0.1]` are all `127.0.0.1`), so no spelling slips through.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// A host in one spelling: a name in lower case without a dot at its end, or an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Host {
    /// A name.
    Name(String),
    /// An address; an IPv4 address in IPv6 clothes is one of IPv4.
    Address(IpAddr),
}

impl FromStr for Host {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is no host");
        let url = url::Url::parse(&format!("http://{text}/")).map_err(|_| wrong())?;
        let is_bare = url.path() == "/"
            && url.username().is_empty()
            && url.password().is_none()
            && url.port().is_none();
        match url.host() {
            Some(url::Host::Domain(name)) if is_bare => {
                Ok(Self::Name(name.trim_end_matches('.').to_owned()))
            }
            Some(url::Host::Ipv4(address)) if is_bare => Ok(Self::Address(address.into())),
            Some(url::Host::Ipv6(address)) if is_bare => {
                Ok(Self::Address(IpAddr::from(address).to_canonical()))
            }
            _ => Err(wrong()),
        }
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Address(IpAddr::V6(address)) => write!(f, "[{address}]"),
            Self::Address(address) => address.fmt(f),
        }
    }
}

/// Where a request goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The host.
    pub host: Host,
    /// The port.
    pub port: u16,
    /// Whether the port is the one that goes without saying.
    pub is_usual_port: bool,
}

impl Target {
    /// A target by host, port if one was written, and whether it is asked over TLS.
    pub fn new(host: Host, port: Option<u16>, tls: bool) -> Self {
        let usual = if tls { 443 } else { 80 };
        let port = port.unwrap_or(usual);
        Self {
            host,
            port,
            is_usual_port: port == usual,
        }
    }

    /// As a grant would name it.
    pub fn as_grant(&self) -> String {
        self.grant_for(&self.host)
    }

    /// How a grant would name that host with this port.
    pub fn grant_for(&self, host: &Host) -> String {
        match self.is_usual_port {
            true => host.to_string(),
            false => format!("{host}:{}", self.port),
        }
    }
}

/// A host as a grant names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    hosts: Hosts,
    port: Port,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Hosts {
    /// Whatever there is, by name or by address.
    Everything,
    Any,
    Name(String),
    /// Every name below this one.
    Below(String),
    /// The addresses that begin with so many bits of this one.
    Network(IpAddr, u8),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Port {
    Usual,
    Any,
    Number(u16),
}

impl FromStr for Pattern {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = |why: &str| {
            Err(format!(
                "`{text}` {why}; expected a host such as `api.example.com`, `*.example.com`, \
                 `localhost:8080` or `10.0.0.0/8`"
            ))
        };
        if text.contains("://") || text.contains('@') {
            return wrong("is an address of the web, not a host");
        }
        let (host, port) = match text.rsplit_once(':') {
            // The colons of an IPv6 address stand in brackets.
            Some((host, port)) if !port.contains(']') => {
                let port = match port {
                    "*" => Port::Any,
                    number => match number.parse() {
                        Ok(number) => Port::Number(number),
                        Err(_) => return wrong("has no port after its colon"),
                    },
                };
                (host, port)
            }
            _ => (text, Port::Usual),
        };
        let hosts = if host == "*" {
            Hosts::Any
        } else if let Some(parent) = host.strip_prefix("*.") {
            match parent.parse() {
                Ok(Host::Name(parent)) => Hosts::Below(parent),
                _ => return wrong("is no host"),
            }
        } else if let Some((address, bits)) = host.split_once('/') {
            let Ok(Host::Address(address)) = address.parse() else {
                return wrong("is no network");
            };
            match bits.parse() {
                Ok(bits) if bits <= width(address) => Hosts::Network(address, bits),
                _ => return wrong("is no network"),
            }
        } else {
            match host.parse() {
                Ok(Host::Name(name)) if !name.contains('*') => Hosts::Name(name),
                Ok(Host::Address(address)) => Hosts::Network(address, width(address)),
                _ => return wrong("is no host"),
            }
        };
        Ok(Self { hosts, port })
    }
}

impl Pattern {
    /// Every host at every port and address: what a plugin asks for that leaves it to the user.
    pub fn everything() -> Self {
        Self {
            hosts: Hosts::Everything,
            port: Port::Any,
        }
    }

    /// Whether it names the target.
    pub fn names(&self, target: &Target) -> bool {
        self.has_port(target)
            && match (&self.hosts, &target.host) {
                (Hosts::Everything, _) | (Hosts::Any, Host::Name(_)) => true,
                // Any host, but not the machine itself by its address.
                (Hosts::Any, Host::Address(address)) => is_public(*address),
                (Hosts::Name(name), Host::Name(host)) => name == host,
                (Hosts::Below(parent), Host::Name(host)) => host
                    .strip_suffix(parent.as_str())
                    .is_some_and(|below| below.ends_with('.')),
                (Hosts::Network(..), Host::Address(address)) => self.contains(*address),
                _ => false,
            }
    }

    /// Whether it lets the target be reached at an address that names alone do not reach.
    pub fn opens(&self, target: &Target, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.has_port(target)
            && (self.contains(address)
                || address.is_loopback()
                    && matches!(&self.hosts, Hosts::Name(name) if name == "localhost"))
    }

    fn has_port(&self, target: &Target) -> bool {
        match self.port {
            Port::Any => true,
            Port::Usual => target.is_usual_port,
            Port::Number(port) => port == target.port,
        }
    }

    fn contains(&self, address: IpAddr) -> bool {
        match (&self.hosts, address) {
            (Hosts::Network(IpAddr::V4(network), bits), IpAddr::V4(address)) => {
                let shift = 32 - u32::from(*bits);
                let first = |ip: Ipv4Addr| u64::from(ip.to_bits()) >> shift;
                first(*network) == first(address)
            }
            (Hosts::Network(IpAddr::V6(network), bits), IpAddr::V6(address)) => {
                let shift = 128 - u32::from(*bits);
                let first = |ip: Ipv6Addr| ip.to_bits().checked_shr(shift).unwrap_or(0);
                first(*network) == first(address)
            }
            _ => false,
        }
    }
}

/// Whether patterns allow a target that was found to be at this address.
pub fn allows(patterns: &[Pattern], target: &Target, address: IpAddr) -> bool {
    patterns.iter().any(|pattern| pattern.names(target))
        && (is_public(address) || patterns.iter().any(|p| p.opens(target, address)))
}

fn width(address: IpAddr) -> u8 {
    match address {
        IpAddr::V4(_) => 32,
        IpAddr::V6(_) => 128,
    }
}

/// Whether an address belongs to somebody on the public internet, and to nobody nearer.
pub fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let shared = a == 100 && (64..128).contains(&b);
    let protocols = a == 192 && b == 0 && c == 0;
    let benchmarks = a == 198 && (b == 18 || b == 19);
    !(a == 0
        || a >= 224
        || shared
        || protocols
        || benchmarks
        || address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation())
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let parts = address.segments();
    let inner = |high: u16, low: u16| Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low));
    match parts {
        // Translation (64:ff9b::/96), 6to4 and the old "compatible" form hold an IPv4 address.
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => is_public_v4(inner(high, low)),
        [0x2002, high, low, ..] => is_public_v4(inner(high, low)),
        [0, 0, 0, 0, 0, 0, ..] => false,
        // Teredo's is hidden; documentation; benchmarks.
        [0x2001, 0, ..] | [0x2001, 0xdb8, ..] | [0x2001, 2, 0, ..] => false,
        // Global unicast is 2000::/3; all else is local, multicast or not in use.
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(text: &str) -> Target {
        let (tls, rest) = match text.strip_prefix("https://") {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix("http://").unwrap()),
        };
        let uri: http::uri::Authority = rest.parse().unwrap();
        Target::new(uri.host().parse().unwrap(), uri.port_u16(), tls)
    }

    fn names(pattern: &str, to: &str) -> bool {
        pattern.parse::<Pattern>().unwrap().names(&target(to))
    }

    #[test]
    fn patterns_name_hosts_and_ports() {
        for (pattern, to, expected) in [
            ("api.example.com", "https://api.example.com", true),
            ("api.example.com", "http://API.Example.com.", true),
            ("api.example.com", "http://api.example.com:8080", false),
            ("api.example.com:8080", "http://api.example.com:8080", true),
            ("api.example.com:*", "http://api.example.com:1", true),
            ("api.example.com", "http://evil-api.example.com", false),
            ("api.example.com", "http://api.example.com.evil.org", false),
            ("*.example.com", "https://a.b.example.com", true),
            ("*.example.com", "https://example.com", false),
            ("*.example.com", "https://evilexample.com", false),
            ("*", "https://anything.org", true),
            ("*", "https://anything.org:444", false),
            ("*", "http://127.0.0.1", false),
            ("*", "http://8.8.8.8", true),
            ("10.0.0.0/8", "http://10.1.2.3", true),
            ("10.0.0.0/8", "http://11.1.2.3", false),
            ("0.0.0.0/0", "http://11.1.2.3", true),
            ("[::1]:80", "http://[::1]", true),
            ("[fd00::]/8", "http://[fd12::1]", true),
            ("127.0.0.1", "http://[::ffff:127.0.0.1]", true),
        ] {
            assert_eq!(names(pattern, to), expected, "{pattern} {to}");
        }
    }

    #[test]
    fn every_spelling_of_an_address_is_that_address() {
        for text in [
            "127.0.0.1",
            "2130706433",
            "0x7f000001",
            "0177.0.0.1",
            "127.1",
            "0x7f.1",
            "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]",
            "１２７.0.0.1",
        ] {
            let host = text.parse::<Host>().unwrap();
            assert_eq!(host, Host::Address(Ipv4Addr::LOCALHOST.into()), "{text}");
        }
        assert!("1.2.3.4.5".parse::<Host>().is_err());
        assert!("user@host".parse::<Host>().is_err());
        assert!("host/path".parse::<Host>().is_err());
    }

    #[test]
    fn only_public_addresses_are_public() {
        for (text, expected) in [
            ("8.8.8.8", true),
            ("172.15.0.1", true),
            ("172.16.0.1", false),
            ("192.168.1.1", false),
            ("169.254.169.254", false),
            ("100.64.0.1", false),
            ("0.0.0.0", false),
            ("255.255.255.255", false),
            ("224.0.0.1", false),
            ("2606:4700::1111", true),
            ("::1", false),
            ("::", false),
            ("::ffff:10.0.0.1", false),
            ("::127.0.0.1", false),
            ("64:ff9b::7f00:1", false),
            ("64:ff9b::808:808", true),
            ("2002:7f00:1::", false),
            ("fe80::1", false),
            ("fd00::1", false),
            ("ff02::1", false),
        ] {
            assert_eq!(is_public(text.parse().unwrap()), expected, "{text}");
        }
    }

    #[test]
    fn a_name_reaches_no_private_address_unless_that_is_granted_too() {
        let patterns = |texts: &[&str]| -> Vec<Pattern> {
            texts.iter().map(|text| text.parse().unwrap()).collect()
        };
        let local = Ipv4Addr::LOCALHOST.into();
        let evil = target("http://evil.example.com");
        assert!(!allows(&patterns(&["*"]), &evil, local));
        assert!(!allows(&patterns(&["evil.example.com"]), &evil, local));
        assert!(allows(&patterns(&["*", "localhost"]), &evil, local));
        assert!(!allows(&patterns(&["*", "localhost:8080"]), &evil, local));
        assert!(allows(&patterns(&["*", "127.0.0.0/8"]), &evil, local));
        assert!(allows(&patterns(&["*"]), &evil, "8.8.8.8".parse().unwrap()));
        let localhost = target("http://localhost:8080");
        assert!(allows(&patterns(&["localhost:8080"]), &localhost, local));
        let private = "10.0.0.1".parse().unwrap();
        assert!(!allows(&patterns(&["localhost:8080"]), &localhost, private));
    }

    #[test]
    fn what_is_no_pattern_is_said_so() {
        for text in [
            "",
            "https://a.b",
            "a b",
            "a:b",
            "10.0.0.0/33",
            "*.10.0.0.1",
            "a.*.b",
        ] {
            let error = text.parse::<Pattern>().unwrap_err();
            assert!(error.contains("expected a host"), "{text}: {error}");
        }
    }
}
