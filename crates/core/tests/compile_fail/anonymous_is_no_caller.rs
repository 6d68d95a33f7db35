//! What needs a caller does not take somebody who is nobody in particular, and a client that calls without an identity has
//! no caller to speak of.

use bff_core::prelude::*;

#[derive(Service)]
#[service(name = "sessions")]
struct Sessions(Binding<Http, Anyone>);

impl Sessions {
    fn own(&self) -> Call<Vec<String>> {
        self.0.get("/sessions").segment(self.0.caller().id()).call("sessions.own")
    }

    fn of(&self, caller: &Caller) -> Call<Vec<String>> {
        self.0.get("/sessions").segment(caller.id()).call("sessions.of")
    }
}

#[derive(Screen)]
struct Open {
    sessions: Required<Vec<String>>,
}

async fn open(visitor: Anonymous, sessions: Sessions) -> Open {
    Open { sessions: sessions.of(&visitor).required() }
}

fn main() {
    let _ = Routes::new().get("/sessions", open, public());
}
