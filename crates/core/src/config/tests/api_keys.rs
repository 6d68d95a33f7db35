//! `[auth.api_keys]`, its file and `[auth.certificates]`: what is wrong is said at the start, all of it, and no key with it.

use super::{super::KeyFile, Folder, errors, file, load, public, rows};

const HASH: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

/// A file of one good key.
fn good() -> String {
    format!(
        "[keys.one]\nsha256 = \"{HASH}\"\nsubject = \"acme-books\"\naccount = \"acme\"\nscopes = [\"orders:read\"]\n\
         roles = [\"partner\"]\nplan = \"gold\"\nprefix = \"bff_live_4fQ2\"\nlast4 = \"9xKa\"\n\
         created = 2026-01-01T00:00:00Z\nnot_before = \"2026-01-01T02:00:00+02:00\"\nexpires = 2027-06-30T00:00:00Z\n"
    )
}

/// A config file with such plans, and the keys of keys.toml.
fn on_plans(plans: &str) -> String {
    format!("[auth.api_keys]\nfile = \"keys.toml\"\n[rate_limits.plans]\n{plans}\n")
}

#[test]
fn api_keys_are_off_until_their_section_is_there() {
    assert!(load(&public(""), &[]).unwrap().auth.api_keys.is_none());
    let folder = Folder::new("api-keys");
    folder.write("keys.toml", &good());
    // Keys alone are enough to start with.
    let sources = file(&on_plans("gold = [\"10/s\"]")).with_base(&folder.0);
    let keys = load(&sources, &[]).unwrap().auth.api_keys.expect("the section is there");
    assert_eq!((keys.prefix.as_str(), keys.environment.as_str()), ("bff", "live"));
    assert_eq!(keys.reload_every.as_secs(), 2);
    assert_eq!(keys.file, Some(folder.0.join("keys.toml")), "relative to the config file");
}

#[test]
fn every_mistake_of_the_section_and_of_its_file_is_said_at_once() {
    let folder = Folder::new("api-keys-mistakes");
    let path = folder.write("keys.toml", "[keys.one]\nsubjct = \"a\"\n[keys.two]\nsubject = 7\n");
    let text = "[auth.api_keys]\nprefix = \"My_BFF\"\nenvironment = \"prod\"\nreload_every = \"1ms\"\nfile = \"keys.toml\"";
    let errors = errors(&file(text).with_base(&folder.0), &[]);
    let source = |line| format!("file \"{}\", line {line}", path.display());
    let of_config = |line| format!("file \"bffs/web/config.toml\", line {line}");
    let found: Vec<_> = rows(&errors).iter().map(|row| (row[0].to_owned(), row[1], row[2])).collect();
    let expected = [
        (of_config(2), "auth.api_keys.prefix", "\"My_BFF\""),
        (of_config(3), "auth.api_keys.environment", "\"prod\""),
        (of_config(4), "auth.api_keys.reload_every", "\"1ms\""),
        (source(1), "keys.one.sha256", "nothing"),
        (source(1), "keys.one.subject", "nothing"),
        (source(1), "keys.one.expires", "nothing"),
        (source(2), "keys.one.subjct", "a key that is not known"),
        (source(3), "keys.two.sha256", "nothing"),
        (source(3), "keys.two.expires", "nothing"),
        (source(4), "keys.two.subject", "7"),
    ];
    assert_eq!(found, expected, "{errors}");
}

/// Its holder would be limited as one without a plan.
#[test]
fn a_plan_that_is_not_there_is_a_mistake_of_whoever_names_it() {
    let folder = Folder::new("api-keys-plans");
    let path = folder.write("keys.toml", &good());
    let (of_keys, certificate) = (
        format!("file \"{}\", line 7", path.display()),
        "[auth.certificates.acme]\nsubject = \"spiffe://acme\"\nplan = \"gold\"\n",
    );
    for (plans, expected) in [
        ("", "no plan, or its quotas in rate_limits.plans, where there are none"),
        ("golden = [\"10/s\"]", "a plan of rate_limits.plans: golden"),
        (
            "a = [\"10/s\"]\ngolden = [\"10/s\"]",
            "a plan of rate_limits.plans: one of a, golden; did you mean golden?",
        ),
    ] {
        let text = format!("{}{certificate}", on_plans(plans));
        let errors = errors(&file(&text).with_base(&folder.0), &[]);
        let [of_certificate, of_key] = &rows(&errors)[..] else { panic!("{errors}") };
        assert_eq!(of_key[..], [&*of_keys, "keys.one.plan", "\"gold\"", expected], "{errors}");
        assert_eq!(of_certificate[1..], ["auth.certificates.acme.plan", "\"gold\"", expected], "{errors}");
    }
    for text in [on_plans("gold = [\"10/s\"]"), on_plans("") + "[rate_limits]\nenabled = false\n"] {
        let sources = file(&format!("{text}{certificate}")).with_base(&folder.0);
        assert!(load(&sources, &[]).is_ok(), "{:?}", load(&sources, &[]).err());
    }
}

#[test]
fn a_file_of_keys_must_be_named_and_be_there() {
    let missing = errors(&file("[auth.api_keys]"), &[]);
    assert_eq!(rows(&missing)[0][1..3], ["auth.api_keys.file", "nothing"]);
    let folder = Folder::new("api-keys-missing");
    for (name, reason) in [("keys.toml", "No such file"), (".", "no regular file")] {
        let text = format!("[auth.api_keys]\nfile = {name:?}");
        let errors = errors(&file(&text).with_base(&folder.0), &[]);
        let row = rows(&errors)[0];
        assert!(row[0].contains(folder.0.to_str().unwrap()) && row[2].contains(reason), "{errors}");
        assert_eq!(row[1], "(file)");
    }
}

#[test]
fn what_an_entry_says_must_be_possible() {
    assert!(KeyFile::parse("keys.toml", &good()).is_ok(), "the control");
    assert!(KeyFile::parse("keys.toml", "").is_ok(), "no keys yet");
    for (from, to, key) in [
        (HASH, &HASH[1..], "sha256"),
        ("acme-books", "acme books", "subject"),
        ("\"acme\"", "\"\"", "account"),
        ("orders:read", "orders:read x", "scopes"),
        ("partner", "a,b", "roles"),
        ("gold", "gold plan", "plan"),
        ("2027-06-30T00:00:00Z", "2027-06-30", "expires"),
        ("2027-06-30T00:00:00Z", "2027-06-30T00:00:00", "expires"),
        ("2027-06-30T00:00:00Z", "2026-01-01T00:00:00Z", "expires"),
        ("2027-06-30T00:00:00Z", "7", "expires"),
    ] {
        let errors = KeyFile::parse("keys.toml", &good().replace(from, to)).expect_err(to);
        assert_eq!(rows(&errors).len(), 1, "{errors}");
        assert_eq!(rows(&errors)[0][1], format!("keys.one.{key}"), "{errors}");
    }
    let twice = format!("{}\n{}", good(), good().replace("keys.one", "keys.two"));
    let errors = KeyFile::parse("keys.toml", &twice).expect_err("one key under two names");
    assert_eq!(
        rows(&errors)[0][1..],
        ["keys.two.sha256", "(hidden)", "a key of its own: keys.one is the same key"]
    );
}

#[test]
fn a_key_that_stands_where_its_hash_should_is_not_repeated() {
    let key = "bff_live_0123456789ABCDEFGHIJabcdefghij012345_1v48GR";
    for text in [
        good().replace(HASH, key),
        good().replace("sha256", "key").replace(HASH, key),
        good().replace(&format!("\"{HASH}\""), key),
        good().replace(&format!("\"{HASH}\""), &format!("[\"{key}\"]")),
    ] {
        let errors = KeyFile::parse("keys.toml", &text).expect_err("no hash");
        assert!(!errors.to_string().contains(key) && !format!("{errors:?}").contains(key), "{errors}");
    }
}

#[test]
fn no_issuer_may_have_the_name_of_our_own_keys_and_certificates() {
    for name in ["api-key", "client-certificate"] {
        let secret = "0123456789abcdef0123456789abcdef";
        let issuer = format!(
            "[auth.issuers.x]\naudience = \"b\"\nalgorithm = \"HS256\"\nsecret = \"{secret}\"\nissuer = "
        );
        assert!(load(&file(&format!("{issuer}\"https://{name}\"")), &[]).is_ok(), "the control");
        let errors = errors(&file(&format!("{issuer}{name:?}")), &[]);
        assert_eq!(rows(&errors)[0][1..3], ["auth.issuers.x.issuer", &format!("{name:?}")], "{errors}");
    }
}

#[test]
fn a_certificate_has_a_subject_of_its_own() {
    let text = "[auth.certificates.a]\nsubject = \"A.example\"\n[auth.certificates.b]\nsubject = \"a.example\"\n\
                [auth.certificates.c]\nroles = [\"a,b\"]\n[auth.certificates.\"d e\"]\nsubject = \"d.example\"";
    let errors = errors(&file(text), &[]);
    let keys: Vec<_> = rows(&errors).iter().map(|row| row[1]).collect();
    let expected = [
        "auth.certificates.b.subject",
        "auth.certificates.c.subject",
        "auth.certificates.c.roles",
        "auth.certificates.\"d e\"",
    ];
    assert_eq!(keys, expected, "{errors}");
    assert!(
        load(&file("[auth.certificates.a]\nsubject = \"a.example\""), &[]).is_ok(),
        "enough to start with"
    );
}
