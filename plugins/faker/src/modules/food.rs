//! Food and dishes.

use crate::Method;
use crate::lists::key;

pub(crate) const METHODS: &[Method] = &[
    Method::new("food.adjective", "", "", false, |f, _| {
        f.pick_value(key::FOOD_ADJECTIVE)
    }),
    Method::new("food.description", "", "", false, |f, _| {
        Ok(f.pick_pattern(key::FOOD_DESCRIPTION_PATTERN)?.into())
    }),
    Method::new("food.dish", "", "", false, |f, _| {
        let dish = if f.random.coin() {
            f.pick_pattern(key::FOOD_DISH_PATTERN)?
        } else {
            f.pick(key::FOOD_DISH)?.to_owned()
        };
        Ok(title(&dish).into())
    }),
    Method::new("food.ethnicCategory", "", "", false, |f, _| {
        f.pick_value(key::FOOD_ETHNIC_CATEGORY)
    }),
    Method::new("food.fruit", "", "", false, |f, _| {
        f.pick_value(key::FOOD_FRUIT)
    }),
    Method::new("food.ingredient", "", "", false, |f, _| {
        f.pick_value(key::FOOD_INGREDIENT)
    }),
    Method::new("food.meat", "", "", false, |f, _| {
        f.pick_value(key::FOOD_MEAT)
    }),
    Method::new("food.spice", "", "", false, |f, _| {
        f.pick_value(key::FOOD_SPICE)
    }),
    Method::new("food.vegetable", "", "", false, |f, _| {
        f.pick_value(key::FOOD_VEGETABLE)
    }),
];

/// Each word with a capital letter.
fn title(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut first = true;
    for c in text.chars() {
        if first {
            out.extend(c.to_uppercase());
        } else {
            out.push(c);
        }
        first = c == ' ';
    }
    out
}
