//! Client certificates: whom the one that the listener has verified stands for.
//!
//! Nothing here reads a certificate: the TLS listener does, and puts a [`PeerCertificate`] into the request's extensions, as it
//! does with the address of the peer. Headers such as `X-Client-Cert`, `X-Forwarded-Client-Cert` or `Client-Cert` (RFC 9440) are
//! no certificates: any client can write them.

use std::{collections::HashMap, fmt, sync::Arc};

use super::{
    Identity,
    credential::{CERTIFICATE_ISSUER, Credential, Facts, Trace, Unfit},
};
use crate::config::{AuthConfig, CertificateConfig};

/// The certificate of a connection's other end, after its chain, its dates and the possession of its key were verified.
#[derive(Clone, PartialEq, Eq)]
pub struct PeerCertificate {
    subjects: Vec<String>,
    fingerprint: [u8; 32],
    not_after: u64,
}

impl PeerCertificate {
    /// What a verified certificate says. Only whoever has verified it may make one.
    ///
    /// `subjects` are its subject alternative names, URIs and DNS names (the common name of its subject is none: RFC 9525),
    /// `fingerprint` is SHA-256 of its DER, `not_after` its end in Unix seconds: a connection may outlive its certificate.
    pub fn verified(
        subjects: impl IntoIterator<Item = String>,
        fingerprint: [u8; 32],
        not_after: u64,
    ) -> Self {
        let subjects = subjects.into_iter().map(|subject| Certificates::normal(&subject)).collect();
        Self { subjects, fingerprint, not_after }
    }

    /// Its subject alternative names, DNS names in lower case.
    pub fn subjects(&self) -> &[String] {
        &self.subjects
    }

    /// SHA-256 of its DER.
    pub fn fingerprint(&self) -> &[u8; 32] {
        &self.fingerprint
    }
}

impl fmt::Debug for PeerCertificate {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("PeerCertificate").finish_non_exhaustive()
    }
}

/// The certificates that are credentials, by their subject.
pub(crate) struct Certificates(HashMap<String, Arc<Identity>>);

impl Certificates {
    /// Those of a checked configuration.
    pub(super) fn new(config: &AuthConfig) -> Self {
        let known = config.certificates.iter().filter_map(|(name, certificate)| {
            let identity = Self::identity(name, certificate).ok()?;
            Some((Self::normal(&certificate.subject), Arc::new(identity)))
        });
        Self(known.collect())
    }

    /// Whom an entry of the configuration stands for.
    pub(crate) fn identity(name: &str, certificate: &CertificateConfig) -> Result<Identity, Unfit> {
        Identity::new(Facts {
            credential: Credential::Certificate,
            issuer: CERTIFICATE_ISSUER.to_owned(),
            id: name.to_owned(),
            roles: certificate.roles.clone(),
            scopes: certificate.scopes.clone(),
            account: certificate.account.clone(),
            plan: certificate.plan.clone(),
            expires_at: u64::MAX,
            trace: Trace::default(),
        })
    }

    /// A subject as it is compared. URIs, which have a colon, are compared as they are, DNS names in lower case.
    pub(crate) fn normal(subject: &str) -> String {
        if subject.contains(':') { subject.to_owned() } else { subject.to_ascii_lowercase() }
    }

    /// The caller with this certificate at this Unix second. One that is for nobody, for two or past its end is none: a client
    /// may have it for another purpose.
    pub(super) fn find(&self, certificate: &PeerCertificate, now: u64) -> Option<&Arc<Identity>> {
        let mut found = certificate.subjects.iter().filter_map(|subject| self.0.get(subject));
        let first = found.next()?;
        let is_one = found.all(|other| Arc::ptr_eq(first, other));
        (is_one && now <= certificate.not_after).then_some(first)
    }
}
