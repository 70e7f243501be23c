//! Certificates for services that are called over TLS: an authority of this run's own, and what it vouches for.
//!
//! The functions trust it by `SSL_CERT_FILE`, which their HTTP client honours. The file has the machine's authorities too, so
//! that reading it costs what it costs on Lambda.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use super::error::PerfError;

/// Where systems keep the authorities they trust.
const AUTHORITIES: [&str; 2] =
    ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt"];

/// What a server shows, and the file by which it is trusted.
#[derive(Clone)]
pub struct Tls {
    pub acceptor: TlsAcceptor,
    pub trusted: PathBuf,
}

impl Tls {
    /// For servers on 127.0.0.1, trusted by a new file in `directory`.
    pub fn new(directory: &Path) -> Result<Self, PerfError> {
        let mut authority = CertificateParams::new([])?;
        // rustls takes no authority's certificate for a server's own.
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        // OpenSSL takes a certificate for self-signed whose issuer has its own name.
        authority.distinguished_name.push(DnType::CommonName, "Waybill's harness");
        let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate()?)?;
        let key = KeyPair::generate()?;
        let certificate =
            CertificateParams::new(["127.0.0.1".to_owned()])?.signed_by(&key, &authority)?;
        let machine = AUTHORITIES.iter().find_map(|file| std::fs::read_to_string(file).ok());
        let trusted = directory.join("trusted.pem");
        std::fs::write(&trusted, machine.unwrap_or_default() + &authority.pem())?;
        let key = PrivateKeyDer::try_from(key.serialize_der())?;
        let provider = Arc::new(aws_lc_rs::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)?;
        // As AWS's endpoints for these services.
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self { acceptor: TlsAcceptor::from(Arc::new(config)), trusted })
    }
}
