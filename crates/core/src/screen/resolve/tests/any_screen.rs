//! Any screen of values, sections and nested screens is the JSON that its shape says, whatever arrives when.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::*;
use crate::call::{Answered, StandIn};

/// Names that identifiers and `rename` can make. A screen uses as many as it has fields.
const NAMES: [&str; 6] = ["orders", "größe", "$ref", "in-flight", "名前", "_links"];

#[derive(Debug, Clone)]
enum Field {
    Value(Value),
    Required { takes: u64, answer: Said },
    Optional { takes: u64, answer: Result<Said, Reason> },
    Fallback { takes: u64, answer: Result<Said, Reason>, default: Value },
    Nested(Fields),
}

/// An answer, and what it is where it stands in for the service's own, and why.
#[derive(Debug, Clone)]
struct Said(Value, Option<(Reason, Origin)>);

#[derive(Debug, Clone)]
struct Fields(Vec<Field>);

impl Screen for Fields {
    fn into_parts(self, parts: &mut Parts) {
        for (name, field) in NAMES.into_iter().zip(self.0) {
            match field {
                Field::Value(value) => parts.value(name, &value),
                Field::Required { takes, answer } => parts.section(name, call(takes, Ok(answer)).required()),
                Field::Optional { takes, answer } => parts.section(name, call(takes, answer).optional()),
                Field::Fallback { takes, answer, default } => {
                    parts.section(name, call(takes, answer).or(default));
                }
                Field::Nested(fields) => parts.nested(name, fields),
            }
        }
    }
}

fn call(takes: u64, answer: Result<Said, Reason>) -> Call<Value> {
    let error = |reason| CallError::new(reason, "as the test says");
    Call::new(async move {
        sleep(ms(takes)).await;
        let Said(value, stand_in) = answer.map_err(error)?;
        Ok(Answered::of(value, stand_in.map(|(reason, origin)| StandIn { error: error(reason), origin })))
    })
}

/// The same screen as a plain tree, with what is degraded in it.
fn expected(fields: &Fields, path: &str, degraded: &mut Vec<Value>) -> Map<String, Value> {
    let mut object = Map::new();
    for (name, field) in NAMES.into_iter().zip(&fields.0) {
        let section = format!("{path}{name}");
        let mut stand_in = |reason: Reason, fallback: Option<Origin>| {
            let mut entry = json!({ "section": section, "reason": reason.as_str() });
            match fallback {
                None => {}
                Some(Origin::Default) => entry["fallback"] = "default".into(),
                Some(Origin::Config) => entry["fallback"] = "config".into(),
                Some(Origin::Stale { age }) => {
                    entry["fallback"] = "stale".into();
                    entry["age"] = age.as_secs().into();
                }
            }
            degraded.push(entry);
        };
        let value = match field {
            Field::Value(value) => value.clone(),
            Field::Required { answer: said, .. }
            | Field::Optional { answer: Ok(said), .. }
            | Field::Fallback { answer: Ok(said), .. } => {
                let Said(value, stood_in) = said;
                if let Some((reason, origin)) = stood_in {
                    stand_in(*reason, Some(*origin));
                }
                value.clone()
            }
            Field::Optional { answer: Err(reason), .. } => {
                stand_in(*reason, None);
                Value::Null
            }
            Field::Fallback { answer: Err(reason), default, .. } => {
                stand_in(*reason, Some(Origin::Default));
                default.clone()
            }
            Field::Nested(fields) => Value::Object(expected(fields, &format!("{section}."), degraded)),
        };
        object.insert(name.to_owned(), value);
    }
    object
}

fn json_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        Just(json!({})),
        Just(json!([])),
        any::<i64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        prop::collection::hash_map(any::<String>(), any::<bool>(), 0..3).prop_map(|map| json!(map)),
    ]
}

fn said() -> impl Strategy<Value = Said> {
    let origin = prop_oneof![Just(Origin::Config), any::<Duration>().prop_map(|age| Origin::Stale { age }),];
    (json_value(), prop::option::of((prop::sample::select(Reason::ALL), origin)))
        .prop_map(|(value, stand_in)| Said(value, stand_in))
}

fn answer() -> impl Strategy<Value = Result<Said, Reason>> {
    prop_oneof![said().prop_map(Ok), prop::sample::select(Reason::ALL).prop_map(Err)]
}

fn fields() -> impl Strategy<Value = Fields> {
    let takes = || 0_u64..30;
    let leaf = prop_oneof![
        json_value().prop_map(Field::Value),
        (takes(), said()).prop_map(|(takes, answer)| Field::Required { takes, answer }),
        (takes(), answer()).prop_map(|(takes, answer)| Field::Optional { takes, answer }),
        (takes(), answer(), json_value()).prop_map(|(takes, answer, default)| Field::Fallback {
            takes,
            answer,
            default
        }),
    ];
    let field = leaf.prop_recursive(3, 24, 4, |field| {
        prop::collection::vec(field, 0..4).prop_map(|fields| Field::Nested(Fields(fields)))
    });
    prop::collection::vec(field, 0..=NAMES.len()).prop_map(Fields)
}

proptest! {
    #[test]
    fn is_the_json_that_its_shape_says(fields in fields()) {
        let mut degraded = Vec::new();
        let mut payload = expected(&fields, "", &mut degraded);
        let is_degraded = !degraded.is_empty();
        if is_degraded {
            payload.insert("_meta".to_owned(), json!({ "degraded": degraded }));
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
        let resolved = runtime.expect("a runtime").block_on(async {
            let mut parts = Parts::default();
            fields.into_parts(&mut parts);
            resolve(parts, &context()).await.expect("no required section fails")
        });
        let json: Value = serde_json::from_slice(&resolved.json).expect("a payload is JSON");
        prop_assert_eq!(json, Value::Object(payload));
        prop_assert_eq!(resolved.degraded, is_degraded);
    }
}
