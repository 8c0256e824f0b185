//! From tokens to a tree, by binding power.

use super::lexer::{self, Token};
use crate::path::PathError;
use crate::{Text, Value};

/// How deeply parentheses, brackets and operators may nest.
const MAX_DEPTH: usize = 64;

#[derive(Clone, Debug)]
pub(super) enum Node {
    Current,
    Root,
    Literal(Value),
    Field(Text),
    Variable(Text),
    Index(f64),
    Slice(Option<f64>, Option<f64>, Option<f64>),
    /// The right side sees what the left side found, unless that is nothing.
    Sub(Box<Node>, Box<Node>),
    /// An index or a slice of what the left side found.
    At(Box<Node>, Box<Node>),
    Pipe(Box<Node>, Box<Node>),
    Project(Box<Node>, Box<Node>),
    ProjectValues(Box<Node>, Box<Node>),
    Filter(Box<[Node; 3]>),
    Flatten(Box<Node>),
    List(Vec<Node>),
    Hash(Vec<(Text, Node)>),
    Or(Box<Node>, Box<Node>),
    And(Box<Node>, Box<Node>),
    Not(Box<Node>),
    Ternary(Box<[Node; 3]>),
    Compare(Token, Box<Node>, Box<Node>),
    Arithmetic(Token, Box<Node>, Box<Node>),
    Sign(bool, Box<Node>),
    Call(Text, Vec<Node>),
    Reference(Box<Node>),
    Let(Vec<Node>, Box<Node>),
    Binding(Text, Box<Node>),
}

pub(super) fn parse(text: &str) -> Result<Node, PathError> {
    let mut parser = Parser {
        tokens: lexer::tokens(text)?,
        at: 0,
        depth: 0,
    };
    let node = parser.expression(0)?;
    match parser.peek() {
        Token::End => Ok(node),
        _ => parser.unexpected(),
    }
}

type Parsed = Result<Node, PathError>;

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
}

const STAR: u8 = 20;

/// How strongly a token holds on to what is left of it; tokens without a power end every
/// expression and cannot follow a projection.
fn power(token: &Token) -> Option<u8> {
    Some(match token {
        Token::Literal(_) | Token::Colon => return None,
        Token::Assign | Token::Pipe => 1,
        Token::Question => 2,
        Token::Or => 3,
        Token::And => 4,
        Token::Equal
        | Token::NotEqual
        | Token::Less
        | Token::LessOrEqual
        | Token::Greater
        | Token::GreaterOrEqual => 5,
        Token::Plus | Token::Minus => 6,
        Token::Times | Token::Divide | Token::DivideWhole | Token::Modulo => 7,
        Token::Flatten => 9,
        Token::Star => STAR,
        Token::Filter => 21,
        Token::Dot => 40,
        Token::Not => 45,
        Token::OpenBrace => 50,
        Token::OpenBracket => 55,
        Token::OpenParen => 60,
        _ => 0,
    })
}

impl Parser {
    fn peek(&self) -> &Token {
        self.tokens.get(self.at).unwrap_or(&Token::End)
    }

    fn second(&self) -> &Token {
        self.tokens.get(self.at + 1).unwrap_or(&Token::End)
    }

    fn take(&mut self) -> Token {
        let token = self.peek().clone();
        self.at += 1;
        token
    }

    fn expect(&mut self, wanted: &Token) -> Result<(), PathError> {
        if self.peek() == wanted {
            self.at += 1;
            Ok(())
        } else {
            self.unexpected()
        }
    }

    fn unexpected<T>(&self) -> Result<T, PathError> {
        Err(PathError::new(format!(
            "Syntax error: unexpected token {:?}",
            self.peek()
        )))
    }

    fn expression(&mut self, right_power: u8) -> Parsed {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(PathError::new(
                "Syntax error: the expression nests too deeply",
            ));
        }
        let mut left = self.prefix()?;
        while power(self.peek()).is_some_and(|power| right_power < power) {
            left = self.infix(left)?;
        }
        self.depth -= 1;
        Ok(left)
    }

    fn boxed(&mut self, right_power: u8) -> Result<Box<Node>, PathError> {
        self.expression(right_power).map(Box::new)
    }

    fn prefix(&mut self) -> Parsed {
        let start = self.at;
        Ok(match self.take() {
            Token::Variable(name) => Node::Variable(name),
            Token::Literal(value) => Node::Literal(value),
            Token::Name(name) if &*name == "let" && matches!(self.peek(), Token::Variable(_)) => {
                self.let_expression()?
            }
            Token::Name(name) => Node::Field(name),
            Token::QuotedName(name) if *self.peek() != Token::OpenParen => Node::Field(name),
            Token::Not => Node::Not(self.boxed(45)?),
            Token::Minus => Node::Sign(true, self.boxed(6)?),
            Token::Plus => Node::Sign(false, self.boxed(6)?),
            Token::Star => Node::ProjectValues(Box::new(Node::Current), self.projected(STAR)?),
            Token::Filter => self.filter(Node::Current)?,
            Token::OpenBrace => self.hash()?,
            Token::Flatten => self.flatten(Node::Current)?,
            Token::OpenBracket => match (self.peek(), self.second()) {
                (Token::Number(_) | Token::Colon, _) => self.index(Node::Current)?,
                (Token::Star, Token::CloseBracket) => {
                    self.at += 2;
                    Node::Project(Box::new(Node::Current), self.projected(STAR)?)
                }
                _ => self.list()?,
            },
            Token::Current => Node::Current,
            Token::Root => Node::Root,
            Token::Reference => Node::Reference(self.boxed(0)?),
            Token::OpenParen => {
                let inner = self.expression(0)?;
                self.expect(&Token::CloseParen)?;
                inner
            }
            _ => {
                self.at = start;
                return self.unexpected();
            }
        })
    }

    fn infix(&mut self, left: Node) -> Parsed {
        let token = self.take();
        let power = power(&token).unwrap_or(0);
        let boxed = Box::new;
        Ok(match token {
            Token::Question => {
                let then = self.expression(0)?;
                self.expect(&Token::Colon)?;
                let or = self.expression(0)?;
                Node::Ternary(boxed_array([left, then, or]))
            }
            Token::Dot if *self.peek() == Token::Star => {
                self.at += 1;
                Node::ProjectValues(boxed(left), self.projected(power)?)
            }
            Token::Dot => Node::Sub(boxed(left), Box::new(self.member(power)?)),
            Token::Pipe => Node::Pipe(boxed(left), self.boxed(power)?),
            Token::Or => Node::Or(boxed(left), self.boxed(power)?),
            Token::And => Node::And(boxed(left), self.boxed(power)?),
            Token::OpenParen => match left {
                Node::Field(name) => Node::Call(name, self.arguments()?),
                _ => return self.unexpected(),
            },
            Token::Filter => self.filter(left)?,
            Token::Flatten => self.flatten(left)?,
            Token::Assign => match left {
                Node::Variable(name) => Node::Binding(name, self.boxed(0)?),
                _ => return self.unexpected(),
            },
            Token::Equal
            | Token::NotEqual
            | Token::Less
            | Token::LessOrEqual
            | Token::Greater
            | Token::GreaterOrEqual => Node::Compare(token, boxed(left), self.boxed(power)?),
            Token::Plus
            | Token::Minus
            | Token::Times
            | Token::Star
            | Token::Divide
            | Token::DivideWhole
            | Token::Modulo => Node::Arithmetic(token, boxed(left), self.boxed(power)?),
            Token::OpenBracket if matches!(self.peek(), Token::Number(_) | Token::Colon) => {
                self.index(left)?
            }
            Token::OpenBracket => {
                self.expect(&Token::Star)?;
                self.expect(&Token::CloseBracket)?;
                Node::Project(boxed(left), self.projected(STAR)?)
            }
            _ => {
                self.at -= 1;
                return self.unexpected();
            }
        })
    }

    fn filter(&mut self, left: Node) -> Parsed {
        let condition = self.expression(0)?;
        self.expect(&Token::CloseBracket)?;
        let right = if *self.peek() == Token::Flatten {
            Node::Current
        } else {
            *self.projected(21)?
        };
        Ok(Node::Filter(boxed_array([left, condition, right])))
    }

    fn flatten(&mut self, left: Node) -> Parsed {
        let right = self.projected(9)?;
        Ok(Node::Project(
            Box::new(Node::Flatten(Box::new(left))),
            right,
        ))
    }

    /// What a projection does to each item.
    fn projected(&mut self, right_power: u8) -> Result<Box<Node>, PathError> {
        if power(self.peek()).is_some_and(|power| power < 10) {
            return Ok(Box::new(Node::Current));
        }
        match self.peek() {
            Token::OpenBracket | Token::Filter => self.boxed(right_power),
            Token::Dot => {
                self.at += 1;
                self.member(right_power).map(Box::new)
            }
            _ => self.unexpected(),
        }
    }

    /// What may follow a dot.
    fn member(&mut self, right_power: u8) -> Parsed {
        match self.peek() {
            Token::Name(_) | Token::QuotedName(_) | Token::Star => self.expression(right_power),
            Token::OpenBracket => {
                self.at += 1;
                self.list()
            }
            Token::OpenBrace => {
                self.at += 1;
                self.hash()
            }
            _ => self.unexpected(),
        }
    }

    /// `0]` or `1:2]`, the bracket before it already read.
    fn index(&mut self, left: Node) -> Parsed {
        if *self.peek() != Token::Colon && *self.second() != Token::Colon {
            let Token::Number(index) = self.take() else {
                return self.unexpected();
            };
            self.expect(&Token::CloseBracket)?;
            return Ok(Node::At(Box::new(left), Box::new(Node::Index(index))));
        }
        let mut parts = [None; 3];
        let mut part = 0;
        loop {
            match *self.peek() {
                Token::CloseBracket => break,
                Token::Colon if part < 2 => part += 1,
                Token::Number(number) => parts[part] = Some(number),
                _ => return self.unexpected(),
            }
            self.at += 1;
        }
        self.at += 1;
        let slice = Node::Slice(parts[0], parts[1], parts[2]);
        let left = Node::At(Box::new(left), Box::new(slice));
        Ok(Node::Project(Box::new(left), self.projected(STAR)?))
    }

    fn list(&mut self) -> Parsed {
        let mut items = Vec::new();
        while *self.peek() != Token::CloseBracket {
            items.push(self.expression(0)?);
            if *self.peek() == Token::Comma {
                self.at += 1;
                if *self.peek() == Token::CloseBracket {
                    return self.unexpected();
                }
            }
        }
        self.at += 1;
        Ok(Node::List(items))
    }

    fn hash(&mut self) -> Parsed {
        let mut pairs = Vec::new();
        loop {
            let (Token::Name(name) | Token::QuotedName(name)) = self.take() else {
                self.at -= 1;
                return self.unexpected();
            };
            self.expect(&Token::Colon)?;
            pairs.push((name, self.expression(0)?));
            match self.peek() {
                Token::Comma => self.at += 1,
                Token::CloseBrace => {
                    self.at += 1;
                    return Ok(Node::Hash(pairs));
                }
                _ => {}
            }
        }
    }

    fn arguments(&mut self) -> Result<Vec<Node>, PathError> {
        let mut arguments = Vec::new();
        while *self.peek() != Token::CloseParen {
            arguments.push(self.expression(0)?);
            if *self.peek() == Token::Comma {
                self.at += 1;
            }
        }
        self.at += 1;
        Ok(arguments)
    }

    fn let_expression(&mut self) -> Parsed {
        let mut bindings = Vec::new();
        while !matches!(self.peek(), Token::Name(name) if &**name == "in") {
            match self.expression(0)? {
                binding @ Node::Binding(..) => bindings.push(binding),
                _ => return self.unexpected(),
            }
            if *self.peek() == Token::Comma {
                self.at += 1;
            }
        }
        self.at += 1;
        Ok(Node::Let(bindings, self.boxed(0)?))
    }
}

fn boxed_array(nodes: [Node; 3]) -> Box<[Node; 3]> {
    Box::new(nodes)
}
