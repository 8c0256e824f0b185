//! Holds when the rule's target is a card number with the right check digit (Luhn).

use wasmock_plugin::{Result, rule};

fn holds() -> Result<bool> {
    Ok(is_card_number(&rule::target().to_string()))
}

fn is_card_number(text: &str) -> bool {
    let digits: Option<Vec<u32>> = text
        .chars()
        .filter(|c| *c != ' ')
        .map(|c| c.to_digit(10))
        .collect();
    let Some(digits) = digits else { return false };
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| match place % 2 {
            0 => *digit,
            _ => digit * 2 / 10 + digit * 2 % 10,
        })
        .sum();
    digits.len() >= 12 && sum.is_multiple_of(10)
}

wasmock_plugin::export! { predicate: holds }
