//! Vehicles and their plates.

use crate::Method;
use crate::lists::key;
use crate::modules::string::DIGITS;
use crate::pattern::UPPER;

pub(crate) const METHODS: &[Method] = &[
    Method::new("vehicle.vehicle", "", "", false, |f, _| {
        let maker = f.pick(key::VEHICLE_MANUFACTURER)?;
        Ok(format!("{maker} {}", f.pick(key::VEHICLE_MODEL)?).into())
    }),
    Method::new("vehicle.manufacturer", "", "", false, |f, _| {
        f.pick_value(key::VEHICLE_MANUFACTURER)
    }),
    Method::new("vehicle.model", "", "", false, |f, _| {
        f.pick_value(key::VEHICLE_MODEL)
    }),
    Method::new("vehicle.type", "", "", true, |f, _| {
        f.pick_value(key::VEHICLE_TYPE)
    }),
    Method::new("vehicle.fuel", "", "", true, |f, _| {
        f.pick_value(key::VEHICLE_FUEL)
    }),
    Method::new("vehicle.vin", "", "", true, |f, _| {
        // Letters that look like digits are not used.
        let plain = |c: &u8| !b"OIQ".contains(c);
        let letters: Vec<u8> = UPPER.iter().copied().filter(plain).collect();
        let all = [DIGITS, &letters].concat();
        let mut text = f.random.characters(&all, 10);
        text += &f.random.characters(&letters, 1);
        text += &f.random.characters(&all, 1);
        text += &f.random.characters(DIGITS, 5);
        Ok(text.into())
    }),
    Method::new("vehicle.color", "", "", false, |f, _| {
        f.pick_value(key::COLOR_HUMAN)
    }),
    Method::new("vehicle.vrm", "", "", true, |f, _| {
        let mut text = f.random.characters(UPPER, 2);
        text += &f.random.characters(DIGITS, 2);
        text += &f.random.characters(UPPER, 3);
        Ok(text.into())
    }),
    Method::new("vehicle.bicycle", "", "", false, |f, _| {
        f.pick_value(key::VEHICLE_BICYCLE_TYPE)
    }),
];
