//! The merged values of all sources, each of which knows its key and where it was set.
//!
//! Not a general TOML document: it exists so that an error about a value can name the line or the variable that
//! set it, which is lost once values are in a [`toml::Table`].

use std::collections::BTreeMap;

use serde_path_to_error::{Path, Segment};
use toml::{
    Value,
    de::{DeTable, DeValue},
};

use super::error::{Found, Origin};

/// A value, or a table of them.
#[derive(Clone)]
pub(crate) struct Node {
    /// The dotted key as the operator would write it. An element of a list keeps its number when one before it
    /// is removed.
    pub(crate) key: String,
    pub(crate) origin: Origin,
    kind: Kind,
    /// What an environment variable or an override said, as long as it is read as something else than text.
    text: Option<String>,
}

#[derive(Clone)]
enum Kind {
    Table(BTreeMap<String, Node>),
    List(Vec<Node>),
    Scalar(Value),
}

/// What was done about a value that its field refused.
pub(super) enum Amended {
    /// A variable's value is text now, since its field did not want what it looks like.
    ReadAsText,
    /// It is gone, so that what else is wrong shows.
    Removed(Node),
}

impl Node {
    /// The root of a parsed file. `origin_at` tells the origin of what starts at a byte of it.
    pub(super) fn root(table: DeTable<'_>, origin_at: &dyn Fn(usize) -> Origin) -> Self {
        Self::from_toml("", Origin::file(), DeValue::Table(table), origin_at)
    }

    fn table(key: &str, origin: Origin) -> Self {
        Self { key: key.to_owned(), origin, kind: Kind::Table(BTreeMap::new()), text: None }
    }

    fn from_toml(key: &str, origin: Origin, value: DeValue<'_>, origin_at: &dyn Fn(usize) -> Origin) -> Self {
        let kind = match value {
            DeValue::Table(table) => {
                let nodes = table.into_iter().map(|(name, value)| {
                    let origin = origin_at(name.span().start);
                    let name = name.into_inner().into_owned();
                    let node = Self::from_toml(&join(key, &name), origin, value.into_inner(), origin_at);
                    (name, node)
                });
                Kind::Table(nodes.collect())
            }
            DeValue::Array(values) => {
                let nodes = values.into_iter().enumerate().map(|(index, value)| {
                    let origin = origin_at(value.span().start);
                    Self::from_toml(&format!("{key}[{index}]"), origin, value.into_inner(), origin_at)
                });
                Kind::List(nodes.collect())
            }
            DeValue::String(text) => Kind::Scalar(Value::String(text.into_owned())),
            DeValue::Integer(integer) => match i64::from_str_radix(integer.as_str(), integer.radix()) {
                Ok(integer) => Kind::Scalar(Value::Integer(integer)),
                // Beyond 64 bits: as a float it fits no field, and the error shows its size.
                Err(_) => Kind::Scalar(Value::Float(integer.as_str().parse().unwrap_or(f64::INFINITY))),
            },
            DeValue::Float(float) => Kind::Scalar(Value::Float(float.as_str().parse().unwrap_or(f64::NAN))),
            DeValue::Boolean(boolean) => Kind::Scalar(Value::Boolean(boolean)),
            DeValue::Datetime(datetime) => Kind::Scalar(Value::Datetime(datetime)),
        };
        Self { key: key.to_owned(), origin, kind, text: None }
    }

    /// Reads the text of a variable: as a number, a boolean, a list or a table if it is one, else as itself.
    fn from_text(key: &str, origin: Origin, text: &str) -> Self {
        let read = DeValue::parse(text).ok().map(toml::Spanned::into_inner);
        match read.filter(|value| !value.is_str() && !value.is_datetime()) {
            Some(value) => {
                let mut node = Self::from_toml(key, origin.clone(), value, &|_| origin.clone());
                node.text = Some(text.to_owned());
                node
            }
            None => {
                Self { key: key.to_owned(), origin, kind: Kind::Scalar(text.to_owned().into()), text: None }
            }
        }
    }

    /// Sets the value at a path to a text, over what is there. Tables join, anything else is replaced.
    ///
    /// # Errors
    ///
    /// The key of a value on the way that is no table.
    pub(super) fn set(&mut self, path: &[String], origin: &Origin, text: &str) -> Result<(), String> {
        let Kind::Table(nodes) = &mut self.kind else { return Err(self.key.clone()) };
        let Some((name, rest)) = path.split_first() else { return Ok(()) };
        // A variable's name has neither small letters nor dashes: it means the key that is there already.
        let same = |other: &&String| other.replace('-', "_").eq_ignore_ascii_case(name);
        let name =
            if nodes.contains_key(name) { name } else { nodes.keys().find(same).unwrap_or(name) }.clone();
        let key = join(&self.key, &name);
        if !rest.is_empty() {
            let node = nodes.entry(name).or_insert_with(|| Self::table(&key, origin.clone()));
            return node.set(rest, origin, text);
        }
        let set = Self::from_text(&key, origin.clone(), text);
        match nodes.get_mut(&name) {
            Some(node) => node.merge(set),
            None => {
                nodes.insert(name, set);
            }
        }
        Ok(())
    }

    fn merge(&mut self, other: Self) {
        match (&mut self.kind, other) {
            (Kind::Table(nodes), Self { kind: Kind::Table(others), .. }) => {
                for (name, other) in others {
                    match nodes.get_mut(&name) {
                        Some(node) => node.merge(other),
                        None => {
                            nodes.insert(name, other);
                        }
                    }
                }
            }
            (_, other) => *self = other,
        }
    }

    /// The same values for serde.
    pub(super) fn to_value(&self) -> Value {
        match &self.kind {
            Kind::Table(nodes) => {
                Value::Table(nodes.iter().map(|(name, node)| (name.clone(), node.to_value())).collect())
            }
            Kind::List(nodes) => Value::Array(nodes.iter().map(Self::to_value).collect()),
            Kind::Scalar(value) => value.clone(),
        }
    }

    /// Amends the value that serde stumbled over, or the nearest around it. None if there is no such value.
    pub(super) fn amend(&mut self, path: &[&Segment]) -> Option<Amended> {
        let (first, rest) = path.split_first()?;
        let child = self.child(first)?;
        if let Some(amended) = child.amend(rest) {
            return Some(amended);
        }
        if let Some(text) = child.text.take() {
            child.kind = Kind::Scalar(Value::String(text));
            return Some(Amended::ReadAsText);
        }
        let removed = match (&mut self.kind, first) {
            (Kind::Table(nodes), Segment::Map { key }) => nodes.remove(key)?,
            (Kind::List(nodes), Segment::Seq { index }) => nodes.remove(*index),
            _ => return None,
        };
        Some(Amended::Removed(removed))
    }

    fn child(&mut self, segment: &Segment) -> Option<&mut Self> {
        match (&mut self.kind, segment) {
            (Kind::Table(nodes), Segment::Map { key }) => nodes.get_mut(key),
            (Kind::List(nodes), Segment::Seq { index }) => nodes.get_mut(*index),
            _ => None,
        }
    }

    /// The value at a path, or else the nearest table around it.
    pub(crate) fn nearest(&self, path: &[&str]) -> Result<&Self, &Self> {
        let mut node = self;
        for name in path {
            match &node.kind {
                Kind::Table(nodes) => node = nodes.get(*name).ok_or(node)?,
                _ => return Err(node),
            }
        }
        Ok(node)
    }

    /// The value that serde stumbled over on this path from here, or the nearest around it.
    pub(super) fn at(&self, path: &Path) -> &Self {
        path.iter()
            .try_fold(self, |node, segment| node.below(segment).ok_or(node))
            .unwrap_or_else(|node| node)
    }

    fn below(&self, segment: &Segment) -> Option<&Self> {
        match (&self.kind, segment) {
            (Kind::Table(nodes), Segment::Map { key }) => nodes.get(key),
            (Kind::List(nodes), Segment::Seq { index }) => nodes.get(*index),
            _ => None,
        }
    }

    /// The text itself, or the first of this list that is the same.
    pub(crate) fn that_says(&self, text: &str) -> Option<&Self> {
        match &self.kind {
            Kind::List(nodes) => nodes.iter().find_map(|node| node.that_says(text)),
            Kind::Scalar(value) if value.as_str() == Some(text) => Some(self),
            Kind::Table(_) | Kind::Scalar(_) => None,
        }
    }

    /// The value as an error shows it: never what is inside a table or a list, which may hold secrets.
    pub(crate) fn found(&self) -> Found {
        match &self.kind {
            Kind::Table(_) => Found::Fact("a table"),
            Kind::List(_) => Found::Fact("a list"),
            Kind::Scalar(Value::String(text)) if text.contains("-----BEGIN") => Found::Fact("a PEM text"),
            Kind::Scalar(Value::String(text)) => Found::Written(quote(text)),
            Kind::Scalar(value) => Found::Written(value.to_string()),
        }
    }

    /// The value's kind alone, for a value that stands where a table should: it may be a secret out of place.
    pub(crate) fn found_kind(&self) -> Found {
        match &self.kind {
            Kind::Table(_) => Found::Fact("a table"),
            Kind::List(_) => Found::Fact("a list"),
            Kind::Scalar(Value::String(_)) => Found::Fact("a text"),
            Kind::Scalar(_) => Found::Fact("a single value"),
        }
    }
}

/// A key one level down, quoted where TOML needs it: `services."a.b"`.
pub(crate) fn join(key: &str, name: &str) -> String {
    let bare = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    let name = if bare { name.to_owned() } else { format!("{name:?}") };
    if key.is_empty() { name } else { format!("{key}.{name}") }
}

/// A text in quotes, on one line, cut at 60 characters.
pub(crate) fn quote(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{:?}…", &text[..end]),
        None => format!("{text:?}"),
    }
}
