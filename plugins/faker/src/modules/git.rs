//! Commits and branches.

use wasmock_javascript::Value;
use wasmock_javascript::calendar::{MONTHS, WEEKDAYS};

use crate::calendar::{self, DAY};
use crate::error::Error;
use crate::lists::key;
use crate::modules::string::hex;
use crate::modules::{date, internet, person};
use crate::options::Options;
use crate::{Faker, Method};

pub(crate) const METHODS: &[Method] = &[
    Method::new("git.branch", "", "", true, |f, _| {
        let noun = f.pick(key::HACKER_NOUN)?.replacen(' ', "-", 1);
        let verb = f.pick(key::HACKER_VERB)?.replacen(' ', "-", 1);
        Ok(format!("{noun}-{verb}").into())
    }),
    Method::new(
        "git.commitEntry",
        "{merge, eol, refDate}",
        "merge=true eol='LF'",
        true,
        commit_entry,
    ),
    Method::new("git.commitMessage", "", "", true, |f, _| {
        Ok(commit_message(f)?.into())
    }),
    Method::new(
        "git.commitDate",
        "{refDate}",
        "refDate='2024-01-01'",
        true,
        |f, a| {
            let now = date::reference(f, &Options::new(a, 0, "refDate")?)?;
            Ok(commit_date(f, now)?.into())
        },
    ),
    Method::new("git.commitSha", "{length}", "length=7", true, |f, a| {
        let count = match Options::new(a, 0, "length")?.get("length") {
            Value::Undefined => 40,
            Value::Null => 1,
            length => f.count(&length)?,
        };
        Ok(hex(f, count).into())
    }),
];

fn commit_message(f: &mut Faker) -> Result<String, Error> {
    let verb = f.pick(key::HACKER_VERB)?;
    let adjective = f.pick(key::HACKER_ADJECTIVE)?;
    Ok(format!("{verb} {adjective} {}", f.pick(key::HACKER_NOUN)?))
}

fn commit_date(f: &mut Faker, now: f64) -> Result<String, Error> {
    let p = calendar::parts(date::from_reference(f, now, -DAY)?);
    let zone = f.random.between(-11.0, 12.0) as i32;
    Ok(format!(
        "{} {} {} {:02}:{:02}:{:02} {} {}{:02}00",
        WEEKDAYS[p.weekday],
        MONTHS[p.month as usize],
        p.day,
        p.hour,
        p.minute,
        p.second,
        p.year,
        if zone >= 0 { '+' } else { '-' },
        zone.abs()
    ))
}

fn commit_entry(f: &mut Faker, args: &[Value]) -> Result<Value, Error> {
    let o = Options::new(args, 0, "merge")?;
    let merge = match o.get("merge") {
        Value::Undefined => f.random.chance(0.2),
        given => given.is_truthy(),
    };
    let mut lines = vec![format!("commit {}", hex(f, 40))];
    if merge {
        let first = hex(f, 7);
        lines.push(format!("Merge: {first} {}", hex(f, 7)));
    }
    let first = person::first_name(f, None)?.to_owned();
    let last = person::last_name(f, None)?.into_owned();
    let full = person::full_name(f, None, Some(first.clone()), Some(last.clone()))?;
    let user = internet::username(f, Some(first.clone()), Some(last.clone()))?;
    let author = if f.random.coin() { full } else { user };
    let email = internet::email(f, Some(first), Some(last), None, false)?;
    lines.push(format!("Author: {} <{email}>", tidy(&author)));
    let now = date::reference(f, &o)?;
    lines.push(format!("Date: {}", commit_date(f, now)?));
    lines.push(String::new());
    // Four spaces that do not break.
    lines.push(format!("\u{a0}\u{a0}\u{a0}\u{a0}{}", commit_message(f)?));
    lines.push(String::new());
    let end = if o.text("eol").is_none_or(|eol| eol == "CRLF") {
        "\r\n"
    } else {
        "\n"
    };
    Ok(lines.join(end).into())
}

/// A name without what git strips from it.
fn tidy(name: &str) -> String {
    let edge = |c: char| ".,:;\"\\'".contains(c);
    let name = name.strip_prefix(edge).unwrap_or(name);
    let name = name.strip_suffix(edge).unwrap_or(name);
    name.chars()
        .filter(|c| !matches!(c, '<' | '>' | '\n'))
        .collect()
}
