//! Configurations that are wrong around a secret: in a wrong place, of a wrong form, under a wrong name.

use super::plant::Plant;

/// A file and the variables above it.
pub(crate) struct Mistake {
    pub(crate) file: String,
    pub(crate) environment: Vec<(String, String)>,
}

/// All of them. Each has the secret in its text, so each is a control of the search, too.
pub(crate) fn all(plant: &Plant) -> Vec<Mistake> {
    let Plant { issuer_secret, sender_secret, redis_password, api_key, key_pem, .. } = plant;
    let key = key_pem.replace('\n', "\\n");
    let files = [
        format!("sender = {sender_secret:?}"),
        format!("sender.secret = [{sender_secret:?}]"),
        format!("sender.secret = {{ {sender_secret} = 1 }}"),
        format!("sender.secret = \"{sender_secret} \""),
        format!("sender.secrets = {sender_secret:?}"),
        format!("sender.secret = {sender_secret}"),
        format!("sender.secret = \"{sender_secret}"),
        format!("sender.key_file = \"{key}\""),
        format!("sender.next_key_file = \"{key}\""),
        format!("sender.key = \"{key}\""),
        format!("services.users.sender = {sender_secret:?}"),
        format!("services.users = {{ url = \"http://users\", sender = [{sender_secret:?}] }}"),
        format!("services.users.url = \"http://name:{api_key}@users\""),
        format!("services.users.url = \"http://users?key={api_key}\""),
        format!("services.users.api_key = {api_key:?}"),
        format!("redis.url = \"http://:{redis_password}@redis\""),
        format!("redis.password = {redis_password:?}"),
        format!("redis = \"redis://:{redis_password}@redis\""),
        format!("[auth.issuers.test]\nsecret = {issuer_secret:?}\nalgorithm = \"HS265\""),
        format!("[auth.issuers.test]\nalgorithm = \"RS256\"\nsecret = {issuer_secret:?}"),
        format!("[auth.issuers.test]\nalgorithm = \"EdDSA\"\npublic_key = \"{key}\""),
        format!("[auth.issuers.test]\nalgorithm = \"EdDSA\"\npublic_key_file = \"{key}\""),
        format!("[auth.issuers]\nsecret = {issuer_secret:?}"),
        format!("auth.secret = {issuer_secret:?}"),
    ];
    let variables = [
        ("BFF_SENDER", sender_secret),
        ("BFF_SENDER_SECRET", sender_secret),
        ("BFF_SENDER__SECRET__VALUE", sender_secret),
        ("BFF_SENDER__KEY_FILE", key_pem),
        ("BFF_SERVICES__USERS__SENDER", sender_secret),
        ("BFF_AUTH__ISSUERS__TEST", issuer_secret),
        ("BFF_REDIS__URL", redis_password),
        ("BFF_REDIS_URL", redis_password),
    ];
    let of_file = files.into_iter().map(|file| Mistake { file, environment: Vec::new() });
    let of_variable = variables.map(|(name, value)| Mistake {
        file: String::new(),
        environment: vec![(name.to_owned(), value.clone())],
    });
    of_file.chain(of_variable).collect()
}
