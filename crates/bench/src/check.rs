//! Whether a gateway's replies are the right ones.

use anyhow::{Context, Result, bail, ensure};
use bff_bench::reply::Reply;
use memchr::memmem;
use serde_json::Value;

/// What a gateway must answer.
#[derive(Clone, Copy)]
pub(crate) enum Answer {
    /// These sections are what the services sent, and every reply has the same bytes.
    Exact(&'static [(&'static str, &'static str)]),
    /// These sections are there and none of them is null; the rest may vary from reply to reply.
    Sections(&'static [&'static str]),
}

/// How many calls reach our services.
#[derive(Clone, Copy)]
pub(crate) enum Calls {
    /// Exactly so many for each reply. Fewer mean that something kept answered, or one call for several who asked the same;
    /// more, that calls were sent again: either way the figures are none of the same work.
    PerReply(u32),
    /// It calls other services.
    Uncounted,
}

impl Calls {
    pub(crate) fn verify(self, calls: u64, replies: u64) -> Result<()> {
        if let Self::PerReply(each) = self {
            let expected = replies * u64::from(each);
            ensure!(
                calls == expected,
                "{calls} calls reached the services for {replies} replies instead of {expected}, {each} for each"
            );
        }
        Ok(())
    }
}

/// Checks the replies of one connection: the first one in full, the others against the first.
pub(crate) struct Check {
    answer: Answer,
    first: Option<First>,
}

enum First {
    Body(Vec<u8>),
    /// The beginning of each section, such as `"orders":[`: a section that becomes null no longer matches.
    Sections(Vec<Vec<u8>>),
}

impl Check {
    pub(crate) fn new(answer: Answer) -> Self {
        Self { answer, first: None }
    }

    pub(crate) fn verify(&mut self, reply: &Reply<'_>) -> Result<()> {
        let body = &*reply.body;
        let shown = || String::from_utf8_lossy(&body[..body.len().min(400)]).into_owned();
        ensure!(reply.status == 200, "status {} instead of 200: {}", reply.status, shown());
        match &self.first {
            None => self.first = Some(self.read_in_full(body).with_context(shown)?),
            Some(First::Body(first)) => {
                ensure!(body == first, "a reply that differs from the first: {}", shown());
            }
            Some(First::Sections(sections)) => {
                let whole = sections.iter().all(|section| memmem::find(body, section).is_some());
                ensure!(whole, "a section is missing: {}", shown());
            }
        }
        Ok(())
    }

    fn read_in_full(&self, body: &[u8]) -> Result<First> {
        let screen: Value = serde_json::from_slice(body).context("a reply that is no JSON")?;
        match self.answer {
            Answer::Exact(sections) => {
                for (section, sent) in sections {
                    let sent: Value = serde_json::from_str(sent)?;
                    ensure!(screen[section] == sent, "{section} is not what the service sent");
                }
                Ok(First::Body(body.to_vec()))
            }
            Answer::Sections(names) => {
                let begins = names.iter().map(|name| {
                    let opening = match &screen[name] {
                        Value::Object(_) => '{',
                        Value::Array(_) => '[',
                        _ => bail!("the section {name} is neither an object nor an array"),
                    };
                    Ok(format!("\"{name}\":{opening}").into_bytes())
                });
                Ok(First::Sections(begins.collect::<Result<_>>()?))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;

    #[test]
    fn one_call_too_few_or_too_many_is_noticed() {
        Calls::PerReply(3).verify(300, 100).expect("three for each");
        Calls::PerReply(3).verify(299, 100).expect_err("one was shared");
        Calls::PerReply(3).verify(301, 100).expect_err("one was sent again");
        Calls::PerReply(0).verify(1, 100).expect_err("one was not kept");
        Calls::Uncounted.verify(0, 100).expect("other services");
    }

    #[test]
    fn a_section_that_becomes_null_is_noticed() {
        let reply = |body: &'static [u8]| Reply { status: 200, body: Cow::Borrowed(body) };
        let mut check = Check::new(Answer::Sections(&["orders"]));
        check.verify(&reply(br#"{"orders":[1],"age":1}"#)).expect("a first reply");
        check.verify(&reply(br#"{"orders":[2],"age":22}"#)).expect("one that varies");
        check.verify(&reply(br#"{"orders":null,"age":3}"#)).expect_err("a degraded one");
    }
}
