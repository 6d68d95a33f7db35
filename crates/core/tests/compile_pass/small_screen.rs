//! All that a screen can be: sections of each kind, a value, a nested screen, names of its own, a dependent call.

use bff_core::prelude::*;

/// The users service.
#[derive(Service)]
#[service(name = "users")]
pub struct Users(Binding);

impl Users {
    /// The caller's profile.
    pub fn me(&self) -> Call<Profile> {
        self.0.get("/users").segment(self.0.caller().id()).call("users.get")
    }

    /// Where someone lives.
    pub fn address(&self, id: &str) -> Call<String> {
        self.0.get("/addresses").segment(id).query("short", true).call("users.address")
    }
}

/// A user.
#[derive(Clone, serde::Serialize, serde::Deserialize)]
pub struct Profile {
    id: String,
    name: String,
}

/// Every kind of field.
#[derive(Screen)]
pub struct Home {
    profile: Required<Profile>,
    home_address: Optional<String>,
    #[screen(rename = "unread$count")]
    badge: Fallback<u32>,
    r#type: &'static str,
    #[screen(nested)]
    footer: Footer,
}

/// A screen inside a screen.
#[derive(Screen)]
#[screen(rename_all = "snake_case")]
pub struct Footer {
    user_name: Optional<String>,
}

async fn home(users: Users) -> Home {
    let profile = users.me().shared();
    Home {
        footer: Footer { user_name: profile.map(|profile| profile.name).optional() },
        home_address: profile.then(move |profile| users.address(&profile.id)).optional(),
        profile: profile.required(),
        badge: Call::ready(Ok(3)).or(0),
        r#type: "home",
    }
}

async fn one(Path(id): Path<u32>, caller: Caller) -> Result<Home, Problem> {
    Err(Problem::new(Code::NotFound).with_detail(format!("{id} of {}", caller.id())))
}

/// Signs people in: calls without an identity.
#[derive(Service)]
#[service(name = "sessions", operations(begin))]
pub struct Sessions(Binding<Http, Anyone>);

impl Sessions {
    /// A session of whoever knows the password.
    pub fn begin(&self, password: &str) -> Call<String> {
        self.0.post("/sessions").json(&password).call("sessions.begin")
    }
}

/// What a browser keeps.
#[derive(Screen)]
pub struct Session {
    token: Required<String>,
}

async fn sign_in(_: Anonymous, sessions: Sessions, Json(password): Json<String>) -> Session {
    Session { token: sessions.begin(&password).required() }
}

async fn of_account(caller: Caller, sessions: Sessions) -> Session {
    Session { token: sessions.begin(caller.id()).required() }
}

async fn plain() -> &'static str {
    "an ordinary axum handler"
}

fn main() {
    let routes = Routes::new()
        .get("/home", home, signed_in())
        .get("/home/{id}", one, scope("home:read"))
        .post("/sessions", sign_in, public())
        .get("/accounts/{account}", of_account, any_role(&["admin", "support"]).own_account("account"))
        .post("/plain", plain, public());
    assert_eq!(routes.iter().count(), 5);
}
