//! How the parts of a name are put together: lists of patterns of which some are more likely
//! than others, read once.

use std::rc::Rc;

use crate::Faker;
use crate::error::{Error, faker};
use crate::lists::{Key, weight};

/// One pattern and how likely it is.
#[derive(Debug)]
pub(crate) struct NamePattern {
    weight: f64,
    pattern: &'static str,
    pieces: Box<[Piece]>,
}

/// A list of patterns, and the sum of their weights.
#[derive(Debug)]
pub(crate) struct NamePatterns {
    patterns: Vec<NamePattern>,
    weight: f64,
}

/// A piece of a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    Text(&'static str),
    Part(Part),
    /// One of the last names that both sexes have.
    CommonLastName,
    /// Something else in braces, with them.
    Expression(&'static str),
}

/// A part of a full name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Prefix,
    FirstName,
    MiddleName,
    LastName,
    Suffix,
}

impl NamePattern {
    fn read(item: &'static str) -> Self {
        let (weight, pattern) = weight(item);
        Self {
            weight,
            pattern,
            pieces: pieces(pattern),
        }
    }

    /// The pattern as it is written.
    pub(crate) fn pattern(&self) -> &'static str {
        self.pattern
    }

    /// The pattern in pieces, the parts of a full name apart from the rest.
    pub(crate) fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    pub(crate) fn has(&self, part: Part) -> bool {
        self.pieces.contains(&Piece::Part(part))
    }
}

fn pieces(pattern: &'static str) -> Box<[Piece]> {
    let mut pieces = Vec::new();
    let mut rest = pattern;
    while let Some((before, inner)) = rest.split_once("{{")
        && let Some((name, after)) = inner.split_once("}}")
    {
        pieces.push(Piece::Text(before));
        pieces.push(match name {
            "person.prefix" => Piece::Part(Part::Prefix),
            "person.firstName" => Piece::Part(Part::FirstName),
            "person.middleName" => Piece::Part(Part::MiddleName),
            "person.lastName" => Piece::Part(Part::LastName),
            "person.suffix" => Piece::Part(Part::Suffix),
            "person.last_name.generic" => Piece::CommonLastName,
            _ => Piece::Expression(&rest[before.len()..rest.len() - after.len()]),
        });
        rest = after;
    }
    pieces.push(Piece::Text(rest));
    pieces.retain(|piece| *piece != Piece::Text(""));
    pieces.into()
}

/// One of a list, by its place.
#[derive(Clone, Debug)]
pub(crate) struct Chosen {
    list: Rc<NamePatterns>,
    index: usize,
}

impl std::ops::Deref for Chosen {
    type Target = NamePattern;

    fn deref(&self) -> &NamePattern {
        &self.list.patterns[self.index]
    }
}

impl Faker {
    /// One pattern of a list.
    pub(crate) fn name_pattern(&mut self, key: Key) -> Result<Chosen, Error> {
        let known = self.patterns.iter().find(|(known, _)| *known == key);
        let list = match known {
            Some((_, list)) => list.clone(),
            None => {
                let patterns: Vec<_> = self.list(key).iter().map(NamePattern::read).collect();
                let weight = patterns.iter().map(|pattern| pattern.weight).sum();
                let list = Rc::new(NamePatterns { patterns, weight });
                self.patterns.push((key, list.clone()));
                list
            }
        };
        if list.patterns.is_empty() {
            return faker("Cannot get value from empty dataset.");
        }
        let weights = list.patterns.iter().map(|pattern| pattern.weight);
        let index = self.random.weighted_of(list.weight, weights);
        Ok(Chosen { list, index })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_falls_into_texts_and_parts() {
        let name = NamePattern::read("49;{{person.prefix}} {{a.b}}.");
        assert_eq!((name.weight, name.has(Part::Prefix)), (49.0, true));
        assert_eq!(
            name.pieces(),
            [
                Piece::Part(Part::Prefix),
                Piece::Text(" "),
                Piece::Expression("{{a.b}}"),
                Piece::Text(".")
            ]
        );
        assert_eq!(
            NamePattern::read("{{open").pieces(),
            [Piece::Text("{{open")]
        );
    }
}
