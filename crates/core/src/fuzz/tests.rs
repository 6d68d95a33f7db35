//! That what is put through is what is meant: each function with bytes that are good, and with bytes that are not.

use super::*;

#[test]
fn heads_tokens_keys_and_sets_are_put_through() {
    head(b"x-user-id: root\nX_User_Id: root\nauthorization: Bearer a.b.c\n\xff: 1\nx: \xff");
    token(br#"{"iss":"i","aud":"a","sub":"alice","exp":1800000600,"roles":["buyer"]}"#);
    token(b"{\"alg\":\"none\"}\n{\"iss\":\"i\",\"aud\":\"a\",\"sub\":\"alice\",\"exp\":1800000600}");
    token(b"\xff.a.b");
    api_key(b"bff_live_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_000000");
    key_set(br#"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","kid":"1"}]}"#);
    key_set(b"[]");
}
