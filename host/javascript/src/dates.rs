//! Reading dates as V8 does: ISO 8601 first, then its forgiving parser for everything else
//! (`Jan 5, 2024 3pm`, `12/25/2024`, `Tue, 5 Nov 2024 10:00 GMT+2 (somewhere)`).

use crate::calendar::days;
use crate::number::is_space;

/// A date as it was written: whoever knows the local time zone makes an instant of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Written {
    /// Milliseconds since 1970 of what the clock on the wall showed.
    pub local: f64,
    /// Seconds east of Greenwich; none for local time.
    pub offset: Option<i64>,
}

impl Written {
    /// The instant in milliseconds since 1970, in UTC where no zone is written.
    pub fn instant(self) -> f64 {
        self.local - self.offset.unwrap_or(0) as f64 * 1000.0
    }
}

/// What `Date.parse(text)` reads; none when the text is no date.
pub fn read(text: &str) -> Option<Written> {
    let parsed = Parser::new(text).run()?;
    let (year, month, day) = parsed.day;
    let days = days(year, month - 1, day);
    Some(Written {
        local: days as f64 * 86_400_000.0 + parsed.time as f64,
        offset: parsed.offset,
    })
}

struct Parsed {
    day: (i64, i64, i64),
    /// Milliseconds since midnight.
    time: i64,
    offset: Option<i64>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Token {
    End,
    Number {
        value: i64,
        length: usize,
    },
    Symbol(char),
    Word {
        kind: Word,
        value: i64,
        length: usize,
    },
    Space,
    Other,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Word {
    Month,
    HalfDay,
    Zone,
    TimeSeparator,
    Garbage,
}

const WORDS: [(&str, Word, i64); 26] = [
    ("jan", Word::Month, 1),
    ("feb", Word::Month, 2),
    ("mar", Word::Month, 3),
    ("apr", Word::Month, 4),
    ("may", Word::Month, 5),
    ("jun", Word::Month, 6),
    ("jul", Word::Month, 7),
    ("aug", Word::Month, 8),
    ("sep", Word::Month, 9),
    ("oct", Word::Month, 10),
    ("nov", Word::Month, 11),
    ("dec", Word::Month, 12),
    ("am", Word::HalfDay, 0),
    ("pm", Word::HalfDay, 12),
    ("ut", Word::Zone, 0),
    ("utc", Word::Zone, 0),
    ("z", Word::Zone, 0),
    ("gmt", Word::Zone, 0),
    ("cdt", Word::Zone, -5),
    ("cst", Word::Zone, -6),
    ("edt", Word::Zone, -4),
    ("est", Word::Zone, -5),
    ("mdt", Word::Zone, -6),
    ("mst", Word::Zone, -7),
    ("pdt", Word::Zone, -7),
    ("pst", Word::Zone, -8),
];

struct Parser<'t> {
    rest: &'t str,
    peeked: Token,
    day: Vec<i64>,
    named_month: Option<i64>,
    iso: bool,
    time: Vec<i64>,
    half_day: Option<i64>,
    zone_sign: Option<i64>,
    zone_hour: Option<i64>,
    zone_minute: Option<i64>,
}

impl<'t> Parser<'t> {
    fn new(text: &'t str) -> Self {
        let mut parser = Self {
            rest: text,
            peeked: Token::End,
            day: Vec::new(),
            named_month: None,
            iso: false,
            time: Vec::new(),
            half_day: None,
            zone_sign: None,
            zone_hour: None,
            zone_minute: None,
        };
        parser.next();
        parser
    }

    fn next(&mut self) -> Token {
        let token = self.scan();
        std::mem::replace(&mut self.peeked, token)
    }

    fn skip(&mut self, symbol: char) -> bool {
        let found = self.peeked == Token::Symbol(symbol);
        if found {
            self.next();
        }
        found
    }

    fn scan(&mut self) -> Token {
        let Some(first) = self.rest.chars().next() else {
            return Token::End;
        };
        if first.is_ascii_digit() {
            let length = self.rest.bytes().take_while(u8::is_ascii_digit).count();
            let (digits, rest) = self.rest.split_at(length);
            self.rest = rest;
            // Nine significant digits count.
            let significant = digits.trim_start_matches('0');
            let value = significant[..significant.len().min(9)].parse().unwrap_or(0);
            return Token::Number { value, length };
        }
        if matches!(first, ':' | '-' | '+' | '.' | ')') {
            self.rest = &self.rest[1..];
            return Token::Symbol(first);
        }
        if first >= 'A' && !is_space(first) {
            let end = self
                .rest
                .find(|c| c < 'A' || is_space(c))
                .unwrap_or(self.rest.len());
            let (word, rest) = self.rest.split_at(end);
            self.rest = rest;
            return word_token(word);
        }
        if is_space(first) {
            self.rest = &self.rest[first.len_utf8()..];
            return Token::Space;
        }
        if first == '(' {
            self.skip_parentheses();
            return Token::Other;
        }
        self.rest = &self.rest[first.len_utf8()..];
        Token::Other
    }

    fn skip_parentheses(&mut self) {
        let mut depth = 0;
        for (at, c) in self.rest.char_indices() {
            match c {
                '(' => depth += 1,
                ')' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                self.rest = &self.rest[at + c.len_utf8()..];
                return;
            }
        }
        self.rest = "";
    }

    fn run(&mut self) -> Option<Parsed> {
        let first = self.iso()?;
        let mut number_seen = !self.day.is_empty();
        let mut token = first;
        while token != Token::End {
            self.legacy(token, &mut number_seen)?;
            token = self.next();
        }
        Some(Parsed {
            day: self.write_day()?,
            time: self.write_time()?,
            offset: self.offset(),
        })
    }

    fn fixed(&self, digits: usize) -> Option<i64> {
        match self.peeked {
            Token::Number { value, length } if length == digits => Some(value),
            _ => None,
        }
    }

    /// Reads ISO 8601. Answers the first token it did not use, [`Token::End`] when it used
    /// all, none when the text is no date of any kind.
    fn iso(&mut self) -> Option<Token> {
        match self.peeked {
            Token::Symbol(sign @ ('+' | '-')) => {
                let token = self.next();
                let Some(year) = self.fixed(6) else {
                    return Some(token);
                };
                self.next();
                if sign == '-' && year == 0 {
                    return Some(token);
                }
                self.day.push(if sign == '-' { -year } else { year });
            }
            Token::Number { value, length: 4 } => {
                self.next();
                self.day.push(value);
            }
            _ => return Some(self.next()),
        }
        if self.skip('-') {
            let Some(month) = self.fixed(2).filter(|n| (1..=12).contains(n)) else {
                return Some(self.next());
            };
            self.next();
            self.day.push(month);
            if self.skip('-') {
                let Some(day) = self.fixed(2).filter(|n| (1..=31).contains(n)) else {
                    return Some(self.next());
                };
                self.next();
                self.day.push(day);
            }
        }
        if matches!(
            self.peeked,
            Token::Word {
                kind: Word::TimeSeparator,
                ..
            }
        ) {
            self.next();
            self.iso_time()?;
            self.iso_zone()?;
            if self.peeked != Token::End {
                return None;
            }
        } else if self.peeked != Token::End {
            return Some(self.next());
        }
        if self.zone_sign.is_none() && self.time.is_empty() {
            self.set_zone(0);
        }
        self.iso = true;
        Some(Token::End)
    }

    fn iso_time(&mut self) -> Option<()> {
        let hour = self.fixed(2).filter(|n| *n <= 24)?;
        let limit = |most: i64| if hour == 24 { 0 } else { most };
        self.next();
        self.time.push(hour);
        if !self.skip(':') {
            return None;
        }
        let minute = self.fixed(2).filter(|n| *n <= limit(59))?;
        self.next();
        self.time.push(minute);
        if !self.skip(':') {
            return Some(());
        }
        let second = self.fixed(2).filter(|n| *n <= limit(59))?;
        self.next();
        self.time.push(second);
        if self.skip('.') {
            let Token::Number { value, length } = self.next() else {
                return None;
            };
            if hour == 24 && value > 0 {
                return None;
            }
            self.time.push(milliseconds(value, length));
        }
        Some(())
    }

    fn iso_zone(&mut self) -> Option<()> {
        match self.peeked {
            Token::Word {
                kind: Word::Zone,
                length: 1,
                ..
            } => {
                self.next();
                self.set_zone(0);
            }
            Token::Symbol(sign @ ('+' | '-')) => {
                self.next();
                self.zone_sign = Some(if sign == '-' { -1 } else { 1 });
                let (hour, minute) = if let Some(both) = self.fixed(4) {
                    self.next();
                    (both / 100, both % 100)
                } else {
                    let hour = self.fixed(2)?;
                    self.next();
                    if !self.skip(':') {
                        return None;
                    }
                    let minute = self.fixed(2)?;
                    self.next();
                    (hour, minute)
                };
                if hour > 23 || minute > 59 {
                    return None;
                }
                self.zone_hour = Some(hour);
                self.zone_minute = Some(minute);
            }
            _ => {}
        }
        Some(())
    }

    fn set_zone(&mut self, hours: i64) {
        self.zone_sign = Some(if hours < 0 { -1 } else { 1 });
        self.zone_hour = Some(hours.abs());
        self.zone_minute = Some(0);
    }

    /// Takes one token of a date in free form.
    fn legacy(&mut self, token: Token, number_seen: &mut bool) -> Option<()> {
        match token {
            Token::Number { value, length: _ } => {
                *number_seen = true;
                self.legacy_number(value)
            }
            Token::Word {
                kind: Word::HalfDay,
                value,
                ..
            } if !self.time.is_empty() => {
                self.half_day = Some(value);
                Some(())
            }
            Token::Word {
                kind: Word::Month,
                value,
                ..
            } => {
                self.named_month = Some(value);
                self.skip('-');
                Some(())
            }
            Token::Word {
                kind: Word::Zone,
                value,
                ..
            } if *number_seen => {
                self.set_zone(value);
                Some(())
            }
            Token::Word { .. } => {
                let number_next = matches!(self.peeked, Token::Number { .. });
                (!*number_seen && !number_next).then_some(())
            }
            Token::Symbol(sign @ ('+' | '-')) if self.is_utc() || !self.time.is_empty() => {
                *number_seen = true;
                self.legacy_zone(if sign == '-' { -1 } else { 1 })
            }
            Token::Symbol('+' | '-' | ')') if *number_seen => None,
            _ => Some(()),
        }
    }

    fn legacy_number(&mut self, n: i64) -> Option<()> {
        if self.skip(':') {
            if self.skip(':') {
                if !self.time.is_empty() {
                    return None;
                }
                self.time.extend([n, 0]);
            } else {
                self.add_time(n)?;
                self.skip('.');
            }
            return Some(());
        }
        if self.skip('.') && self.expects_time(n) {
            self.add_time(n)?;
            let Token::Number { value, length } = self.peeked else {
                return None;
            };
            self.next();
            self.final_time(milliseconds(value, length));
        } else if self.zone_hour.is_some() && self.zone_minute.is_none() && n < 60 {
            self.zone_minute = Some(n);
        } else if self.expects_time(n) {
            self.final_time(n);
            let fits = matches!(
                self.peeked,
                Token::End
                    | Token::Space
                    | Token::Symbol('+' | '-')
                    | Token::Word {
                        kind: Word::Zone,
                        length: 1,
                        ..
                    }
            );
            return fits.then_some(());
        } else {
            if self.day.len() >= 3 {
                return None;
            }
            self.day.push(n);
            self.skip('-');
        }
        Some(())
    }

    fn legacy_zone(&mut self, sign: i64) -> Option<()> {
        self.zone_sign = Some(sign);
        let (n, length) = match self.peeked {
            Token::Number { value, length } => {
                self.next();
                (value, length)
            }
            _ => (0, 0),
        };
        if self.peeked == Token::Symbol(':') {
            self.zone_hour = Some(n);
            self.zone_minute = None;
        } else {
            match length {
                1 | 2 => (self.zone_hour, self.zone_minute) = (Some(n), Some(0)),
                3 | 4 => (self.zone_hour, self.zone_minute) = (Some(n / 100), Some(n % 100)),
                _ => return None,
            }
        }
        Some(())
    }

    fn is_utc(&self) -> bool {
        self.zone_hour == Some(0) && self.zone_minute == Some(0)
    }

    fn expects_time(&self, n: i64) -> bool {
        match self.time.len() {
            1 | 2 => n < 60,
            3 => n < 1000,
            _ => false,
        }
    }

    fn add_time(&mut self, n: i64) -> Option<()> {
        (self.time.len() < 4).then(|| self.time.push(n))
    }

    fn final_time(&mut self, n: i64) {
        self.time.push(n);
        self.time.resize(4, 0);
    }

    fn write_day(&self) -> Option<(i64, i64, i64)> {
        let [a, b, c] = match self.day[..] {
            [] => return None,
            [a] => [a, 1, 1],
            [a, b] => [a, b, 1],
            [a, b, c, ..] => [a, b, c],
        };
        let is_day = (1..=31).contains(&a);
        let (mut year, month, day) = match self.named_month {
            None if self.iso || !is_day => (a, b, c),
            None => (c, a, b),
            Some(month) if !is_day => (a, month, b),
            Some(month) => (b, month, a),
        };
        if !self.iso {
            year += match year {
                0..=49 => 2000,
                50..=99 => 1900,
                _ => 0,
            };
        }
        ((1..=12).contains(&month) && (1..=31).contains(&day)).then_some((year, month, day))
    }

    fn write_time(&self) -> Option<i64> {
        let part = |index: usize| self.time.get(index).copied().unwrap_or(0);
        let (mut hour, minute, second, ms) = (part(0), part(1), part(2), part(3));
        if let Some(half_day) = self.half_day {
            if hour > 12 {
                return None;
            }
            hour = hour % 12 + half_day;
        }
        let in_range = hour < 24 && minute < 60 && second < 60 && ms < 1000;
        let midnight = (hour, minute, second, ms) == (24, 0, 0, 0);
        (in_range || midnight).then_some(((hour * 60 + minute) * 60 + second) * 1000 + ms)
    }

    fn offset(&self) -> Option<i64> {
        let hour = self.zone_hour.unwrap_or(0);
        let minute = self.zone_minute.unwrap_or(0);
        self.zone_sign
            .map(|sign| sign * (hour * 3600 + minute * 60))
    }
}

fn word_token(word: &str) -> Token {
    let length = word.chars().count();
    let prefix: String = word
        .chars()
        .take(3)
        .map(|c| c.to_ascii_lowercase())
        .collect();
    if prefix == "t" {
        return Token::Word {
            kind: Word::TimeSeparator,
            value: 0,
            length,
        };
    }
    let known = WORDS
        .iter()
        .find(|(name, kind, _)| *name == prefix && (length <= 3 || *kind == Word::Month));
    match known {
        Some((_, kind, value)) => Token::Word {
            kind: *kind,
            value: *value,
            length,
        },
        None => Token::Word {
            kind: Word::Garbage,
            value: 0,
            length,
        },
    }
}

/// A fraction of a second with that many digits.
fn milliseconds(value: i64, length: usize) -> i64 {
    match length {
        1 => value * 100,
        2 => value * 10,
        _ => value / 10_i64.pow(u32::try_from(length.min(9)).unwrap_or(9) - 3),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_javascript_reads() {
        let utc = |text| read(text).map(Written::instant);
        for (text, ms) in [
            ("1970-01-01", 0.0),
            ("2024-02-29T12:30:00.5Z", 1_709_209_800_500.0),
            ("2024-02-29T12:30:00+02:00", 1_709_202_600_000.0),
            ("2024-02", 1_706_745_600_000.0),
            ("2020", 1_577_836_800_000.0),
            (
                "Thu Feb 29 2024 12:30:00 GMT+0000 (Coordinated Universal Time)",
                1_709_209_800_000.0,
            ),
            ("Jan 2, 2020", 1_577_923_200_000.0),
            ("2020/1/2", 1_577_923_200_000.0),
            ("1/2/2020 1:00 PM", 1_577_970_000_000.0),
            // A lone number from 1 to 12 is a month of 2001.
            ("5", 988_675_200_000.0),
            ("-5", 988_675_200_000.0),
        ] {
            assert_eq!(utc(text), Some(ms), "{text}");
        }
        for text in ["", "abc", "13", "2020-13-01", "2020-01-01X"] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(read("2020-01-01T00:00").unwrap().offset, None);
        assert_eq!(read("2020-01-01").unwrap().offset, Some(0));
    }
}
