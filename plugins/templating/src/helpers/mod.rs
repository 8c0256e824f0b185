//! The helpers: one file a family, one row a helper.
//!
//! A row says how a helper is called, what it is for and what it does besides computing a
//! value; the compiler, `wasmock helpers`, the documentation and the suggestions for unknown
//! names all read the same rows.

pub(crate) mod arrays;
mod collation;
pub(crate) mod dates;
mod encoding;
mod flow;
mod jwt;
mod logic;
mod numbers;
pub(crate) mod objects;
mod order;
mod paths;
pub(crate) mod random;
mod request;
mod response;
mod strings;
mod system;
mod variables;

use std::borrow::Cow;

pub(crate) use flow::BlockCall;
use wasmock_faker::Method;
use wasmock_javascript::{Text, Value};

use crate::language::RenderError;
use crate::language::evaluate::{At, Evaluator};
use crate::language::frames::Context;
use crate::language::program::{Block, CallSite};
use crate::{Effects, FakeError, Host};

/// One helper as users see it.
#[derive(Clone, Copy)]
pub struct Helper {
    /// The name templates use.
    pub name: &'static str,
    /// The arguments: `value [separator]`.
    pub usage: &'static str,
    /// What it is for, in a sentence or two.
    pub about: &'static str,
    /// A template that shows it.
    pub example: &'static str,
    /// The heading it stands under in the documentation.
    pub family: Family,
    /// What it does besides computing its value.
    pub effects: Effects,
    /// Whether it has a block.
    pub block: bool,
    function: Function,
}

impl std::fmt::Debug for Helper {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Helper")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl Helper {
    pub(crate) fn run(&self, call: &mut Call<'_, '_>) -> Answer {
        if self.family == Family::Request && !call.evaluator.has_request() {
            return text("");
        }
        (self.function)(call)
    }
}

/// The headings of the documentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Family {
    Flow,
    Logic,
    Variables,
    Strings,
    Numbers,
    Arrays,
    Objects,
    Paths,
    Encoding,
    Dates,
    Random,
    Request,
    System,
}

impl Family {
    /// The heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::Flow => "Blocks",
            Self::Logic => "Comparison",
            Self::Variables => "Variables of a template",
            Self::Strings => "Texts",
            Self::Numbers => "Numbers",
            Self::Arrays => "Arrays",
            Self::Objects => "Objects and JSON",
            Self::Paths => "Paths",
            Self::Encoding => "Base64 and JWT",
            Self::Dates => "Dates and times",
            Self::Random => "Random and fake data",
            Self::Request => "The request",
            Self::System => "The server and the answer",
        }
    }
}

pub(crate) type Answer = Result<Value, RenderError>;
type Function = fn(&mut Call<'_, '_>) -> Answer;

/// What the helpers of a file have in common; makes the rows of its table.
struct Rows(Family, Effects);

impl Rows {
    const fn row(
        self,
        name: &'static str,
        usage: &'static str,
        about: &'static str,
        example: &'static str,
        function: Function,
    ) -> Helper {
        Helper {
            name,
            usage,
            about,
            example,
            family: self.0,
            effects: self.1,
            block: false,
            function,
        }
    }
}

const FAMILIES: &[&[Helper]] = &[
    request::HELPERS,
    flow::HELPERS,
    logic::HELPERS,
    variables::HELPERS,
    strings::HELPERS,
    numbers::HELPERS,
    arrays::HELPERS,
    objects::HELPERS,
    paths::HELPERS,
    encoding::HELPERS,
    jwt::HELPERS,
    dates::HELPERS,
    random::HELPERS,
    system::HELPERS,
    response::HELPERS,
];

/// All helpers of this plugin, family by family.
pub fn all() -> impl Iterator<Item = &'static Helper> {
    FAMILIES.iter().flat_map(|family| family.iter())
}

/// The helper of that name.
pub fn find(name: &str) -> Option<&'static Helper> {
    all().find(|helper| helper.name == name)
}

/// The known name nearest to a misspelt one, if any is near.
pub fn nearest<'n>(name: &str, others: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let limit = 1 + name.chars().count() / 4;
    others
        .map(|other| (distance(&name.to_lowercase(), &other.to_lowercase()), other))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, other)| other)
}

/// How many slips lie between two words: a letter too many, too few, another one, or two
/// neighbours exchanged.
fn distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.chars().collect();
    let b: Vec<char> = b.chars().collect();
    let mut rows: Vec<Vec<usize>> = vec![(0..=b.len()).collect()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let change = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = change.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            let exchanged = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if exchanged {
                least = least.min(rows[i - 2][j - 2] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

/// One call of a helper.
pub(crate) struct Call<'a, 'r> {
    pub(crate) evaluator: &'a mut Evaluator<'r>,
    pub(crate) site: &'r CallSite,
    pub(crate) args: &'a [Value],
    pub(crate) hash: &'a [(Text, Value)],
    pub(crate) block: Option<&'r Block>,
    pub(crate) at: At,
}

/// What JavaScript finds in a parameter: behind the last argument stand Handlebars' options.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Param<'a> {
    Value(&'a Value),
    Options,
    Missing,
}

impl<'a> Call<'a, '_> {
    /// The argument at that place; `undefined` behind the last.
    pub(crate) fn arg(&self, index: usize) -> &'a Value {
        self.args.get(index).unwrap_or(&Value::Undefined)
    }

    /// The parameter at that place, as a function with a fixed list of parameters sees it.
    pub(crate) fn param(&self, index: usize) -> Param<'a> {
        match self.args.get(index) {
            Some(value) => Param::Value(value),
            None if index == self.args.len() => Param::Options,
            None => Param::Missing,
        }
    }

    /// A named argument.
    pub(crate) fn named(&self, key: &str) -> Option<&'a Value> {
        self.hash
            .iter()
            .find(|(known, _)| &**known == key)
            .map(|(_, value)| value)
    }

    /// All named arguments as an object.
    pub(crate) fn named_object(&self) -> Value {
        let object = || Value::object(self.hash.iter().cloned().collect());
        match &self.site.constants {
            Some(constants) => constants.object.get_or_init(object).clone(),
            None => object(),
        }
    }

    /// `String(value)`
    pub(crate) fn text<'v>(&mut self, value: &'v Value) -> Cow<'v, str> {
        match value {
            Value::Date(_) | Value::Array(_) => self.evaluator.text(value).into(),
            other => other.to_text(),
        }
    }

    /// `value.toString()`, which fails for `undefined` and `null`.
    pub(crate) fn method_text<'v>(
        &mut self,
        value: &'v Value,
    ) -> Result<Cow<'v, str>, RenderError> {
        match value {
            Value::Undefined | Value::Null => Err(no_property(value, "toString")),
            other => Ok(self.text(other)),
        }
    }

    pub(crate) fn host(&mut self) -> &mut dyn Host {
        self.evaluator.host
    }

    /// A value of the sequence of fake data. A place in a template looks its method up once:
    /// with the same arguments every helper asks for the same.
    pub(crate) fn fake(&mut self, name: &str, args: &[Value]) -> Result<Value, FakeError> {
        let same = |known: &&Method| self.site.constants.is_some() || known.name == name;
        let known = self.site.method.get().filter(same);
        let method = match known {
            Some(method) => method,
            None => {
                let method = wasmock_faker::method(name).ok_or(FakeError::Unknown)?;
                self.site.method.set(Some(method));
                method
            }
        };
        self.host().fake(method, args)
    }

    /// The options themselves, where a helper gives back what it takes for an argument.
    pub(crate) fn options_value(&mut self) -> Value {
        match self.evaluator.options(self.site, self.hash, self.at) {
            Context::Options(options) => self.evaluator.options_object(&options),
            Context::Value(value) => value,
        }
    }

    /// The rendered block, with the options as context as Mockoon passes them.
    pub(crate) fn block_text(&mut self) -> Result<String, RenderError> {
        let Some(block) = self.block else {
            return Err(RenderError::new("hbsOptions.fn is not a function"));
        };
        let Some(body) = &block.program else {
            return Ok(String::new());
        };
        let mut out = String::new();
        let context = self.evaluator.options(self.site, self.hash, self.at);
        self.evaluator
            .part(Some(body), context, self.at, &mut out)?;
        Ok(out)
    }
}

/// `Cannot read properties of undefined (reading 'x')`
pub(crate) fn no_property(of: &Value, name: &str) -> RenderError {
    let of = if matches!(of, Value::Null) {
        "null"
    } else {
        "undefined"
    };
    RenderError::new(format!("Cannot read properties of {of} (reading '{name}')"))
}

/// `x is not a function`
pub(crate) fn no_function(what: &str) -> RenderError {
    RenderError::new(format!("{what} is not a function"))
}

fn text(value: impl Into<Text>) -> Answer {
    Ok(Value::text(value))
}

fn number(value: f64) -> Answer {
    Ok(Value::Number(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_stands_once() {
        let mut names: Vec<&str> = all().map(|helper| helper.name).collect();
        names.sort_unstable();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count);
    }

    #[test]
    fn misspelt_names_find_their_neighbour() {
        let names = || all().map(|helper| helper.name);
        assert_eq!(nearest("urlparam", names()), Some("urlParam"));
        assert_eq!(nearest("dateFromat", names()), Some("dateFormat"));
        assert_eq!(nearest("completelyDifferent", names()), None);
    }
}
