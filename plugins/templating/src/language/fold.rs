//! Calls whose value is known when the template is compiled: a plain helper of constants.

use wasmock_javascript::{Object, Value};

use super::evaluate::Evaluator;
use super::program::{Body, CallSite, Callee, Expr, Program};
use crate::helpers::Family;
use crate::{Effects, Nothing};

/// The call as an expression; a constant where its value is one.
pub(super) fn expression(site: CallSite) -> Expr {
    match value(&site) {
        Some(value) => Expr::Constant(value),
        None => Expr::Call(Box::new(site)),
    }
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
    let constant = |expr: &Expr| matches!(expr, Expr::Constant(_));
    if !plain
        || !site.params.iter().all(constant)
        || !site.hash.iter().all(|(_, expr)| constant(expr))
    {
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
