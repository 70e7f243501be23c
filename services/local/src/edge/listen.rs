//! Taking the port.

use std::net::{Ipv4Addr, SocketAddr};

use tokio::net::TcpListener;

/// A port of 127.0.0.1 that is ours.
#[derive(Debug)]
pub struct Listener {
    pub(super) tcp: TcpListener,
    address: SocketAddr,
}

/// Why there is no port.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// Another program has it.
    #[error(
        "Port {port} on 127.0.0.1 is already in use. \
         Stop the other program or choose another port with --port N."
    )]
    InUse {
        /// The port asked for.
        port: u16,
    },
    /// The operating system said no, for instance to a port below 1024.
    #[error("Cannot listen on port {port} of 127.0.0.1: {source}. Choose another with --port N.")]
    Refused {
        /// The port asked for.
        port: u16,
        /// What the operating system said.
        source: std::io::Error,
    },
}

impl Listener {
    /// Takes `port` of 127.0.0.1, never of another interface; 0 takes a free one.
    ///
    /// # Errors
    /// [`ListenError`], as a sentence that names the flag to change.
    pub async fn bind(port: u16) -> Result<Self, ListenError> {
        let refused = |source: std::io::Error| match source.kind() {
            std::io::ErrorKind::AddrInUse => ListenError::InUse { port },
            _ => ListenError::Refused { port, source },
        };
        let tcp = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(refused)?;
        let address = tcp.local_addr().map_err(refused)?;
        Ok(Self { tcp, address })
    }

    /// Where it listens; known before anything is served, because queue addresses and the
    /// functions' environment hold it.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_taken_port_is_answered_with_the_flag_that_changes_it() {
        let first = Listener::bind(0).await.unwrap();
        let port = first.address().port();
        let error = Listener::bind(port).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            format!(
                "Port {port} on 127.0.0.1 is already in use. \
                 Stop the other program or choose another port with --port N."
            )
        );
    }
}
