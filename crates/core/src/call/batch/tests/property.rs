//! Any keys, any answers, any order.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

/// What a reply says of a key.
#[derive(Debug, Clone, Copy)]
enum Says {
    Value(u32),
    Failure(Reason),
    Nothing,
}

fn says() -> impl Strategy<Value = Says> {
    prop_oneof![
        any::<u32>().prop_map(Says::Value),
        prop::sample::select(Reason::ALL).prop_map(Says::Failure),
        Just(Says::Nothing),
    ]
}

proptest! {
    #[test]
    fn everybody_gets_what_the_reply_says_of_its_key_and_no_call_is_wasted(
        said in prop::collection::btree_map(0_u32..400, says(), 0..300),
        asked in prop::collection::vec(0_u32..400, 0..350),
        backwards: bool,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
        let (service, context, said) = (Service::default(), context(), Arc::new(said));
        let answers = runtime.expect("a runtime").block_on(all(asked.iter().map(|key| {
            let said = Arc::clone(&said);
            service.asked(&context, OPERATION, *key, move |keys| reply(&said, &keys, backwards))
        })));
        for (key, answer) in asked.iter().zip(answers) {
            let wanted = match said.get(key) {
                Some(Says::Value(value)) => Ok(*value),
                Some(Says::Failure(reason)) => Err(*reason),
                Some(Says::Nothing) | None => Err(Reason::NotFound),
            };
            prop_assert_eq!(answer.map_err(|error| error.reason()), wanted, "key {}", key);
        }
        let distinct = asked.iter().collect::<std::collections::BTreeSet<_>>();
        let calls = service.calls();
        prop_assert_eq!(calls.len(), distinct.len().div_ceil(BATCH));
        prop_assert!(calls.iter().all(|keys| keys.len() <= BATCH && keys.is_sorted()));
        let sent: Vec<_> = calls.iter().flatten().collect();
        prop_assert_eq!(sent.len(), distinct.len(), "each key once");
    }
}

/// All that the service knows of these keys, and of some others too.
fn reply(said: &BTreeMap<u32, Says>, keys: &[u32], backwards: bool) -> Call<Keyed<u32, u32>> {
    let known = said.iter().filter(|(key, _)| keys.contains(key) || *key % 7 == 0);
    let mut reply: Vec<_> = known
        .filter_map(|(key, says)| match says {
            // Of a key that it was not asked for, it says something else.
            Says::Value(value) if keys.contains(key) => Some((*key, Ok(*value))),
            Says::Value(value) => Some((*key, Ok(value.wrapping_add(1)))),
            Says::Failure(reason) => Some((*key, failure(*reason))),
            Says::Nothing => None,
        })
        .collect();
    if backwards {
        reply.reverse();
    }
    Call::ready(Ok(reply))
}
