//! What a shop's system signs its webhooks with.

use connector::{MalformedSecret, System, SystemKeys};
use kit::secrets::SecretVersions;
use shared::{InvalidValue, ShopId};

/// The secret of one system of one shop.
#[derive(Clone, PartialEq, Eq)]
pub struct SystemSecret {
    /// The shop.
    pub shop: ShopId,
    /// Its system.
    pub system: System,
    /// The secret.
    pub secret: String,
}

/// A text that names no secret. Contains nothing of it.
#[derive(Debug, thiserror::Error)]
pub enum SystemSecretError {
    /// It has another form.
    #[error("expected SHOP/SYSTEM=SECRET, such as north/shopify=…")]
    Form,
    /// It names no shop or no system.
    #[error(transparent)]
    Name(#[from] InvalidValue),
    /// The connector takes no such secret.
    #[error(transparent)]
    Secret(#[from] MalformedSecret),
}

impl SystemSecret {
    /// Parses `SHOP/SYSTEM=SECRET`.
    ///
    /// # Errors
    /// What was expected.
    pub fn parse(text: &str) -> Result<Self, SystemSecretError> {
        let (name, secret) = text.split_once('=').ok_or(SystemSecretError::Form)?;
        let (shop, system) = name.split_once('/').ok_or(SystemSecretError::Form)?;
        let (shop, system) = (ShopId::parse(shop)?, system.parse()?);
        // The connector has the rule; with another secret it would answer everything with 503.
        SystemKeys::parse(secret, None)?;
        Ok(Self { shop, system, secret: secret.to_owned() })
    }
}

impl std::fmt::Debug for SystemSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}=***", self.shop, self.system)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_of_a_shop_and_a_system_and_never_printed() {
        let secret = SystemSecret::parse("north/woocommerce=hush-hush=hush-hush").unwrap();
        assert_eq!((secret.shop.as_str(), secret.system), ("north", System::WooCommerce));
        assert_eq!(secret.secret, "hush-hush=hush-hush");
        assert_eq!(format!("{secret:?}"), "north/woocommerce=***");
        for bad in ["", "north/shopify", "north=hush-hush-hush-hush", "north/shopify=short"] {
            assert!(SystemSecret::parse(bad).is_err(), "{bad}");
        }
        for bad in ["North/shopify=hush-hush-hush-hush", "north/magento=hush-hush-hush-hush"] {
            assert!(!SystemSecret::parse(bad).unwrap_err().to_string().contains("hush"));
        }
    }
}
