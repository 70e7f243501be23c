//! What a message is made of.

use std::collections::BTreeSet;

use fluent_syntax::ast::{Expression, InlineExpression, Pattern, PatternElement, Variant};

/// The variable that chooses by the plural forms of a language. The others choose by the words of the English file.
pub const COUNT: &str = "count";

/// The variables of a message.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Variables<'s> {
    /// Those that are shown.
    pub shown: BTreeSet<&'s str>,
    /// Those that choose among wordings.
    pub choosing: BTreeSet<&'s str>,
    /// Of these, the number that a wording may show as well.
    pub count: Option<&'s str>,
    /// What is no text, no variable and no choice by one: terms, functions, other messages, literals.
    pub beyond: usize,
}

impl<'s> Variables<'s> {
    /// Those of a value or an attribute, with all of its variants.
    pub fn new(pattern: &Pattern<&'s str>) -> Self {
        let mut variables = Self::default();
        variables.collect(pattern);
        variables
    }

    fn collect(&mut self, pattern: &Pattern<&'s str>) {
        for element in &pattern.elements {
            let PatternElement::Placeable { expression } = element else { continue };
            match expression {
                Expression::Inline(InlineExpression::VariableReference { id }) => {
                    self.shown.insert(id.name);
                }
                Expression::Select { selector, variants } => {
                    match selector {
                        InlineExpression::VariableReference { id } => {
                            self.choosing.insert(id.name);
                            self.count = self.count.or(Some(id.name).filter(|it| *it == COUNT));
                        }
                        _ => self.beyond += 1,
                    }
                    variants.iter().for_each(|variant| self.collect(&variant.value));
                }
                Expression::Inline(_) => self.beyond += 1,
            }
        }
    }
}

/// The choices of a pattern: each with its variable and variants.
pub fn choices<'p, 's>(pattern: &'p Pattern<&'s str>) -> Vec<(&'s str, &'p [Variant<&'s str>])> {
    let mut choices = Vec::new();
    for element in &pattern.elements {
        let PatternElement::Placeable { expression: Expression::Select { selector, variants } } =
            element
        else {
            continue;
        };
        if let InlineExpression::VariableReference { id } = selector {
            choices.push((id.name, variants.as_slice()));
        }
        choices.extend(variants.iter().flat_map(|variant| self::choices(&variant.value)));
    }
    choices
}
