//! The Range header: the first range that can be served.

/// What a Range header asks of a file of that size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ranged {
    /// From the first to the last byte, both included.
    Part { start: u64, end: u64 },
    /// None of the ranges lies in the file: 416.
    Unsatisfiable,
    /// It is no Range header: 400.
    Malformed,
}

/// Reads a Range header. The unit is not looked at; of several ranges the first that can be
/// served counts. A suffix longer than the file is the whole file, as HTTP says.
pub(crate) fn parse(header: &str, size: u64) -> Ranged {
    let Some((_, ranges)) = header.split_once('=') else {
        return Ranged::Malformed;
    };
    let mut first = None;
    for range in ranges.split(',') {
        let Some((start, end)) = range.split_once('-') else {
            return Ranged::Malformed;
        };
        let (start, end) = (start.trim(), end.trim());
        let numbers = match (number(start), number(end), start.is_empty(), end.is_empty()) {
            (_, Some(suffix), true, _) => Some((size.saturating_sub(suffix), size.checked_sub(1))),
            (Some(start), _, _, true) => Some((start, size.checked_sub(1))),
            (Some(start), Some(end), ..) => {
                Some((start, size.checked_sub(1).map(|last| end.min(last))))
            }
            _ => None,
        };
        let Some((start, end)) = numbers else {
            return Ranged::Malformed;
        };
        if let (None, Some(end)) = (first, end)
            && start <= end
        {
            first = Some(Ranged::Part { start, end });
        }
    }
    first.unwrap_or(Ranged::Unsatisfiable)
}

fn number(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_of_ten_bytes() {
        let part = |start, end| Ranged::Part { start, end };
        for (header, ranged) in [
            ("bytes=0-3", part(0, 3)),
            ("bytes=4-", part(4, 9)),
            ("bytes=-3", part(7, 9)),
            ("bytes=-30", part(0, 9)),
            ("bytes=0-100", part(0, 9)),
            ("lines= 1 - 2 ", part(1, 2)),
            ("bytes=20-30,2-3", part(2, 3)),
            ("bytes=5-2", Ranged::Unsatisfiable),
            ("bytes=10-", Ranged::Unsatisfiable),
            ("bytes=-0", Ranged::Unsatisfiable),
            ("bytes", Ranged::Malformed),
            ("bytes=1", Ranged::Malformed),
            ("bytes=-", Ranged::Malformed),
            ("bytes=a-b", Ranged::Malformed),
            ("bytes=0-1,x", Ranged::Malformed),
            ("bytes=99999999999999999999-", Ranged::Unsatisfiable),
        ] {
            assert_eq!(parse(header, 10), ranged, "{header}");
        }
        assert_eq!(parse("bytes=0-", 0), Ranged::Unsatisfiable);
    }
}
