//! Keys of many callers share one call, so that what makes it knows nothing but the keys.

use bff_core::prelude::*;

#[derive(Service)]
#[service(name = "users")]
struct Users(Binding);

impl Users {
    fn name(&self, id: String, locale: String) -> Call<String> {
        self.0.batched("users.names", id, |users, ids: Vec<String>| {
            let names = users.get("/names").query("ids", ids.join(",")).query("locale", &locale);
            let names = names.call::<Vec<(String, String)>>("users.names");
            names.map(|names| names.into_iter().map(|(id, name)| (id, Ok(name))).collect())
        })
    }
}

fn main() {}
