//! The internal credential: services that want it believe the BFF and nobody else, and nobody else is shown it.

mod places;
mod secret;
mod token;

use std::{env, fs, path::PathBuf, process};

use bff_testkit::{TestBff, TestBffBuilder};
use bff_tests::Wire;
use rcgen::KeyPair;

use super::OVERVIEW;

/// The services of the overview.
const SERVICES: [&str; 3] = ["users", "notifications", "orders"];

const SECRET: &str = "the-secret-that-services-know-0123456789";
const NEXT_SECRET: &str = "the-secret-that-comes-after-it-987654321";

/// The web BFF whose services of the overview are shown this.
fn web(sender: &str) -> TestBffBuilder {
    let web = TestBff::with(bff_web::bff()).without_breakers();
    SERVICES.iter().fold(web, |web, service| web.set(&format!("services.{service}.sender"), sender))
}

/// The keys that a BFF publishes.
async fn jwks(bff: &TestBff) -> String {
    let reply = Wire::to(bff.running().admin_address()).await.get("/jwks.json", &[]).await;
    assert_eq!((reply.status.as_u16(), reply.header("content-type")), (200, "application/jwk-set+json"));
    assert_eq!(reply.header("cache-control"), "max-age=300");
    String::from_utf8(reply.body).expect("JSON is UTF-8")
}

/// Whether alice gets the whole overview; if not, every section was refused and the screen has failed.
async fn is_believed(bff: &TestBff) -> bool {
    let reply = bff.as_user("alice").get(OVERVIEW).await;
    if reply.status == 200 {
        assert_eq!(reply.degraded(), []);
        return true;
    }
    bff_tests::assert_problem(&reply, 502, "service_failed");
    false
}

/// A new key in files of its own, which go with it.
struct KeyFiles {
    private: PathBuf,
    public: PathBuf,
}

impl KeyFiles {
    fn new(name: &str, algorithm: &'static rcgen::SignatureAlgorithm) -> Self {
        let pair = KeyPair::generate_for(algorithm).expect("a key pair");
        let file =
            |half: &str| env::temp_dir().join(format!("bff-sender-{name}-{half}-{}.pem", process::id()));
        let (private, public) = (file("private"), file("public"));
        fs::write(&private, pair.serialize_pem()).expect("the temporary folder is writable");
        fs::write(&public, pair.public_key_pem()).expect("the temporary folder is writable");
        Self { private, public }
    }

    fn private(&self) -> String {
        self.private.display().to_string()
    }

    fn public(&self) -> String {
        self.public.display().to_string()
    }
}

impl Drop for KeyFiles {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.private);
        let _ = fs::remove_file(&self.public);
    }
}
