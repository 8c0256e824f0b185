//! The template as a tree, with the white space that handlebars.js leaves.
//!
//! The `handlebars` crate has parsed the rewritten template; here its elements get their
//! meaning back from the tables of `dialect`. Then `~` and tags that stand alone on a line eat
//! white space by handlebars.js's rules: the crate's own differ (line breaks of Windows, tags
//! beside each other, the beginning and end of a block).

use handlebars::template::TemplateElement as Element;
use handlebars::template::{DecoratorTemplate, HelperTemplate, Parameter, Template};
use wasmock_javascript::number::is_space;

use super::CompileError;
use super::dialect::{Core, Strip, Tag};

/// One piece of a template.
#[derive(Debug)]
pub(crate) enum Node<'c> {
    Content(Content<'c>),
    Comment(&'c Tag),
    Mustache(Call<'c>),
    Block(Block<'c>),
    /// `{{#*inline "name"}}`
    Decorator(Block<'c>),
    /// `{{*name}}`, which does nothing without a block.
    LoneDecorator(Call<'c>),
    Partial {
        call: Call<'c>,
        indent: &'c str,
    },
    PartialBlock(Block<'c>),
}

/// A text; white space is cut off its ends.
#[derive(Debug)]
pub(crate) struct Content<'c> {
    original: &'c str,
    pub(crate) text: &'c str,
    left_stripped: bool,
    right_stripped: bool,
}

/// A name with arguments.
#[derive(Debug)]
pub(crate) struct Call<'c> {
    pub(crate) tag: &'c Tag,
    pub(crate) params: Vec<Argument<'c>>,
    /// In the order of writing.
    pub(crate) hash: Vec<(usize, Argument<'c>)>,
}

/// An argument.
#[derive(Debug)]
pub(crate) enum Argument<'c> {
    /// The number of an atom.
    Atom(usize),
    Call(Call<'c>),
}

/// A block with its parts.
#[derive(Debug)]
pub(crate) struct Block<'c> {
    pub(crate) call: Call<'c>,
    pub(crate) program: Option<Vec<Node<'c>>>,
    pub(crate) inverse: Option<Vec<Node<'c>>>,
    close_strip: Strip,
}

/// Parses the rewritten template and settles its white space.
pub(crate) fn parse<'c>(core: &'c Core<'c>, source: &str) -> Result<Vec<Node<'c>>, CompileError> {
    let template = Template::compile(&core.text).map_err(|error| {
        // The core is checked before; this is for what nobody thought of.
        CompileError::new(
            format!("Parse error on line 1:\n{}", error.reason()),
            source,
            0,
        )
    })?;
    let mut nodes = Reader { core, source }.nodes(&template)?;
    settle(&mut nodes, true);
    Ok(nodes)
}

struct Reader<'c, 's> {
    core: &'c Core<'c>,
    source: &'s str,
}

impl<'c> Reader<'c, '_> {
    fn nodes(&self, template: &Template) -> Result<Vec<Node<'c>>, CompileError> {
        let mut nodes = Vec::with_capacity(template.elements.len());
        for element in &template.elements {
            match element {
                Element::RawString(numbers) => {
                    for number in numbers.split_terminator(';') {
                        let content = number
                            .parse()
                            .ok()
                            .and_then(|n: usize| self.core.contents.get(n));
                        let original: &str = content.ok_or_else(|| self.lost())?;
                        nodes.push(Node::Content(Content {
                            original,
                            text: original,
                            left_stripped: false,
                            right_stripped: false,
                        }));
                    }
                }
                Element::Comment(number) => {
                    let tag = number
                        .parse()
                        .ok()
                        .and_then(|n: usize| self.core.tags.get(n));
                    nodes.push(Node::Comment(tag.ok_or_else(|| self.lost())?));
                }
                Element::Expression(helper) | Element::HtmlExpression(helper) => {
                    nodes.push(Node::Mustache(self.call(helper)?));
                }
                Element::HelperBlock(helper) => nodes.push(Node::Block(self.block(helper)?)),
                Element::DecoratorExpression(decorator) => {
                    nodes.push(Node::LoneDecorator(self.decorator_call(decorator)?));
                }
                Element::DecoratorBlock(decorator) => {
                    nodes.push(Node::Decorator(self.decorator_block(decorator)?));
                }
                Element::PartialExpression(decorator) => {
                    let call = self.decorator_call(decorator)?;
                    nodes.push(Node::Partial { call, indent: "" });
                }
                Element::PartialBlock(decorator) => {
                    nodes.push(Node::PartialBlock(self.decorator_block(decorator)?));
                }
                _ => return Err(self.lost()),
            }
        }
        Ok(nodes)
    }

    fn block(&self, helper: &HelperTemplate) -> Result<Block<'c>, CompileError> {
        let call = self.call(helper)?;
        let close_strip = call.tag.close_strip;
        let inverted = call.tag.inverted;
        let mut program = self.optional(helper.template.as_ref())?;
        let mut inverse = self.optional(helper.inverse.as_ref())?;
        if program.is_none() {
            program = Some(Vec::new());
        }
        if inverted {
            std::mem::swap(&mut program, &mut inverse);
        }
        Ok(Block {
            call,
            program,
            inverse,
            close_strip,
        })
    }

    fn optional(&self, template: Option<&Template>) -> Result<Option<Vec<Node<'c>>>, CompileError> {
        template.map(|template| self.nodes(template)).transpose()
    }

    fn decorator_block(&self, decorator: &DecoratorTemplate) -> Result<Block<'c>, CompileError> {
        let call = self.decorator_call(decorator)?;
        let close_strip = call.tag.close_strip;
        let program = self
            .optional(decorator.template.as_ref())?
            .unwrap_or_default();
        Ok(Block {
            call,
            program: Some(program),
            inverse: None,
            close_strip,
        })
    }

    fn call(&self, helper: &HelperTemplate) -> Result<Call<'c>, CompileError> {
        self.call_of(&helper.name, &helper.params, &helper.hash)
    }

    fn decorator_call(&self, decorator: &DecoratorTemplate) -> Result<Call<'c>, CompileError> {
        self.call_of(&decorator.name, &decorator.params, &decorator.hash)
    }

    fn call_of(
        &self,
        name: &Parameter,
        params: &[Parameter],
        hash: &std::collections::HashMap<String, Parameter>,
    ) -> Result<Call<'c>, CompileError> {
        let tag = name.as_name().and_then(|name| numbered(name, 't'));
        let tag = tag
            .and_then(|n| self.core.tags.get(n))
            .ok_or_else(|| self.lost())?;
        let params = params
            .iter()
            .map(|p| self.argument(p))
            .collect::<Result<_, _>>()?;
        let mut named = Vec::with_capacity(hash.len());
        for (key, value) in hash {
            let key = numbered(key, 'h').ok_or_else(|| self.lost())?;
            named.push((key, self.argument(value)?));
        }
        named.sort_unstable_by_key(|(key, _)| *key);
        Ok(Call {
            tag,
            params,
            hash: named,
        })
    }

    fn argument(&self, parameter: &Parameter) -> Result<Argument<'c>, CompileError> {
        if let Parameter::Subexpression(inner) = parameter {
            let Element::Expression(helper) = inner.as_element() else {
                return Err(self.lost());
            };
            return Ok(Argument::Call(self.call(helper)?));
        }
        let number = parameter.as_name().and_then(|name| numbered(name, 'a'));
        number.map(Argument::Atom).ok_or_else(|| self.lost())
    }

    fn lost(&self) -> CompileError {
        CompileError::new(
            "Parse error on line 1:\nThe template was read inconsistently",
            self.source,
            0,
        )
    }
}

fn numbered(name: &str, letter: char) -> Option<usize> {
    name.strip_prefix(letter)?.parse().ok()
}

/// What a node asks of the white space around it.
#[derive(Default)]
struct Wishes {
    strip: Strip,
    open_standalone: bool,
    close_standalone: bool,
    inline_standalone: bool,
}

fn settle(body: &mut [Node<'_>], root: bool) {
    for i in 0..body.len() {
        let Some(wishes) = settle_node(&mut body[i]) else {
            continue;
        };
        let before = ends_line(body, i, root);
        let after = begins_line(body, i + 1, root);
        if wishes.strip.close {
            trim_right_of(body, Some(i), true);
        }
        if wishes.strip.open {
            trim_left_of(body, i, true);
        }
        if wishes.inline_standalone && before && after {
            trim_right_of(body, Some(i), false);
            let indent = match i.checked_sub(1).map(|at| &body[at]) {
                Some(Node::Content(content)) => {
                    let text = content.original;
                    &text[text.trim_end_matches([' ', '\t']).len()..]
                }
                _ => "",
            };
            if trim_left_of(body, i, false)
                && let Node::Partial { indent: slot, .. } = &mut body[i]
            {
                *slot = indent;
            }
        }
        if wishes.open_standalone && before {
            if let Some(first) = first_part(&mut body[i]) {
                trim_right_of(first, None, false);
            }
            trim_left_of(body, i, false);
        }
        if wishes.close_standalone && after {
            trim_right_of(body, Some(i), false);
            if let Some(last) = last_part(&mut body[i]) {
                trim_end(last, false);
            }
        }
    }
}

fn settle_node(node: &mut Node<'_>) -> Option<Wishes> {
    match node {
        Node::Content(_) => None,
        Node::Mustache(call) | Node::LoneDecorator(call) => Some(Wishes {
            strip: call.tag.strip,
            ..Wishes::default()
        }),
        Node::Comment(tag) => Some(Wishes {
            strip: tag.strip,
            inline_standalone: true,
            ..Wishes::default()
        }),
        Node::Partial { call, .. } => Some(Wishes {
            strip: call.tag.strip,
            inline_standalone: true,
            ..Wishes::default()
        }),
        Node::Block(block) | Node::Decorator(block) | Node::PartialBlock(block) => {
            Some(settle_block(block))
        }
    }
}

fn settle_block(block: &mut Block<'_>) -> Wishes {
    let tag = block.call.tag;
    let own_close = block.close_strip;
    // The first `{{else name}}` closes with its parent's end tag, the later ones with themselves.
    if let Some(chain) = chained(&mut block.inverse) {
        chain.close_strip = if tag.chained {
            chain.call.tag.strip
        } else {
            own_close
        };
    }
    if let Some(program) = &mut block.program {
        settle(program, false);
    }
    if let Some(inverse) = &mut block.inverse {
        settle(inverse, false);
    }
    let inverse_strip = match chained(&mut block.inverse) {
        Some(chain) => chain.call.tag.strip,
        None => tag.inverse_strip,
    };
    let both = block.program.is_some() && block.inverse.is_some();
    let Some(program) = block.program.as_mut().or(block.inverse.as_mut()) else {
        return Wishes::default();
    };
    let mut wishes = Wishes {
        strip: Strip {
            open: tag.strip.open,
            close: own_close.close,
        },
        open_standalone: begins_line(program, 0, false),
        ..Wishes::default()
    };
    if tag.strip.close {
        trim_right_of(program, None, true);
    }
    if !both {
        wishes.close_standalone = ends_line(program, program.len(), false);
        if own_close.open {
            trim_end(program, true);
        }
        return wishes;
    }
    let before_else = ends_line(program, program.len(), false);
    if inverse_strip.open {
        trim_end(program, true);
    }
    let Some(inverse) = &mut block.inverse else {
        return wishes;
    };
    let mut after_else = false;
    if let Some(first) = first_inverse(inverse) {
        wishes.close_standalone = ends_line(first, first.len(), false);
        if inverse_strip.close {
            trim_right_of(first, None, true);
        }
    }
    if own_close.open
        && let Some(last) = last_inverse(inverse)
    {
        trim_end(last, true);
    }
    if let Some(first) = first_inverse(inverse) {
        after_else = begins_line(first, 0, false);
    }
    if before_else && after_else {
        if let Some(program) = &mut block.program {
            trim_end(program, false);
        }
        if let Some(first) = block
            .inverse
            .as_mut()
            .and_then(|inverse| first_inverse(inverse))
        {
            trim_right_of(first, None, false);
        }
    }
    wishes
}

/// The block that an else part consists of, when it is `{{else name}}`.
fn chained<'a, 'c>(inverse: &'a mut Option<Vec<Node<'c>>>) -> Option<&'a mut Block<'c>> {
    match inverse.as_deref_mut() {
        Some([Node::Block(block)]) if block.call.tag.chained => Some(block),
        _ => None,
    }
}

fn is_chained(body: &[Node<'_>]) -> bool {
    matches!(body, [Node::Block(block)] if block.call.tag.chained)
}

fn first_inverse<'a, 'c>(inverse: &'a mut Vec<Node<'c>>) -> Option<&'a mut Vec<Node<'c>>> {
    if !is_chained(inverse) {
        return Some(inverse);
    }
    match inverse.first_mut() {
        Some(Node::Block(block)) => block.program.as_mut(),
        _ => None,
    }
}

/// Follows the programs, not the else parts, of a chain: so does handlebars.js.
fn last_inverse<'a, 'c>(inverse: &'a mut Vec<Node<'c>>) -> Option<&'a mut Vec<Node<'c>>> {
    first_inverse(inverse)
}

fn first_part<'a, 'c>(node: &'a mut Node<'c>) -> Option<&'a mut Vec<Node<'c>>> {
    match node {
        Node::Block(block) | Node::Decorator(block) | Node::PartialBlock(block) => {
            block.program.as_mut().or(block.inverse.as_mut())
        }
        _ => None,
    }
}

fn last_part<'a, 'c>(node: &'a mut Node<'c>) -> Option<&'a mut Vec<Node<'c>>> {
    match node {
        Node::Block(block) | Node::Decorator(block) | Node::PartialBlock(block) => {
            block.inverse.as_mut().or(block.program.as_mut())
        }
        _ => None,
    }
}

/// Whether what stands before position `i` ends with a line break and white space.
fn ends_line(body: &[Node<'_>], i: usize, root: bool) -> bool {
    let Some(before) = i.checked_sub(1).and_then(|at| body.get(at)) else {
        return root;
    };
    let Node::Content(content) = before else {
        return false;
    };
    let text = content.original;
    let rest = text.trim_end_matches(is_space);
    text[rest.len()..].contains('\n') || (i == 1 && root && rest.is_empty())
}

/// Whether what stands from position `i` on begins with white space and a line break.
fn begins_line(body: &[Node<'_>], i: usize, root: bool) -> bool {
    let Some(after) = body.get(i) else {
        return root;
    };
    let Node::Content(content) = after else {
        return false;
    };
    let text = content.original;
    let rest = text.trim_start_matches(is_space);
    let spaces = &text[..text.len() - rest.len()];
    spaces.contains('\n') || (i + 1 == body.len() && root && rest.is_empty())
}

/// Cuts white space off the beginning of the content after `at` (of the first, without `at`).
fn trim_right_of(body: &mut [Node<'_>], at: Option<usize>, all: bool) {
    let Some(Node::Content(content)) = body.get_mut(at.map_or(0, |at| at + 1)) else {
        return;
    };
    if !all && content.right_stripped {
        return;
    }
    let text = content.text;
    content.text = if all {
        text.trim_start_matches(is_space)
    } else {
        let rest = text.trim_start_matches([' ', '\t']);
        let rest = rest.strip_prefix('\r').unwrap_or(rest);
        rest.strip_prefix('\n').unwrap_or(rest)
    };
    content.right_stripped = content.text.len() != text.len();
}

/// [`trim_left_of`] for the last content.
fn trim_end(body: &mut [Node<'_>], all: bool) -> bool {
    let length = body.len();
    trim_left_of(body, length, all)
}

/// Cuts white space off the end of the content before position `at`.
fn trim_left_of(body: &mut [Node<'_>], at: usize, all: bool) -> bool {
    let Some(Node::Content(content)) = at.checked_sub(1).and_then(|at| body.get_mut(at)) else {
        return false;
    };
    if !all && content.left_stripped {
        return false;
    }
    let text = content.text;
    content.text = match all {
        true => text.trim_end_matches(is_space),
        false => text.trim_end_matches([' ', '\t']),
    };
    content.left_stripped = content.text.len() != text.len();
    content.left_stripped
}
