//! The long names of time zones, which JavaScript prints behind a date.

/// The names by zone: a line `[standard time | summer time]`, then the zones that have it.
const NAMES: &str = include_str!("zones.txt");

/// The names of a zone of the tz database in standard time and in summer time; none for zones
/// without one. It reads the whole list.
pub(crate) fn long_names(zone: &str) -> Option<[&'static str; 2]> {
    let mut names = "";
    for line in NAMES.lines() {
        if let Some(header) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
            names = header;
        } else if line.split(' ').any(|known| known == zone) {
            let (standard, summer) = names.split_once(" | ").unwrap_or((names, names));
            return Some([standard, summer]);
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
            let named = long_names(zone).map(|names| names[usize::from(summer)]);
            assert_eq!(named, Some(name), "{zone}");
        }
        assert_eq!(long_names("Africa/Casablanca"), None);
        assert_eq!(long_names("Nowhere"), None);
    }
}
