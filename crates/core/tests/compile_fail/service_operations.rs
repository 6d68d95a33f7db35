//! A read that the client lists names what it answers with, so that a fallback in the configuration can be checked.

use bff_core::prelude::*;

struct Profile;

#[derive(Service)]
#[service(name = "users", operations(get: Profile))]
struct Users(Binding);

#[derive(Service)]
#[service(name = "orders", operations(recent: Vec<String>))]
struct Orders(Binding<Grpc>);

#[derive(Service)]
#[service(name = "reports", operation(summary))]
struct Reports(Binding);

#[derive(Service)]
#[service(name = "invoices", operations(list, get, list))]
struct Invoices(Binding);

#[derive(Service)]
#[service(name = "notes", operations(unread = Vec<String>))]
struct Notes(Binding);

fn main() {}
