//! What is known about calls when the template is compiled: their arguments, where all are
//! constants, and the value of a plain helper of such.

use std::cell::OnceCell;

use wasmock_javascript::{Object, Text, Value};

use super::evaluate::{Evaluator, Hash, name};
use super::program::{Body, CallSite, Callee, Constants, Expr, Program};
use crate::helpers::Family;
use crate::{Effects, Nothing};

/// The call as an expression; a constant where its value is one.
pub(super) fn expression(site: CallSite) -> Expr {
    match value(&site) {
        Some(value) => Expr::Constant(value),
        None => Expr::Call(Box::new(site)),
    }
}

/// What a call with these arguments is given, unless something has to be evaluated for it.
pub(super) fn constants(params: &[Expr], hash: &[(Text, Expr)]) -> Option<Constants> {
    let constant = |expr: &Expr| match expr {
        Expr::Constant(value) => Some(value.clone()),
        _ => None,
    };
    let args = params.iter().map(constant).collect::<Option<_>>()?;
    let mut named = Hash::new();
    for (key, expr) in hash {
        name(&mut named, key, constant(expr)?);
    }
    Some(Constants {
        args,
        hash: named.into_iter().collect(),
        object: OnceCell::new(),
    })
}

/// The value, unless the helper reads anything but its arguments. A failure stays one of
/// rendering, and objects stay calls: how they print depends on where they come from.
fn value(site: &CallSite) -> Option<Value> {
    let Callee::Helper(helper) = &site.callee else {
        return None;
    };
    let plain = helper.effects.is_plain()
        && matches!(
            helper.family,
            Family::Logic
                | Family::Strings
                | Family::Numbers
                | Family::Arrays
                | Family::Objects
                | Family::Encoding
        );
    if !plain || site.constants.is_none() {
        return None;
    }
    let program = Program {
        main: Body::default(),
        names: Vec::new(),
        effects: Effects::PLAIN,
        unknown: Vec::new(),
        root: Value::object(Object::new()),
        crowded: Vec::new(),
        nothing: Value::Undefined,
    };
    let value = Evaluator::new(&program, &mut Nothing).apart(site).ok()?;
    let simple = matches!(
        value,
        Value::String(_) | Value::Safe(_) | Value::Number(_) | Value::Bool(_) | Value::Array(_)
    );
    simple.then_some(value)
}

#[cfg(test)]
mod tests {
    use crate::{NoLookup, Part, Template};

    #[test]
    fn calls_of_constants_are_constants() {
        let parts = |source: &str| Template::compile(source, &NoLookup).unwrap().parts();
        let text = |text: &str| Some(vec![Part::Text(text.to_owned())]);
        assert_eq!(parts("{{add 1 2 3}}"), text("6"));
        assert_eq!(parts("{{{concat '<' (substr 'hello' 1 3)}}}"), text("<ell"));
        assert_eq!(parts("{{concat '<' 'a'}}"), text("&lt;a"));
        for other in ["{{now}}", "{{getVar 'a'}}", "{{object a=1}}", "{{uuid}}"] {
            assert_eq!(parts(other), None, "{other}");
        }
    }
}
