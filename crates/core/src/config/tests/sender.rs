//! `[sender]` and `services.<name>.sender`.

use rcgen::KeyPair;

use super::{Folder, SECRET, Sources, errors, load, public, rows};
use crate::config::Sender;

fn users(sender: &str, text: &str) -> Sources {
    public(&format!("[services.users]\nurl = \"http://users\"\nsender = {sender}\n[sender]\n{text}"))
}

/// Key, found and expected of each error.
fn wrong(sources: &Sources) -> Vec<[String; 3]> {
    let errors = errors(sources, &["users"]);
    rows(&errors)
        .into_iter()
        .map(|[_, key, found, expected]| [key, found, expected].map(str::to_owned))
        .collect()
}

fn keys(sources: &Sources) -> Vec<String> {
    wrong(sources).into_iter().map(|[key, ..]| key).collect()
}

#[test]
fn nothing_is_the_default() {
    let config = load(&users("\"none\"", ""), &["users"]).expect("nothing is needed");
    assert_eq!(config.services["users"].sender, Sender::None);
    let config = load(&public("services.users.url = \"http://users\""), &["users"]).expect("a url is enough");
    assert_eq!(config.services["users"].sender, Sender::None);
}

#[test]
fn a_service_is_told_by_what_is_there() {
    let secret = format!("secret = {SECRET:?}");
    assert!(load(&users("\"secret\"", &secret), &["users"]).is_ok());
    let from_environment = users("\"secret\"", "").with_environment([("BFF_SENDER__SECRET", SECRET)]);
    assert!(load(&from_environment, &["users"]).is_ok());
    let own = |what: &str| [["services.users.sender", "(hidden)", what].map(str::to_owned)];
    assert_eq!(wrong(&users("\"secret\"", "")), own("\"none\", or a secret in sender.secret"));
    assert_eq!(wrong(&users("\"token\"", &secret)), own("\"none\", or a private key in sender.key_file"));
    // What is there and wrong is one mistake.
    assert_eq!(keys(&users("\"secret\"", "secret = 7")), ["sender.secret"]);
    assert_eq!(keys(&users("\"secret\"", "secret = \"short\"")), ["sender.secret"]);
    assert_eq!(keys(&users("\"token\"", "key_file = 7")), ["sender.key_file"]);
    assert_eq!(keys(&users("\"token\"", "key_file = \"/no/such\"")), ["sender.key_file"]);
}

#[test]
fn a_secret_is_long_and_can_be_a_header() {
    for secret in [
        "",
        "1234567890123456789012345678901",
        "a secret of words, with spaces in between",
        "Ein Geheimnis für länger als 32 Bytes",
    ] {
        for field in ["secret", "previous_secret"] {
            let other = if field == "secret" { String::new() } else { format!("secret = {SECRET:?}\n") };
            let wrong = wrong(&users("\"none\"", &format!("{other}{field} = {secret:?}")));
            let [[key, found, expected]] = &wrong[..] else { panic!("{wrong:?}") };
            assert_eq!((key.as_str(), found.as_str()), (format!("sender.{field}").as_str(), "(hidden)"));
            assert!(expected.contains(&format!("BFF_SENDER__{}", field.to_uppercase())), "{expected}");
        }
    }
    let same = format!("secret = {SECRET:?}\nprevious_secret = {SECRET:?}");
    assert_eq!(keys(&users("\"secret\"", &same)), ["sender.previous_secret"]);
    let alone = format!("previous_secret = {SECRET:?}");
    assert_eq!(keys(&users("\"none\"", &alone)), ["sender.secret"]);
}

#[test]
fn keys_are_read_and_all_that_is_wrong_with_them_is_said_at_once() {
    let folder = Folder::new("sender");
    let key = |name: &str| {
        let pair = KeyPair::generate_for(&rcgen::PKCS_ED25519).expect("a key pair");
        folder.write(&format!("{name}.pem"), &pair.serialize_pem());
        folder.write(&format!("{name}-public.pem"), &pair.public_key_pem());
    };
    for name in ["now", "next", "before"] {
        key(name);
    }
    folder.write("nothing.pem", "nothing");
    let sources = |text: &str| Sources { base: folder.0.clone(), ..users("\"token\"", text) };
    let all =
        "key_file = \"now.pem\"\nnext_key_file = \"next.pem\"\nprevious_key_file = \"before-public.pem\"";
    let config = load(&sources(all), &["users"]).expect("three keys");
    assert_eq!(config.sender.keys.public.len(), 3);
    assert!(config.sender.keys.signing.is_some());

    let wrong_all =
        "key_file = \"now-public.pem\"\nnext_key_file = \"nothing.pem\"\nprevious_key_file = \"absent.pem\"";
    let wrong_all = wrong(&sources(wrong_all));
    let summary: Vec<_> = wrong_all.iter().map(|[key, found, _]| (key.as_str(), found.as_str())).collect();
    let path = |name: &str| folder.0.join(name).display().to_string();
    assert_eq!(
        summary,
        [
            ("sender.key_file", format!("{}: another content", path("now-public.pem")).as_str()),
            ("sender.next_key_file", format!("{}: another content", path("nothing.pem")).as_str()),
            (
                "sender.previous_key_file",
                format!("{}: No such file or directory (os error 2)", path("absent.pem")).as_str()
            ),
        ]
    );
    assert!(wrong_all[0][2].contains("openssl genpkey -algorithm ed25519"));
    let twice = "key_file = \"now.pem\"\nnext_key_file = \"now-public.pem\"";
    assert_eq!(keys(&sources(twice)), ["sender.next_key_file"]);
    let unsigned = Sources { base: folder.0.clone(), ..users("\"none\"", "next_key_file = \"next.pem\"") };
    assert_eq!(keys(&unsigned), ["sender.key_file"], "published, and signs nothing");
}
