//! The long names of time zones, which JavaScript prints behind a date.

/// The names by zone: a line `[standard time | summer time]`, then the zones that have it.
const NAMES: &str = include_str!("zones.txt");

/// The name of a zone of the tz database, in summer time or not; none for zones without one.
pub(crate) fn long_name(zone: &str, summer: bool) -> Option<&'static str> {
    let mut names = "";
    for line in NAMES.lines() {
        if let Some(header) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
            names = header;
        } else if line.split(' ').any(|known| known == zone) {
            return Some(match names.split_once(" | ") {
                Some((_, in_summer)) if summer => in_summer,
                Some((standard, _)) => standard,
                None => names,
            });
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_have_names_by_season() {
        for (zone, summer, name) in [
            ("America/New_York", false, "Eastern Standard Time"),
            ("America/New_York", true, "Eastern Daylight Time"),
            ("Asia/Kolkata", false, "India Standard Time"),
            ("Europe/Berlin", true, "Central European Summer Time"),
            ("Europe/Dublin", false, "Greenwich Mean Time"),
            ("Europe/Dublin", true, "Irish Standard Time"),
        ] {
            assert_eq!(long_name(zone, summer), Some(name), "{zone}");
        }
        assert_eq!(long_name("Africa/Casablanca", false), None);
        assert_eq!(long_name("Nowhere", true), None);
    }
}
