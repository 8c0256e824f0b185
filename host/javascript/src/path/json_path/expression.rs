//! The expressions in filters, parsed as the library's small JavaScript parser does it.
//!
//! Only what the white list can let through matters, so function calls beyond a few methods of
//! texts, assignments and the like are parsed and then refused when they are evaluated.
//! Messages and character positions are the parser's: clients see them.

use crate::{Text, Value, number};

/// How deeply an expression may nest, and how long a chain of operators may be.
const MAX_DEPTH: usize = 100;

/// A parsed expression.
#[derive(Clone, Debug)]
pub(super) enum Expression {
    Literal(Value),
    Pattern(Pattern),
    Name(Text),
    /// `object.name`
    Member(Box<Expression>, Text),
    /// `object[expression]`
    Computed(Box<Expression>, Box<Expression>),
    Call(Box<Expression>, Vec<Expression>),
    Unary(Unary, Box<Expression>),
    Binary(Binary, Box<Expression>, Box<Expression>),
    Conditional(Box<[Expression; 3]>),
    List(Vec<Expression>),
    /// Several expressions side by side: the last one counts.
    Sequence(Vec<Expression>),
    /// What the evaluator refuses.
    Refused,
}

/// A literal regular expression.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    pub(super) source: Text,
    pub(super) flags: Text,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unary {
    Minus,
    Not,
    BitNot,
    Plus,
    TypeOf,
    Void,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Binary {
    Or,
    And,
    BitOr,
    BitXor,
    BitAnd,
    Equal,
    NotEqual,
    Same,
    NotSame,
    Less,
    Greater,
    LessOrEqual,
    GreaterOrEqual,
    ShiftLeft,
    ShiftRight,
    ShiftRightUnsigned,
    Plus,
    Minus,
    Times,
    Divide,
    Remainder,
    /// An operator that the parser knows and the evaluator does not.
    Unknown,
}

/// Longest first, so that `===` is not read as `==`.
const OPERATORS: [(&str, Binary, u8); 39] = [
    (">>>=", Binary::Unknown, 1),
    ("===", Binary::Same, 7),
    ("!==", Binary::NotSame, 7),
    (">>>", Binary::ShiftRightUnsigned, 9),
    ("**=", Binary::Unknown, 1),
    ("<<=", Binary::Unknown, 1),
    (">>=", Binary::Unknown, 1),
    ("||=", Binary::Unknown, 1),
    ("&&=", Binary::Unknown, 1),
    ("??=", Binary::Unknown, 1),
    ("||", Binary::Or, 2),
    ("??", Binary::Unknown, 2),
    ("&&", Binary::And, 3),
    ("==", Binary::Equal, 7),
    ("!=", Binary::NotEqual, 7),
    ("<=", Binary::LessOrEqual, 8),
    (">=", Binary::GreaterOrEqual, 8),
    ("<<", Binary::ShiftLeft, 9),
    (">>", Binary::ShiftRight, 9),
    ("**", Binary::Unknown, 12),
    ("*=", Binary::Unknown, 1),
    ("/=", Binary::Unknown, 1),
    ("%=", Binary::Unknown, 1),
    ("+=", Binary::Unknown, 1),
    ("-=", Binary::Unknown, 1),
    ("&=", Binary::Unknown, 1),
    ("^=", Binary::Unknown, 1),
    ("|=", Binary::Unknown, 1),
    ("|", Binary::BitOr, 4),
    ("^", Binary::BitXor, 5),
    ("&", Binary::BitAnd, 6),
    ("<", Binary::Less, 8),
    (">", Binary::Greater, 8),
    ("+", Binary::Plus, 10),
    ("-", Binary::Minus, 10),
    ("*", Binary::Times, 11),
    ("/", Binary::Divide, 11),
    ("%", Binary::Remainder, 11),
    ("=", Binary::Unknown, 1),
];

/// Why an expression does not parse: the whole message.
pub(super) type SyntaxError = Text;

/// The variables an expression sees.
pub(super) mod names {
    pub(in crate::path::json_path) const VALUE: &str = "_$_v";
    pub(in crate::path::json_path) const PROPERTY: &str = "_$_property";
    pub(in crate::path::json_path) const PARENT: &str = "_$_parent";
    pub(in crate::path::json_path) const PARENT_PROPERTY: &str = "_$_parentProperty";
    pub(in crate::path::json_path) const ROOT: &str = "_$_root";
    pub(in crate::path::json_path) const PATH: &str = "_$_path";
}

impl Expression {
    /// Parses the code of a filter, in which `@` stands for the value at hand.
    pub(super) fn parse(code: &str) -> Result<Self, SyntaxError> {
        let mut parser = Parser {
            text: name_variables(code).chars().collect(),
            at: 0,
            depth: 0,
        };
        let mut all = parser.expressions(None)?;
        Ok(if all.len() == 1 {
            all.remove(0)
        } else {
            Self::Sequence(all)
        })
    }
}

fn name_variables(code: &str) -> String {
    let code = code
        .replace("@parentProperty", names::PARENT_PROPERTY)
        .replace("@parent", names::PARENT)
        .replace("@property", names::PROPERTY)
        .replace("@root", names::ROOT);
    let mut out = String::with_capacity(code.len() + 8);
    let mut chars = code.chars().peekable();
    while let Some(c) = chars.next() {
        let stands_for_value = c == '@'
            && chars
                .peek()
                .is_some_and(|next| ".)[".contains(*next) || number::is_space(*next));
        if stands_for_value {
            out.push_str(names::VALUE);
        } else {
            out.push(c);
        }
    }
    out.replace("@path", names::PATH)
}

struct Parser {
    text: Vec<char>,
    at: usize,
    depth: usize,
}

type Parsed<T> = Result<T, SyntaxError>;

impl Parser {
    fn peek(&self) -> Option<char> {
        self.text.get(self.at).copied()
    }

    fn second(&self) -> Option<char> {
        self.text.get(self.at + 1).copied()
    }

    fn here(&self) -> String {
        self.peek().map(String::from).unwrap_or_default()
    }

    fn fail<T>(&self, message: &str) -> Parsed<T> {
        Err(format!("{message} at character {}", self.at).into())
    }

    fn spaces(&mut self) {
        while matches!(self.peek(), Some(' ' | '\t' | '\n' | '\r')) {
            self.at += 1;
        }
    }

    fn starts_with(&self, wanted: &str) -> bool {
        wanted
            .chars()
            .enumerate()
            .all(|(i, c)| self.text.get(self.at + i) == Some(&c))
    }

    /// Expressions side by side, with or without separators, up to the end or a closer.
    fn expressions(&mut self, until: Option<char>) -> Parsed<Vec<Expression>> {
        let mut all = Vec::new();
        while let Some(c) = self.peek() {
            if matches!(c, ';' | ',') {
                self.at += 1;
            } else if let Some(expression) = self.expression()? {
                all.push(expression);
            } else if let Some(c) = self.peek() {
                if Some(c) == until {
                    break;
                }
                return self.fail(&format!("Unexpected \"{c}\""));
            }
        }
        Ok(all)
    }

    fn expression(&mut self) -> Parsed<Option<Expression>> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err("Maximum call stack size exceeded".into());
        }
        let test = self.binary()?;
        self.spaces();
        let expression = match test {
            Some(test) if self.peek() == Some('?') => {
                self.at += 1;
                let Some(then) = self.expression()? else {
                    return self.fail("Expected expression");
                };
                self.spaces();
                if self.peek() != Some(':') {
                    return self.fail("Expected :");
                }
                self.at += 1;
                let Some(or) = self.expression()? else {
                    return self.fail("Expected expression");
                };
                Some(Expression::Conditional(Box::new([test, then, or])))
            }
            other => other,
        };
        self.depth -= 1;
        Ok(expression)
    }

    fn operator(&mut self) -> Option<(&'static str, Binary, u8)> {
        self.spaces();
        let found = OPERATORS
            .into_iter()
            .find(|(text, ..)| self.starts_with(text))?;
        self.at += found.0.len();
        Some(found)
    }

    /// Precedence climbing over a stack of waiting operands.
    fn binary(&mut self) -> Parsed<Option<Expression>> {
        let Some(first) = self.token()? else {
            return Ok(None);
        };
        let mut operands = vec![first];
        let mut operators: Vec<(Binary, u8)> = Vec::new();
        let mut length = 0;
        while let Some((text, operator, precedence)) = self.operator() {
            length += 1;
            if length > MAX_DEPTH {
                return Err("Maximum call stack size exceeded".into());
            }
            while operators
                .last()
                .is_some_and(|(_, before)| precedence <= *before)
            {
                reduce(&mut operands, &mut operators);
            }
            let Some(right) = self.token()? else {
                return self.fail(&format!("Expected expression after {text}"));
            };
            operators.push((operator, precedence));
            operands.push(right);
        }
        while !operators.is_empty() {
            reduce(&mut operands, &mut operators);
        }
        Ok(operands.pop())
    }

    fn token(&mut self) -> Parsed<Option<Expression>> {
        self.spaces();
        let Some(c) = self.peek() else {
            return Ok(None);
        };
        if matches!(c, '+' | '-') && self.second() == Some(c) {
            self.at += 2;
            let name = self.name()?;
            self.properties(Expression::Name(name))?;
            return Ok(Some(Expression::Refused));
        }
        let token = match c {
            '/' => {
                let pattern = self.pattern()?;
                return self.properties(Expression::Pattern(pattern)).map(Some);
            }
            '0'..='9' | '.' => return self.number().map(Some),
            '\'' | '"' => self.string(c)?,
            '[' => {
                self.at += 1;
                Expression::List(self.arguments(']')?)
            }
            _ => match self.unary_operator() {
                Some((operator, length)) => {
                    self.at += length;
                    self.depth += 1;
                    if self.depth > MAX_DEPTH {
                        return Err("Maximum call stack size exceeded".into());
                    }
                    let Some(operand) = self.token()? else {
                        return self.fail("missing unaryOp argument");
                    };
                    self.depth -= 1;
                    return Ok(Some(Expression::Unary(operator, Box::new(operand))));
                }
                None if is_name_start(c) => match &*self.name()? {
                    "true" => Expression::Literal(Value::Bool(true)),
                    "false" => Expression::Literal(Value::Bool(false)),
                    "null" => Expression::Literal(Value::Null),
                    "undefined" => Expression::Literal(Value::Undefined),
                    "this" => Expression::Refused,
                    name => Expression::Name(name.into()),
                },
                None if c == '(' => match self.group()? {
                    Some(group) => group,
                    None => return Ok(None),
                },
                None => return Ok(None),
            },
        };
        let token = self.properties(token)?;
        if matches!(self.peek(), Some('+' | '-')) && self.second() == self.peek() {
            self.at += 2;
            return Ok(Some(Expression::Refused));
        }
        Ok(Some(token))
    }

    fn unary_operator(&self) -> Option<(Unary, usize)> {
        let found = match self.peek()? {
            '-' => (Unary::Minus, 1),
            '!' => (Unary::Not, 1),
            '~' => (Unary::BitNot, 1),
            '+' => (Unary::Plus, 1),
            't' if self.starts_with("typeof") => (Unary::TypeOf, 6),
            'v' if self.starts_with("void") => (Unary::Void, 4),
            _ => return None,
        };
        let behind = self.text.get(self.at + found.1);
        (found.1 == 1 || behind.is_some_and(|c| !is_name_part(*c))).then_some(found)
    }

    fn group(&mut self) -> Parsed<Option<Expression>> {
        self.at += 1;
        let mut inner = self.expressions(Some(')'))?;
        if self.peek() != Some(')') {
            return self.fail("Unclosed (");
        }
        self.at += 1;
        Ok(match inner.len() {
            0 => None,
            1 => inner.pop(),
            _ => Some(Expression::Refused),
        })
    }

    /// `.name`, `[expression]` and `(arguments)` behind a value.
    fn properties(&mut self, mut value: Expression) -> Parsed<Expression> {
        let mut length = 0;
        loop {
            self.spaces();
            let mut optional = false;
            if self.peek() == Some('?') && self.second() == Some('.') {
                self.at += 2;
                self.spaces();
                optional = true;
            }
            length += 1;
            if length > MAX_DEPTH {
                return Err("Maximum call stack size exceeded".into());
            }
            value = match self.peek() {
                Some('[') => {
                    self.at += 1;
                    let Some(key) = self.expression()? else {
                        return self.fail(&format!("Unexpected \"{}\"", self.here()));
                    };
                    self.spaces();
                    if self.peek() != Some(']') {
                        return self.fail("Unclosed [");
                    }
                    self.at += 1;
                    Expression::Computed(Box::new(value), Box::new(key))
                }
                Some('(') => {
                    self.at += 1;
                    Expression::Call(Box::new(value), self.arguments(')')?)
                }
                Some('.') if !optional => {
                    self.at += 1;
                    self.spaces();
                    Expression::Member(Box::new(value), self.name()?)
                }
                _ if optional => Expression::Member(Box::new(value), self.name()?),
                _ => return Ok(value),
            };
        }
    }

    fn arguments(&mut self, closer: char) -> Parsed<Vec<Expression>> {
        let mut all = Vec::new();
        let mut separators = 0;
        loop {
            self.spaces();
            match self.peek() {
                None => return self.fail(&format!("Expected {closer}")),
                Some(c) if c == closer => {
                    self.at += 1;
                    if closer == ')' && separators > 0 && separators >= all.len() {
                        return self.fail(&format!("Unexpected token {closer}"));
                    }
                    return Ok(all);
                }
                Some(',') => {
                    self.at += 1;
                    separators += 1;
                    if separators != all.len() {
                        if closer == ')' {
                            return self.fail("Unexpected token ,");
                        }
                        all.resize_with(separators, || Expression::Refused);
                    }
                }
                Some(_) if all.len() != separators && separators != 0 => {
                    return self.fail("Expected comma");
                }
                Some(_) => match self.expression()? {
                    Some(expression) => all.push(expression),
                    None => return self.fail("Expected comma"),
                },
            }
        }
    }

    fn name(&mut self) -> Parsed<Text> {
        let start = self.at;
        if !self.peek().is_some_and(is_name_start) {
            return self.fail(&format!("Unexpected {}", self.here()));
        }
        while self.peek().is_some_and(is_name_part) {
            self.at += 1;
        }
        Ok(self.text[start..self.at].iter().collect::<String>().into())
    }

    fn number(&mut self) -> Parsed<Expression> {
        let start = self.at;
        self.digits();
        if self.peek() == Some('.') {
            self.at += 1;
            self.digits();
        }
        if matches!(self.peek(), Some('e' | 'E')) {
            self.at += 1;
            if matches!(self.peek(), Some('+' | '-')) {
                self.at += 1;
            }
            self.digits();
            if !self.text[self.at - 1].is_ascii_digit() {
                let read: String = self.text[start..self.at].iter().collect();
                return self.fail(&format!("Expected exponent ({read}{})", self.here()));
            }
        }
        let read: String = self.text[start..self.at].iter().collect();
        match self.peek() {
            Some(c) if is_name_start(c) => self.fail(&format!(
                "Variable names cannot start with a number ({read}{c})"
            )),
            Some('.') => self.fail("Unexpected period"),
            _ if read == "." => self.fail("Unexpected period"),
            _ => Ok(Expression::Literal(Value::Number(number::parse_float(
                &read,
            )))),
        }
    }

    fn digits(&mut self) {
        while self.peek().is_some_and(|c| c.is_ascii_digit()) {
            self.at += 1;
        }
    }

    fn string(&mut self, quote: char) -> Parsed<Expression> {
        self.at += 1;
        let mut text = String::new();
        while let Some(c) = self.peek() {
            self.at += 1;
            if c == quote {
                return Ok(Expression::Literal(text.into()));
            }
            if c != '\\' {
                text.push(c);
                continue;
            }
            if let Some(escaped) = self.peek() {
                self.at += 1;
                text.push(match escaped {
                    'n' => '\n',
                    'r' => '\r',
                    't' => '\t',
                    'b' => '\u{8}',
                    'f' => '\u{c}',
                    'v' => '\u{b}',
                    other => other,
                });
            }
        }
        self.fail(&format!("Unclosed quote after \"{text}\""))
    }

    fn pattern(&mut self) -> Parsed<Pattern> {
        self.at += 1;
        let start = self.at;
        let mut in_class = false;
        while let Some(c) = self.peek() {
            if c == '/' && !in_class {
                let source: String = self.text[start..self.at].iter().collect();
                self.at += 1;
                let flags_start = self.at;
                while self.peek().is_some_and(|c| c.is_ascii_alphanumeric()) {
                    self.at += 1;
                }
                let flags: String = self.text[flags_start..self.at].iter().collect();
                return Ok(Pattern {
                    source: source.into(),
                    flags: flags.into(),
                });
            }
            in_class = match c {
                '[' => true,
                ']' => false,
                _ => in_class,
            };
            self.at += if c == '\\' { 2 } else { 1 };
        }
        self.fail("Unclosed Regex")
    }
}

fn reduce(operands: &mut Vec<Expression>, operators: &mut Vec<(Binary, u8)>) {
    if let (Some(right), Some(left), Some((operator, _))) =
        (operands.pop(), operands.pop(), operators.pop())
    {
        operands.push(Expression::Binary(
            operator,
            Box::new(left),
            Box::new(right),
        ));
    }
}

fn is_name_start(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '$' || c == '_' || !c.is_ascii()
}

fn is_name_part(c: char) -> bool {
    is_name_start(c) || c.is_ascii_digit()
}
