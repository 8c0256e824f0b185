//! Animals by kind, and names of pets.

use crate::Method;
use crate::lists::key;

pub(crate) const METHODS: &[Method] = &[
    Method::new("animal.dog", "", "", false, |f, _| {
        f.pick_value(key::ANIMAL_DOG)
    }),
    Method::new("animal.cat", "", "", false, |f, _| {
        f.pick_value(key::ANIMAL_CAT)
    }),
    Method::new("animal.snake", "", "", false, |f, _| {
        f.pick_value(key::ANIMAL_SNAKE)
    }),
    Method::new("animal.bear", "", "", true, |f, _| {
        f.pick_value(key::ANIMAL_BEAR)
    }),
    Method::new("animal.lion", "", "", false, |f, _| {
        f.pick_value(key::ANIMAL_LION)
    }),
    Method::new("animal.cetacean", "", "", false, |f, _| {
        f.pick_value(key::ANIMAL_CETACEAN)
    }),
    Method::new("animal.horse", "", "", false, |f, _| {
        f.pick_value(key::ANIMAL_HORSE)
    }),
    Method::new("animal.bird", "", "", false, |f, _| {
        f.pick_value(key::ANIMAL_BIRD)
    }),
    Method::new("animal.cow", "", "", false, |f, _| {
        f.pick_value(key::ANIMAL_COW)
    }),
    Method::new("animal.fish", "", "", false, |f, _| {
        f.pick_value(key::ANIMAL_FISH)
    }),
    Method::new("animal.crocodilia", "", "", false, |f, _| {
        f.pick_value(key::ANIMAL_CROCODILIA)
    }),
    Method::new("animal.insect", "", "", false, |f, _| {
        f.pick_value(key::ANIMAL_INSECT)
    }),
    Method::new("animal.rabbit", "", "", false, |f, _| {
        f.pick_value(key::ANIMAL_RABBIT)
    }),
    Method::new("animal.rodent", "", "", false, |f, _| {
        f.pick_value(key::ANIMAL_RODENT)
    }),
    Method::new("animal.type", "", "", false, |f, _| {
        f.pick_value(key::ANIMAL_TYPE)
    }),
    Method::new("animal.petName", "", "", false, |f, _| {
        f.pick_value(key::ANIMAL_PET_NAME)
    }),
];
