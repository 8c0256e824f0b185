//! The calendar of `Date`: days since 1970 and the dates they are, in the proleptic Gregorian
//! calendar. Months count from 0, as in JavaScript.

/// The weekdays as `Date.toString()` prints them; Sunday is the first.
pub const WEEKDAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

/// The months as `Date.toString()` prints them.
pub const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// Days of 400 years, after which the calendar repeats.
const ERA: i64 = 146_097;
/// Days from the first of March of year 0 to 1970.
const EPOCH: i64 = 719_468;

/// Year, month and day of a count of days since 1970.
pub fn date(days: i64) -> (i64, i64, i64) {
    let days = days + EPOCH;
    let (era, day_of_era) = (days.div_euclid(ERA), days.rem_euclid(ERA));
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    // Years begin in March here, so that the leap day is the last of its year.
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * from_march + 2) / 5 + 1;
    let month = (from_march + 2) % 12;
    (era * 400 + year_of_era + i64::from(month < 2), month, day)
}

/// Days since 1970 of a date; month and day may lie outside their range.
pub fn days(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = (year + month.div_euclid(12), month.rem_euclid(12));
    let year = if month < 2 { year - 1 } else { year };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * ((month + 10) % 12) + 2) / 5;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    (era * ERA + day_of_era - EPOCH - 1).saturating_add(day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_days_are_each_others_reverse() {
        for count in (-800_000..800_000).step_by(37) {
            let (year, month, day) = date(count);
            assert_eq!(days(year, month, day), count);
        }
        assert_eq!(date(0), (1970, 0, 1));
        assert_eq!(date(-1), (1969, 11, 31));
        assert_eq!(days(2024, 1, 1), 19_754);
        assert_eq!(days(2023, 13, 1), 19_754);
        assert_eq!(days(2024, 2, 0), days(2024, 1, 29));
    }
}
